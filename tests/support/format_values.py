"""Structures on the JSON lines to the browser's formats.

Octets are `{"$octets": base64}`, 64-bit integers `{"$u64": decimal}`, names in camel
case. `clients/web/test/values.ts` is the other end.
"""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

from load_tests.js_peer import JsError

from mentalverse_crypto.errors import MlsError

_WIDE = frozenset({"seq", "at_ms", "epoch", "period", "counter"})


def shown(value: Any, name: str = "") -> Any:
    """The JSON of a structure, as the browser both takes and gives it."""
    if dataclasses.is_dataclass(value):
        names = [each.name for each in dataclasses.fields(value)]
        return {_camel(it): shown(getattr(value, it), it) for it in names}
    if isinstance(value, bytes):
        return {"$octets": base64.b64encode(value).decode()}
    if name in _WIDE:
        return {"$u64": str(value)}
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    return value


def verdict(work: Any, *arguments: Any, **named: Any) -> Any:
    """What a function of either language gives, or the code of its refusal."""
    try:
        return work(*arguments, **named)
    except (MlsError, JsError) as error:
        return error.code


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
