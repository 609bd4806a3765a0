"""The steps of an override; `override` tells what they are for."""

from __future__ import annotations

import msgspec

from .case import Case
from .draft import Draft
from .effects import (
    LocationReleased,
    Notice,
    OverrideTold,
    Paged,
    PageReason,
    PagesCancelled,
)
from .errors import NotAllowed, NotNow, ReasonRequired
from .events import (
    OverrideConfirmed,
    OverrideCosigned,
    OverrideOpened,
    OverrideReleasedAlone,
    OverrideReviewed,
    OverrideWithdrawn,
    PageAcked,
)
from .override import Override
from .policy import Policy
from .record import Entry, What


def opened(draft: Draft, event: OverrideOpened) -> None:
    """Somebody in the conversation, or a supervisor, says that it is needed.

    Raises:
        NotAllowed: neither talks with the person nor supervises.
        NotNow: another one of this case waits for its contact.
        ReasonRequired: nothing was stated, or why the person is not informed was not.
    """
    if event.override in draft.overrides:
        return
    case = draft.case(event.case)
    if event.actor not in _present(case) and not draft.is_supervisor(event.actor):
        raise NotAllowed("an override is opened by whoever talks with the person")
    if not event.statement_hash or not event.released_hash:
        raise ReasonRequired("an override states why, and what is to be released")
    if not event.person_informed and not event.why_not_informed.strip():
        raise ReasonRequired("say why the person is not informed")
    others = (one for one in draft.overrides.values() if one.case == case.id)
    if any(one.confirmed_at_ms is None for one in others):
        raise NotNow("an override of this case is open already")
    override = Override(
        id=event.override,
        case=case.id,
        policy=case.policy,
        opened_by=event.actor,
        opened_at_ms=draft.now_ms,
        basis=event.basis,
        statement_hash=event.statement_hash,
        released_hash=event.released_hash,
        to=event.to,
        person_informed=event.person_informed,
        why_not_informed=event.why_not_informed,
        drill=case.drill,
    )
    draft.overrides[override.id] = override
    _note(draft, override, "opened", event.actor)
    _tell(draft, override, Notice.OVERRIDE_OPENED)


def cosigned(draft: Draft, event: OverrideCosigned) -> None:
    """A supervisor agrees, and it is released.

    Raises:
        NotAllowed: no supervisor, or the one who opened it.
    """
    override = draft.override(event.override)
    if event.actor == override.opened_by or not draft.is_supervisor(event.actor):
        raise NotAllowed("a second person agrees, who supervises")
    if override.released_at_ms is None:
        override = _answered(draft, override)
        _release(draft, override, event.actor, cosigned_by=event.actor)


def released_alone(draft: Draft, event: OverrideReleasedAlone) -> None:
    """Nobody answered in time: one acts alone.

    Raises:
        NotAllowed: somebody else than who opened it.
        NotNow: a supervisor may still answer.
        ReasonRequired: none was given.
    """
    override = draft.override(event.override)
    if event.actor != override.opened_by:
        raise NotAllowed("only who opened an override may act alone")
    if override.released_at_ms is not None:
        return
    if draft.now_ms < alone_from_ms(override, draft.policies[override.policy]):
        raise NotNow("a supervisor still has time to answer")
    if not event.reason.strip():
        raise ReasonRequired("acting alone needs a reason")
    _tell(draft, override, Notice.OVERRIDE_ALONE)
    override = _release(draft, override, event.actor, alone_because=event.reason)
    _page_supervisors(draft, _change(draft, override, page_acked_by=""))


def withdrawn(draft: Draft, event: OverrideWithdrawn) -> None:
    """Not needed after all, as long as nothing was released.

    Raises:
        NotAllowed: somebody else than who opened it.
        NotNow: it was released.
    """
    override = draft.override(event.override)
    if event.actor != override.opened_by:
        raise NotAllowed("only who opened an override may withdraw it")
    if override.released_at_ms is not None:
        raise NotNow("what was released cannot be taken back")
    _over(draft, override, "withdrawn", event.actor)


def confirmed(draft: Draft, event: OverrideConfirmed) -> None:
    """The emergency services made contact with the person.

    Raises:
        NotNow: nothing was released.
    """
    override = draft.override(event.override)
    if override.released_at_ms is None:
        raise NotNow("nothing was released yet")
    if override.confirmed_at_ms is not None:
        return
    override = _change(
        draft,
        _answered(draft, override),
        confirmed_by=event.actor,
        confirmed_at_ms=draft.now_ms,
        told=0,
    )
    draft.tell(PagesCancelled(case=override.case, reason=PageReason.CONTACT))
    _note(draft, override, "confirmed", event.actor)


def reviewed(draft: Draft, event: OverrideReviewed) -> None:
    """Somebody who did not act has looked at it; that is its end.

    Raises:
        NotAllowed: no supervisor, or somebody who acted.
        NotNow: nobody has confirmed a contact yet.
    """
    override = draft.override(event.override)
    acted = (override.opened_by, override.cosigned_by)
    if event.actor in acted or not draft.is_supervisor(event.actor):
        raise NotAllowed("a supervisor reviews it who did not act")
    if override.confirmed_at_ms is None:
        raise NotNow("the contact is not confirmed yet")
    _over(draft, override, "reviewed", event.actor)


