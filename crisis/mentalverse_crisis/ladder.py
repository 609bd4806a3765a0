"""Nobody waits in silence: who is paged as a search goes on.

Rung by rung more people are told, at fixed shares of the band's target T. Who is paged
is paged again every T until a named person has seen it, or somebody has taken the
case. A page that was seen buys one T; a case that still waits then goes on to the next
rung.

The rungs count from T before the accept is due. Without a raise that is the place in
the queue. A raised case climbs by its new T, and never down.
"""

from __future__ import annotations

from .case import Case, Escalation
from .draft import Draft
from .effects import Notice, Paged, PagesCancelled, PersonTold
from .events import PageAcked
from .policy import Policy
from .record import What


def rung_at_ms(case: Case, policy: Policy, level: int) -> int:
    """When the rung of this level (from 1) fires."""
    target_ms = policy.accept_ms(case.band)
    percent = policy.ladder[level - 1].at_percent
    return case.accept_due_ms + target_ms * (percent - 100) // 100


def due_ms(case: Case, policy: Policy) -> int:
    """When the next rung fires, or the last page is repeated."""
    escalation = case.escalation
    target_ms = policy.accept_ms(case.band)
    if escalation.acked_at_ms is not None:
        return escalation.acked_at_ms + target_ms
    found = [_next_rung_ms(case, policy), _next_page_ms(case, policy)]
    return min(moment for moment in found if moment is not None)


def climb(draft: Draft, case: Case) -> Case:
    """The case after every rung and page that is due."""
    policy = draft.policy(case)
    while due_ms(case, policy) <= draft.now_ms:
        rung_ms = _next_rung_ms(case, policy)
        was_seen = case.escalation.acked_at_ms is not None
        climbs = rung_ms is not None and (was_seen or rung_ms <= draft.now_ms)
        case = _reach(draft, case, case.escalation.level + (1 if climbs else 0))
    return _page(draft, case)


def nobody_to_ask(draft: Draft, case: Case) -> Case:
    """The case after the first rung that pages, at once: nobody is there to ask."""
    ladder = draft.policy(case).ladder
    first = next((at for at, rung in enumerate(ladder, 1) if rung.pages), len(ladder))
    if case.escalation.level >= first:
        return case
    while case.escalation.level < first:
        case = _reach(draft, case, case.escalation.level + 1)
    return _page(draft, case)


def page_acked(draft: Draft, event: PageAcked) -> bool:
    """Whether anybody is paged for a case; who says it first has seen the page."""
    case = draft.cases.get(event.case)
    if case is None or not case.seeks or case.escalation.paged_at_ms is None:
        return False
    if not case.escalation.acked_by:
        acked(draft, case, event.by)
    return True


def acked(draft: Draft, case: Case, by: str) -> Case:
    """The case once somebody has seen its page; its other pages are over."""
    draft.note(case, What.PAGE_ACKED, actor=by, level=case.escalation.level)
    draft.tell(PagesCancelled(case=case.id))
    level, paged_at_ms = case.escalation.level, case.escalation.paged_at_ms
    return draft.change(
        case,
        escalation=Escalation(
            level=level,
            paged_at_ms=paged_at_ms,
            acked_by=by,
            acked_at_ms=draft.now_ms,
        ),
    )


def over(draft: Draft, case: Case) -> None:
    """Nobody is paged any more: the search has ended."""
    if case.escalation.paged_at_ms is not None:
        draft.tell(PagesCancelled(case=case.id))


def _reach(draft: Draft, case: Case, level: int) -> Case:
    """The case on a rung, or on the same once more; nobody is paged yet."""
    rung = draft.policy(case).ladder[level - 1]
    pages = pages_through(draft.policy(case), level)
    paged_at_ms = draft.now_ms if pages else case.escalation.paged_at_ms
    is_new = level > case.escalation.level
    case = draft.change(
        case, escalation=Escalation(level=level, paged_at_ms=paged_at_ms)
    )
    if is_new:
        draft.note(case, What.ESCALATED, level=level)
    if is_new and rung.offers_outside:
        draft.tell(PersonTold(case=case.id, what=Notice.OUTSIDE_LINES))
    return case


def _page(draft: Draft, case: Case) -> Case:
    """Page everybody up to the rung of a case: once, however far it has climbed."""
    pages = pages_through(draft.policy(case), case.escalation.level)
    if pages:
        draft.tell(
            Paged(
                case=case.id,
                level=case.escalation.level,
                tiers=pages,
                band=case.band,
                due_ms=case.accept_due_ms,
                drill=case.drill,
            )
        )
    return case


def pages_through(policy: Policy, level: int) -> tuple[str, ...]:
    """Everybody who is paged at a level: those of lower ones go on being paged."""
    tiers = [tier for rung in policy.ladder[:level] for tier in rung.pages]
    return tuple(dict.fromkeys(tiers))


def _next_rung_ms(case: Case, policy: Policy) -> int | None:
    level = case.escalation.level + 1
    return rung_at_ms(case, policy, level) if level <= len(policy.ladder) else None


def _next_page_ms(case: Case, policy: Policy) -> int | None:
    """When a page that nobody has seen goes out again."""
    paged_at_ms = case.escalation.paged_at_ms
    if paged_at_ms is None:
        return None
    return paged_at_ms + policy.accept_ms(case.band)
