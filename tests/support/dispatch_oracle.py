"""Who is asked for what at an empty desk, worked out a second time and step by step.

The rule in words. Cases go in their order. Each asks the best of those who may take it
and have room, up to as many as the first stage of its plan says. An A0 or A1 that found
nobody with room takes over an offer that can be done without: one of a later class, or
of a case that asks others as well; the last in line first. Whenever a case asks several
people, an urgent one that was left without anybody tries again.
"""

from __future__ import annotations

from functools import cmp_to_key

import msgspec

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, Offer, OfferEnd
from mentalverse_crisis.desk import Desk, Responder

from .desk_rules import (
    URGENT,
    goes_before,
    has_room,
    leaves_reserve,
    may_be_asked,
)

FIRST_STAGE = {Band.A0: 2, Band.A1: 1, Band.A2: 1, Band.A3: 1, Band.A4: 1}
Asked = dict[str, list[str]]


def who_is_asked(desk: Desk, now_ms: int) -> Asked:
    """By case, the responders whose answers it waits for, in the order asked."""
    return _Asking(desk, now_ms).run()


class _Asking:
    def __init__(self, desk: Desk, now_ms: int) -> None:
        self.cases = dict(desk.cases)
        self.desk = msgspec.structs.replace(desk, cases=self.cases)
        self.now_ms = now_ms

    def run(self) -> Asked:
        in_order = sorted(self.cases.values(), key=cmp_to_key(_compare))
        left_out: list[str] = []
        for case in (one.id for one in in_order):
            self._asks(case)
            if len(self.cases[case].pending) > 1:
                for other in left_out:
                    self._asks(other)
            if self._lacks_somebody(case):
                left_out.append(case)
        return {
            case.id: [offer.responder for offer in case.pending]
            for case in self.cases.values()
        }

    def _lacks_somebody(self, case: str) -> bool:
        return self.cases[case].band in URGENT and not self.cases[case].pending

    def _asks(self, case: str) -> None:
        for responder in self._best_first(case):
            found = self.cases[case]
            if len(found.pending) >= FIRST_STAGE[found.band]:
                break
            if has_room(self.desk, responder, found) and leaves_reserve(
                self.desk, responder, found
            ):
                self._offer(case, responder)
        if self._lacks_somebody(case):
            self._take_over(case)

    def _best_first(self, case: str) -> list[Responder]:
        found = self.cases[case]
        able = [
            one
            for one in self.desk.responders.values()
            if may_be_asked(one, found, self.now_ms)
        ]
        able.sort(key=lambda one: one.id)
        able.sort(key=lambda one: one.urgent_today)
        able.sort(key=lambda one: one.idle_since_ms)
        wanted = found.needs or ("crisis",)
        able.sort(key=lambda one: -sum(one.skills.get(need, 0) for need in wanted))
        able.sort(key=lambda one: one.id != found.wants_again)
        return able

    def _take_over(self, case: str) -> None:
        for responder in self._best_first(case):
            last_first = sorted(
                self.cases.values(), key=cmp_to_key(_compare), reverse=True
            )
            for other in last_first:
                if other.id == case or not self._can_do_without(other, case):
                    continue
                for offer in other.pending:
                    gone = frozenset({offer.id})
                    has_it = offer.responder == responder.id
                    found = self.cases[case]
                    if has_it and has_room(self.desk, responder, found, gone):
                        self._end(other, offer)
                        self._offer(case, responder)
                        return

    def _can_do_without(self, other: Case, case: str) -> bool:
        is_lower = other.band > self.cases[case].band
        return is_lower or len(other.pending) > 1

    def _end(self, case: Case, offer: Offer) -> None:
        over = msgspec.structs.replace(offer, ended=OfferEnd.RESCINDED)
        offers = tuple(over if one is offer else one for one in case.offers)
        self.cases[case.id] = msgspec.structs.replace(case, offers=offers)

    def _offer(self, case: str, responder: Responder) -> None:
        found = self.cases[case]
        offer = Offer(f"{case}.{len(found.offers)}", responder.id, self.now_ms, 0)
        offers = (*found.offers, offer)
        self.cases[case] = msgspec.structs.replace(found, offers=offers)


def _compare(one: Case, other: Case) -> int:
    return -1 if goes_before(one, other) else 1