def page_acked(draft: Draft, event: PageAcked) -> bool:
    """Whether a supervisor other than who opened it takes care of what they are paged
    for; told twice, it is so once."""
    if event.reason not in (None, PageReason.OVERRIDE):
        return False
    is_of_team = event.by in draft.responders
    if is_of_team and not draft.is_supervisor(event.by):
        return False
    found = False
    for override in list(draft.overrides.values()):
        if override.case != event.case or override.opened_by == event.by:
            continue
        found = found or override.is_paged
        if override.is_paged and not override.page_acked_by:
            draft.tell(_pages_over(override))
            override = _change(draft, override, page_acked_by=event.by)
            _note(draft, override, "page_acked", event.by)
    return found


def alone_from_ms(override: Override, policy: Policy) -> int:
    """When who opened it may act without a supervisor."""
    return override.opened_at_ms + _alone_ms(policy)


def due_ms(override: Override, policy: Policy) -> int:
    """When somebody is told of it next."""
    if override.released_at_ms is None:
        return override.opened_at_ms + (override.told + 1) * _alone_ms(policy)
    if override.confirmed_at_ms is None:
        contact_ms = policy.contact_seconds * 1000
        return override.released_at_ms + (override.told + 1) * contact_ms
    first_ms = override.opened_at_ms + policy.review_seconds * 1000
    return first_ms + override.told * policy.follow_up_spacing_seconds * 1000


def pass_time(draft: Draft, override: Override) -> Override:
    """The override once everybody who has to hear of it has."""
    policy = draft.policies[override.policy]
    if due_ms(override, policy) > draft.now_ms:
        return override
    while due_ms(override, policy) <= draft.now_ms:
        override = _change(draft, override, told=override.told + 1)
    # Once, however long the desk stood still.
    if override.released_at_ms is None:
        _tell(draft, override, Notice.OVERRIDE_UNANSWERED)
        if not override.page_acked_by:
            override = _page_supervisors(draft, override)
    elif override.confirmed_at_ms is None:
        _page(draft, override, PageReason.CONTACT, ("supervisor", "clinical_lead"))
    else:
        _tell(draft, override, Notice.OVERRIDE_REVIEW_OVERDUE)
    return override


def _release(
    draft: Draft,
    override: Override,
    actor: str,
    cosigned_by: str = "",
    alone_because: str = "",
) -> Override:
    override = _change(
        draft,
        override,
        cosigned_by=cosigned_by,
        alone_because=alone_because,
        released_at_ms=draft.now_ms,
        told=0,
    )
    _note(draft, override, "released", actor)
    _tell(draft, override, Notice.OVERRIDE_RELEASED)
    case = draft.cases.get(override.case)
    if case is not None and case.location_until_ms is not None:
        draft.tell(LocationReleased(case=case.id, to=override.opened_by))
    return override


def _page_supervisors(draft: Draft, override: Override) -> Override:
    """The override with supervisors paged for want of a second person."""
    _page(draft, override, PageReason.OVERRIDE, ("supervisor",))
    return _change(draft, override, is_paged=True)


def _answered(draft: Draft, override: Override) -> Override:
    """The override with nobody paged any more for want of a second person."""
    if not override.is_paged:
        return override
    draft.tell(_pages_over(override))
    return _change(draft, override, is_paged=False)


def _pages_over(override: Override) -> PagesCancelled:
    return PagesCancelled(case=override.case, reason=PageReason.OVERRIDE)


def _page(
    draft: Draft, override: Override, reason: PageReason, tiers: tuple[str, ...]
) -> None:
    case = draft.cases.get(override.case)
    draft.tell(
        Paged(
            case=override.case,
            level=override.told,
            tiers=tiers,
            band=None if case is None else case.band,
            due_ms=due_ms(override, draft.policies[override.policy]),
            reason=reason,
            drill=override.drill,
        )
    )


def _over(draft: Draft, override: Override, outcome: str, actor: str) -> None:
    override = _answered(draft, override)
    del draft.overrides[override.id]
    _note(draft, override, outcome, actor)


def _change(draft: Draft, override: Override, **fields: object) -> Override:
    changed = msgspec.structs.replace(override, **fields)
    draft.overrides[override.id] = changed
    return changed


def _note(draft: Draft, override: Override, outcome: str, actor: str) -> None:
    draft.entries.append(
        Entry(
            at_ms=draft.now_ms,
            case=override.case,
            what=What.OVERRIDE,
            actor=actor,
            offer=override.id,
            outcome=outcome,
            reason=override.alone_because or override.basis.value,
            drill=override.drill,
        )
    )


def _tell(draft: Draft, override: Override, what: Notice) -> None:
    draft.tell(OverrideTold(override=override.id, case=override.case, what=what))


def _alone_ms(policy: Policy) -> int:
    return policy.alone_seconds * 1000


def _present(case: Case) -> tuple[str, ...]:
    return case.guests if case.hold is None else (*case.guests, case.hold.responder)
