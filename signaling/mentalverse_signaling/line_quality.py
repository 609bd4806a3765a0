"""How a line was, in steps: the only words in which a device tells of it.

A figure would tell one network from another, and one evening from another. A step says
what an operator can act on: whether sessions are cut by the way there. The same steps
leave in `session.quality`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar


class LossBucket(StrEnum):
    """Of the packets that were to come in, in hundredths; each without its end."""

    BELOW_1 = "0-1"
    BELOW_3 = "1-3"
    BELOW_10 = "3-10"
    MORE = "10+"


class RttBucket(StrEnum):
    """Round-trip time of the path in use, in milliseconds; each without its end."""

    BELOW_100 = "0-100"
    BELOW_300 = "100-300"
    BELOW_1000 = "300-1000"
    MORE = "1000+"


_Bucket = TypeVar("_Bucket", bound=StrEnum)


def worst(told: Iterable[_Bucket | None]) -> _Bucket | None:
    """The worst of what was told, which stands last in its enum; none: nothing was."""
    known = (bucket for bucket in told if bucket is not None)
    return max(known, key=_place, default=None)


def _place(bucket: StrEnum) -> int:
    return list(type(bucket).__members__).index(bucket.name)
