"""How much of their time on duty responders spent with somebody."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from .sla import share


class Span(msgspec.Struct, frozen=True):
    """A hold or a duty of one responder: from its first millisecond to its end."""

    responder: str
    from_ms: int
    until_ms: int


def occupancy(holds: Iterable[Span], duties: Iterable[Span]) -> Fraction | None:
    """Time with a case, of all time on duty; none without any duty.

    Two cases at once are one time, so it never exceeds 1; a hold that outlasts its duty
    counts until the duty's end.
    """
    duty, held = _times(duties), _times(holds)
    both = sum(_common_ms(spans, held.get(who, [])) for who, spans in duty.items())
    return share(both, sum(_length_ms(spans) for spans in duty.values()))


_Spans = list[tuple[int, int]]


def _times(spans: Iterable[Span]) -> dict[str, _Spans]:
    """The time of each responder, in order and without overlap."""
    by_responder: dict[str, _Spans] = {}
    for span in sorted(spans, key=lambda span: (span.from_ms, span.until_ms)):
        merged = by_responder.setdefault(span.responder, [])
        if merged and span.from_ms <= merged[-1][1]:
            begin_ms, end_ms = merged[-1]
            merged[-1] = (begin_ms, max(end_ms, span.until_ms))
        else:
            merged.append((span.from_ms, span.until_ms))
    return by_responder


def _length_ms(spans: _Spans) -> int:
    return sum(end_ms - begin_ms for begin_ms, end_ms in spans)


def _common_ms(one: _Spans, other: _Spans) -> int:
    return sum(
        max(0, min(end_ms, until_ms) - max(begin_ms, from_ms))
        for begin_ms, end_ms in one
        for from_ms, until_ms in other
    )
