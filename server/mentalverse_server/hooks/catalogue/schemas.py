"""The JSON Schemas of what leaves: one file for each event in `hooks/schemas`.

    python -m mentalverse_server.hooks.catalogue

writes them anew. A schema says what this revision sends; a receiver passes over fields
it does not know, since later revisions add some.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from .fields import WIRE_ID, WIRE_KEY
from .registry import EVENTS, EventType

FOLDER = Path(__file__).parents[1] / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_INSTANT = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_OPTIONAL = {"policy_rev", "replay", "drill"}

Schema = dict[str, Any]


def schema_of(event: EventType) -> Schema:
    """The schema of its whole body, in the 2020-12 dialect."""
    properties: Schema = {
        "type": {"const": event.name},
        "timestamp": _text(_INSTANT),
        "data": _part(inspect.type_info(event.data)),
        "id": _text(f"evt_{WIRE_ID}"),
        "key": _text(WIRE_KEY),
        "key_seq": {"type": "integer", "minimum": 1},
        "schema": {"const": event.schema},
        "tier": {"const": event.tier.value},
        "policy_rev": _text("[0-9A-Za-z.-]{1,64}"),
        "replay": {"const": True},
        "drill": {"const": True},
    }
    required = [name for name in properties if name not in _OPTIONAL]
    return {
        "$schema": _DIALECT,
        "$id": f"urn:mentalverse:event:{event.name}:{event.schema}",
        "title": event.name,
        **_closed(properties, required),
    }


def written() -> dict[str, bytes]:
    """Every schema, by the name of its file."""
    return {
        f"{event.name}.json": msgspec.json.format(
            msgspec.json.encode(schema_of(event)), indent=2
        )
        + b"\n"
        for event in EVENTS.values()
    }


def _part(shape: inspect.Type) -> Schema:
    match shape:
        case inspect.Metadata(type=inner, extra=extra):
            return dict((extra or {}).get("outside") or _part(inner))
        case inspect.UnionType(types=types):
            (inner,) = (
                each for each in types if not isinstance(each, inspect.NoneType)
            )
            return _part(inner)
        case inspect.StructType(cls=cls, fields=fields):
            properties = {each.encode_name: _part(each.type) for each in fields}
            required = [each.encode_name for each in fields if _is_always_there(each)]
            about = (cls.__doc__ or "").partition("\n")[0]
            return {"description": about, **_closed(properties, required)}
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            bounds = {"minItems": least or 0, "maxItems": most}
            return {"type": "array", "items": _part(item), **bounds}
        case inspect.EnumType(cls=cls):
            return {"enum": [each.value for each in cls]}
        case inspect.IntType(ge=least, le=most):
            return {"type": "integer", "minimum": least, "maximum": most}
        case inspect.BoolType():
            return {"type": "boolean"}
        case _:
            raise TypeError(f"the catalogue has no field of this kind: {shape}")


def _is_always_there(field: inspect.Field) -> bool:
    """What has no value is left out."""
    return field.required or field.default is not None


def _closed(properties: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$"}
