"""Back-up: when a professional should be beside whoever has a case, and who may come.

It is advised of a case as urgent as the policy says (`Policy.back_up_band`) in which
neither a professional nor a supervisor is: not its holder, and no guest. That follows
from the desk alone, so nothing of it is stored. When it begins, and with every new
holder of whom it is true, the holder and the supervisors are told once.

Nothing is done without the holder. They ask (`SupervisorWanted`), and then a
professional on duty may come in (`BackUpCame`), as a supervisor may at any time; the
wish ends with the first of them. The gates that protect the person are asked again of
who comes, as of an offer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .acuity import Band
from .case import CANARY, Case, CaseState
from .desk import PROFESSIONAL, Desk, Responder
from .draft import Draft
from .effects import Notice, ResponderTold, SupervisorsTold
from .policy import Policy
from .routing import may_join

_TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)

Team = Mapping[str, Responder]


def is_professional(responder: Responder) -> bool:
    """Whether the roster says so."""
    return responder.skill(PROFESSIONAL) >= 1


def is_back_up(team: Team, responder: str) -> bool:
    """Whether with this one there, nobody else has to be; nobody unknown is it."""
    found = team.get(responder)
    return found is not None and (found.is_supervisor or is_professional(found))


def is_advised(team: Team, case: Case, policy: Policy) -> bool:
    """Whether a professional should be in a conversation, and nobody who counts is.

    Robots answer canaries, and nobody is asked to help them.
    """
    hold = case.hold
    if hold is None or case.state not in _TALKING or case.drill == CANARY:
        return False
    if not policy.back_up_band or case.band > Band[policy.back_up_band]:
        return False
    return not any(is_back_up(team, one) for one in (hold.responder, *case.guests))


def may_come(responder: Responder, case: Case, policy: Policy) -> bool:
    """Whether the holder asks for back-up, and this one may come in as that.

    A supervisor may come in also when nobody asks; this is whether they are wanted.
    """
    hold = case.hold
    if hold is None or case.supervisor_wanted_at_ms is None:
        return False
    if responder.id in (hold.responder, case.person, *case.guests):
        return False
    if responder.is_supervisor:
        return True
    return is_professional(responder) and may_join(responder, case, policy) is None


def professionals(draft: Draft, case: Case) -> Iterator[str]:
    """Who may come in now besides supervisors, in the order of the roster."""
    policy = draft.policy(case)
    for one in draft.responders.values():
        if not one.is_supervisor and may_come(one, case, policy):
            yield one.id


def look(draft: Draft, before: Desk) -> None:
    """Tell of every case of which it is advised by now, and was not of that holder."""
    for case in draft.cases.values():
        policy = draft.policy(case)
        if not is_advised(draft.responders, case, policy):
            continue
        earlier = before.cases.get(case.id)
        holder = case.held().responder
        was_told = (
            earlier is not None
            and earlier.hold is not None
            and earlier.hold.responder == holder
            and is_advised(before.responders, earlier, policy)
        )
        if not was_told:
            draft.tell(
                ResponderTold(
                    case=case.id, responder=holder, what=Notice.BACK_UP_ADVISED
                ),
                SupervisorsTold(case=case.id, what=Notice.BACK_UP_ADVISED),
            )
