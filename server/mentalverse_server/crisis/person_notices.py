"""`case.changed`: a hint to every device of whoever asked for help.

The rules say what a person is to be told (`PersonTold`). Some of what they see on
`case.mine` changes without such an effect, as when somebody is asked in: so what was
told last is kept for every open case, and a change of it is told, too. Nothing is lost
with this memory: it saves the seconds until the person's device asks by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, CaseState, TransferStep
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.effects import Notice, PersonTold
from mentalverse_signaling.crisis_events import CaseChanged, CaseNews
from mentalverse_signaling.ids import AccountId, CaseId

from ..store.engine import Connection
from ..transport.connections import Connections
from ..transport.frames import encode_push


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a case the person sees, as far as it changes."""

    state: CaseState
    band: Band
    holder: str
    others: frozenset[str]


class PersonNotices:
    """Listens to decisions and pushes to the live connections of persons."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._seen: dict[str, _Seen] = {}

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Nothing: a hint need not outlive the process."""

    def carry_out(self, decision: Decision) -> None:
        """Tell the persons whose cases changed, each thing once."""
        told: dict[tuple[str, CaseNews], None] = {}
        for effect in decision.effects:
            if isinstance(effect, PersonTold) and effect.what.value in _NEWS:
                told[effect.case, CaseNews(effect.what.value)] = None
        for case in decision.cases.values():
            news = self._news(case)
            if news is not None:
                told[case.id, news] = None
        for case_id, what in told:
            known = decision.cases.get(case_id) or decision.desk.cases.get(case_id)
            if known is not None:
                self._tell(known, what)

    def _news(self, case: Case) -> CaseNews | None:
        after = _seen(case)
        before = self._seen.get(case.id)
        if case.state.is_final:
            self._seen.pop(case.id, None)
        else:
            self._seen[case.id] = after
        if before is None:
            return CaseNews.OPENED if case.state in _QUEUED else None
        if after.others - before.others:
            return CaseNews.GUEST
        if before.holder and after.holder and before.holder != after.holder:
            return CaseNews.HANDED_OVER
        if before.holder and not after.holder and not case.state.is_final:
            return CaseNews.RETURNED
        return CaseNews.BAND_CHANGED if before.band is not after.band else None

    def _tell(self, case: Case, what: CaseNews) -> None:
        push = encode_push("case.changed", CaseChanged(CaseId(case.id), what))
        for connection in self._connections.by_account(AccountId(case.person)):
            connection.send(push)


_QUEUED = (CaseState.WAITING, CaseState.OFFERED)
_NEWS = frozenset(news.value for news in CaseNews) & {one.value for one in Notice}


def _seen(case: Case) -> _Seen:
    transfer = case.transfer
    is_coming = transfer is not None and transfer.step is TransferStep.COMING
    successor = {transfer.to} if transfer is not None and is_coming else set()
    return _Seen(
        case.state,
        case.band,
        "" if case.hold is None else case.hold.responder,
        frozenset({*case.guests} | successor),
    )
