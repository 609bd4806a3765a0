"""Events as services store them, and what an endpoint must never find in a body."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from mentalverse_server.hooks.catalogue.fields import Kind
from mentalverse_server.hooks.catalogue.registry import EVENTS, EventType

PLANTED = {
    "name": "Ada Lovelace",
    "email": "ada.lovelace@example.org",
    "address": "12 Long Street, 10115 Berlin",
    "phone": "+49 30 1234567",
    "band": "A1",
}
"""What a careless service might put into an event."""
_BAND = re.compile(r"[aA][0-9]+")
_FORBIDDEN_FIELDS = frozenset(
    {
        *("name", "handle", "email", "mail", "phone", "address", "ip", "location"),
        *("text", "note", "message", "answer", "plan", "diagnosis"),
        *("score", "scores", "rating", "stars", "band", "acuity"),
    }
)
POLICY_NAME = "policy.activated"
"""Its `name` is a policy's."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event with our own ids."""

    type: str
    data: dict[str, object]
    key: str
    evt_id: bytes = bytes(range(16))
    occurred_at_ms: int = 1_790_000_123_456
    policy_rev: str | None = None
    drill: bool = False
    subjects: tuple[str, ...] = ()
    gap_tier: int = 0

    @property
    def tier(self) -> int:
        own = EVENTS[self.type].tier.value if self.type in EVENTS else 0
        return max(own, self.gap_tier)


def happened(event: EventType) -> st.SearchStrategy[Happened]:
    """Any event of a type."""
    shape = inspect.type_info(event.data)
    return st.builds(
        Happened,
        type=st.just(event.name),
        data=_values(shape),
        key=st.uuids().map(lambda each: f"{event.key}:{each.hex}")
        if event.key not in {"policy", "ledger"}
        else st.just("ledger" if event.key == "ledger" else "policy:peer"),
        evt_id=st.binary(min_size=15, max_size=15).map(lambda each: b"\xee" + each),
        occurred_at_ms=st.integers(1_700_000_000_000, 1_900_000_000_000),
        policy_rev=st.none() | st.just("3"),
        subjects=st.tuples(st.uuids().map(lambda each: each.hex)),
    )


any_event = st.sampled_from(list(EVENTS.values())).flatmap(happened)


def accounts_of(event: Happened) -> frozenset[str]:
    """Whom its data, its key and its row name."""
    named = {each for kind, each in _references(event) if kind == "account"}
    kind, _, identifier = event.key.partition(":")
    owner = {identifier} if kind == "account" else set()
    return frozenset({*named, *event.subjects, *owner})


def own_ids(event: Happened) -> set[str]:
    """Every id of ours in it."""
    key = event.key.partition(":")[2]
    free = event.key.startswith("policy:") or not key
    return {
        event.evt_id.hex(),
        *(each for _, each in _references(event)),
        *event.subjects,
        *(() if free else (key,)),
    }


def leaks(body: bytes, planted: Mapping[str, str] = PLANTED) -> list[str]:
    """What an endpoint must not find, and found."""
    told = msgspec.json.decode(body)
    found = [what for what, text in planted.items() if text.encode() in body]
    for path, value in _walk(told["data"], ()):
        name = path[-1] if path else ""
        if name in _FORBIDDEN_FIELDS and (told["type"], name) != (POLICY_NAME, "name"):
            found.append(".".join(path))
        if isinstance(value, str) and ("@" in value or _BAND.fullmatch(value)):
            found.append(value)
    return found


def strings(body: bytes) -> set[str]:
    """Every string in a body."""
    return {
        value
        for _, value in _walk(msgspec.json.decode(body), ())
        if isinstance(value, str)
    }


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield (*path, name), None
            yield from _walk(each, (*path, name))
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, path)
    else:
        yield path, value


def _references(event: Happened) -> Iterator[tuple[str, str]]:
    yield from _of(event.data, inspect.type_info(EVENTS[event.type].data))


def _of(value: Any, shape: inspect.Type) -> Iterator[tuple[str, str]]:
    match shape:
        case inspect.Metadata(type=inner, extra=extra):
            kind = (extra or {}).get("kind")
            if kind in {Kind.REFERENCE, Kind.RECEIPT}:
                yield (extra or {})["of"], value
            else:
                yield from _of(value, inner)
        case inspect.UnionType(types=types) if value is not None:
            yield from _of(value, types[0])
        case inspect.StructType(fields=fields):
            for each in fields:
                if value.get(each.encode_name) is not None:
                    yield from _of(value[each.encode_name], each.type)
        case inspect.VarTupleType(item_type=item):
            for each in value:
                yield from _of(each, item)
        case _:
            return


def _values(shape: inspect.Type) -> st.SearchStrategy[Any]:
    match shape:
        case inspect.Metadata(type=inner, extra=extra):
            if (extra or {}).get("kind") is Kind.REFERENCE:
                return st.uuids().map(lambda each: each.hex)
            if (extra or {}).get("of") == "receipt":
                return _HEX.map(lambda each: f"e{each[1:]}")
            return _values(inner)
        case inspect.UnionType(types=types):
            return st.one_of(*(_values(each) for each in types))
        case inspect.StructType(fields=fields):
            return st.fixed_dictionaries(
                {each.encode_name: _values(each.type) for each in fields}
            )
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            bound = min(3, most or 3)
            return st.lists(_values(item), min_size=least or 0, max_size=bound)
        case inspect.EnumType(cls=cls):
            return st.sampled_from([each.value for each in cls])
        case inspect.StrType(pattern=str(pattern)):
            return _strings(pattern)
        case inspect.IntType(ge=least, le=most):
            top = 4_000_000_000_000 if most is None else most
            return st.integers(-(10**20) if least is None else least, top)
        case inspect.BoolType():
            return st.booleans()
        case _:
            return st.none()


_HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)
_FORMS: dict[str, st.SearchStrategy[str]] = {
    "standard": st.sampled_from(["standard", "peer.session", "emergency", "phq-9"]),
    "0" * 64: _HEX,
    "list/7": _HEX.map(lambda each: f"{each[:16]}/131071"),
    "session:x": _HEX.map(lambda each: f"session:{each}"),
    "A" * 86 + "==": st.binary(min_size=64, max_size=64).map(
        lambda each: b64encode(each).decode()
    ),
}
"""An example of each form that a string may have, and more of them."""


def _strings(pattern: str) -> st.SearchStrategy[str]:
    (form,) = [each for each in _FORMS if re.match(pattern, each)][:1]
    return _FORMS[form]
