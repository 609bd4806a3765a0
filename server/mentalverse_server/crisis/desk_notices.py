"""What responders and supervisors are told: offers whole, everything else as a hint.

`case.offered` and `offer.rescinded` go to every device of the responder. `desk.changed`
goes to whom the rules name, and to everybody in a case of which something shows that
they name nobody for. Who misses a hint asks by themselves within seconds. Of canaries,
nobody hears.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mentalverse_crisis.case import CANARY, Case
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.effects import (
    EarlyStartTold,
    Effect,
    Invited,
    Notice,
    Offered,
    OfferOver,
    OverrideTold,
    Paged,
    ResponderTold,
    SupervisorsTold,
    SurgeChanged,
)
from mentalverse_crisis.record import What
from mentalverse_signaling import desk_events
from mentalverse_signaling.desk_events import DeskChanged, DeskNews, OfferRescinded
from mentalverse_signaling.ids import AccountId, CaseId

from ..store.engine import Connection
from ..transport.connections import Connections
from ..transport.frames import Push, encode_push
from .desk_view import offer_view

_NEWS = {
    notice: DeskNews(notice.value)
    for notice in Notice
    if notice.value in {news.value for news in DeskNews}
} | {Notice.HANDED_OVER: DeskNews.TRANSFER_OVER}

_SEEN_BY_ALL = {
    What.ENDED: DeskNews.ENDED,
    What.JOINED: DeskNews.CHANGED,
    What.REPLIED: DeskNews.CHANGED,
    What.GAP_STARTED: DeskNews.CHANGED,
    What.GAP_ENDED: DeskNews.CHANGED,
    What.RESCUE: DeskNews.CHANGED,
    What.TRANSFER: DeskNews.CHANGED,
    What.SUPERVISOR_WANTED: DeskNews.CHANGED,
}
"""Entries that change what is on the screens of everybody in the case."""

Told = tuple[str, str | None, DeskNews]
"""An account, a case, and what there is to ask for."""


def duty_hint(connections: Connections) -> Callable[[AccountId], None]:
    """What tells an account's devices that something of their duty has changed."""

    def tell(account: AccountId) -> None:
        push = encode_push("desk.changed", DeskChanged(None, DeskNews.DUTY))
        for connection in connections.by_account(account):
            connection.send(push)

    return tell


class DeskNotices:
    """Listens to decisions and pushes to the live connections of the team."""

    def __init__(self, connections: Connections, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the time of the desk, as this process knows it."""
        self._connections = connections
        self._now_ms = now_ms

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Nothing: what is shown is asked for again."""

    def carry_out(self, decision: Decision) -> None:
        """Tell everybody whom the decision concerns, each thing once."""
        for effect in decision.effects:
            if isinstance(effect, Offered):
                self._offered(decision, effect)
            elif isinstance(effect, OfferOver):
                self._over(effect)
        told = dict.fromkeys(self._told(decision))
        specific = {(who, case) for who, case, what in told if what is not _ANYTHING}
        for who, case, what in told:
            if what is _ANYTHING and (who, case) in specific:
                continue
            fact = DeskChanged(None if case is None else CaseId(case), what)
            self._send(who, encode_push("desk.changed", fact))

    def _offered(self, decision: Decision, effect: Offered) -> None:
        case = decision.desk.cases.get(effect.case)
        offers = () if case is None else case.pending
        for offer in offers:
            if case is not None and offer.id == effect.offer:
                view = offer_view(case, offer, self._now_ms())
                self._send(effect.responder, encode_push("case.offered", view))

    def _over(self, effect: OfferOver) -> None:
        why = desk_events.OfferOver(effect.why.value)
        fact = OfferRescinded(CaseId(effect.case), effect.offer, why)
        self._send(effect.responder, encode_push("offer.rescinded", fact))

    def _told(self, decision: Decision) -> Iterator[Told]:
        for effect in decision.effects:
            yield from _told_of(decision, effect)
        for entry in decision.entries:
            news, case = _SEEN_BY_ALL.get(entry.what), decision.cases.get(entry.case)
            if news is not None and case is not None:
                yield from ((who, case.id, news) for who in _in_it(case))
        for responder in decision.responders:
            yield responder, None, DeskNews.DUTY

    def _send(self, account: str, push: Push) -> None:
        for connection in self._connections.by_account(AccountId(account)):
            connection.send(push)


_ANYTHING = DeskNews.CHANGED


def _told_of(decision: Decision, effect: Effect) -> Iterator[Told]:
    match effect:
        case ResponderTold(case=case, responder=responder, what=what):
            yield responder, case, _NEWS.get(what, _ANYTHING)
        case Invited(case=case, responder=responder):
            yield responder, case, _ANYTHING
        case SupervisorsTold(case=case, what=what) if not _is_canary(decision, case):
            for one in _supervisors(decision):
                yield one, case, _NEWS.get(what, _ANYTHING)
        case Paged(case=case, drill=drill) if drill != CANARY:
            for one in _supervisors(decision):
                yield one, case, DeskNews.PAGED
        case OverrideTold(case=case):
            for one in _supervisors(decision):
                yield one, case, DeskNews.OVERRIDE
        case EarlyStartTold(responder=responder):
            yield responder, None, DeskNews.EARLY_START
        case SurgeChanged():
            for one in dict.fromkeys((*_supervisors(decision), *_on_duty(decision))):
                yield one, None, DeskNews.SURGE


def _is_canary(decision: Decision, case_id: str) -> bool:
    case = decision.cases.get(case_id) or decision.desk.cases.get(case_id)
    return case is not None and case.drill == CANARY


def _supervisors(decision: Decision) -> list[str]:
    """Those whom the desk has seen, on duty or not."""
    return [one.id for one in decision.desk.responders.values() if one.is_supervisor]


def _on_duty(decision: Decision) -> list[str]:
    everybody = decision.desk.responders.values()
    return [one.id for one in everybody if one.duty is not Duty.OFF]


def _in_it(case: Case) -> tuple[str, ...]:
    holder = () if case.hold is None else (case.hold.responder,)
    successor = () if case.transfer is None else (case.transfer.to,)
    return (*holder, *successor, *case.guests)
