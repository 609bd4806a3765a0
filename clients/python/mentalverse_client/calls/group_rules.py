"""Whose device makes the group of a call, and changes who is in it, as values.

A call with a waiting room has a group of its own: being let in is being added, and
whoever is removed, or moved back, has no keys of what follows.

| The roster has          | Whose device                                   | When    |
|-------------------------|------------------------------------------------|---------|
| no group                | who leads; then who helps to                   | at once |
| a group and not this    | one of those, for nobody else has added it     | below   |
| device in it            |                                                |         |
| a seat without keys     | who has let them in; who leads; the next seats | at once |
| somebody put out        | who leads; the next seats                      | at once |

"The next" are in the order of seats, and each waits three seconds more than the one
before. Whoever leads and is not in the group waits until everybody else had their turn
to add them, and makes another one: so they are never locked out of a room that is
theirs, and alone in it they are the next. Two who do the same are settled by the log
of the group.

Who has left, or was away for too long, is removed by any member, as in every
conversation. Browsers follow the same table, turn by turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mentalverse_signaling.call_events import CallRole, Presence, RosterMember
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId
from mentalverse_signaling.roster_events import Roster

TURN_MS = 3_000
"""Between one device's turn and the next one's."""

Leaves = Mapping[AccountId, frozenset[DeviceId]]
"""By account, its devices in a group."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """The call and its group, as one device has them."""

    members: tuple[RosterMember, ...]
    """Who holds a seat; this device too."""
    own: AccountId
    group: ConversationId | None
    """What the roster names."""
    leaves: Leaves | None
    """Who is in that group; None where this device is not."""
    people: frozenset[AccountId]
    """Of the conversation that the call is of: nobody else is given keys."""
    admitted: frozenset[AccountId] = frozenset()
    """Whom this device has let in."""
    put_out: frozenset[AccountId] = frozenset()
    """Who was removed, or moved back."""
    planned: frozenset[AccountId] = frozenset()
    """About whom something waits to be committed."""


@dataclass(frozen=True, slots=True)
class Make:
    """Make the group of the call, with this device alone."""


@dataclass(frozen=True, slots=True)
class Change:
    """Add these to the group of the call, and remove those."""

    add: tuple[AccountId, ...] = ()
    staff: tuple[AccountId, ...] = ()
    """Of those added, who gets a seat of the staff."""
    remove: tuple[AccountId, ...] = ()


Since = Mapping[AccountId | None, int]
"""From when something is missing: an account, or None for the group."""
Decided = tuple[Since, Make | Change | None]


def waiting(now_ms: int) -> Since:
    """As after a step: whatever comes of it is looked at a turn later."""
    return {None: now_ms + TURN_MS}


def step(before: Since, view: GroupView, now_ms: int) -> Decided:
    """What this device does now, if anything, and what is missing after that.

    Args:
        before: What it answered the last time.
        view: The call now.
        now_ms: Of any clock that only grows.
    """
    own = next((it for it in view.members if it.member == view.own), None)
    if own is None:
        return {}, None
    leaves = view.leaves or {}
    if view.group is not None and own.device in leaves.get(view.own, frozenset()):
        return _changed(before, view, leaves, own, now_ms)
    return _made(before, view, own, now_ms)


def may_key(roster: Roster, group: ConversationId, kind: ConversationKind) -> bool:
    """Whether a group may key a call, whatever the server names.

    Its own where people wait outside, or that of its conversation.
    """
    if roster.view.has_waiting_room:
        return kind is ConversationKind.CALL
    return group == roster.view.conversation


def leads(member: RosterMember) -> bool:
    """Whether a role makes the group of a call."""
    return member.role in (CallRole.FACILITATOR, CallRole.CO_FACILITATOR)


def _made(before: Since, view: GroupView, own: RosterMember, now_ms: int) -> Decided:
    if not leads(own):
        return {}, None
    since = before.get(None, now_ms)
    if view.group is None:
        turns = in_order(view.members, leads, view.own).index(view.own)
    else:
        # Everybody who is there may be able to add this device.
        turns = len(in_order(view.members, lambda _: True, view.own))
    if now_ms - since < turns * TURN_MS:
        return {None: since}, None
    return waiting(now_ms), Make()


def _changed(
    before: Since, view: GroupView, leaves: Leaves, own: RosterMember, now_ms: int
) -> Decided:
    order = in_order(view.members, lambda it: it.member in leaves, view.own)
    turn = order.index(view.own)
    seated = {it.member: it for it in view.members}
    lacking = [it for it in seated if it not in leaves and it in view.people]
    extra = sorted(it for it in view.put_out if it in leaves and it not in seated)
    since: dict[AccountId | None, int] = {
        it: before.get(it, now_ms) for it in (*lacking, *extra)
    }

    def is_due(member: AccountId) -> bool:
        turns = 0 if member in view.admitted else turn
        waited_ms = now_ms - since[member]
        return member not in view.planned and waited_ms >= turns * TURN_MS

    add = tuple(filter(is_due, lacking))
    remove = tuple(filter(is_due, extra))
    if not add and not remove:
        return since, None
    # What comes of it is looked at a turn later, whoever's turn it was.
    since |= dict.fromkeys((*add, *remove), now_ms + TURN_MS)
    staff = tuple(it for it in add if leads(own) and leads(seated[it]))
    return since, Change(add, staff, remove)


def in_order(
    members: tuple[RosterMember, ...],
    counts: Callable[[RosterMember], bool],
    own: AccountId,
) -> list[AccountId]:
    """Who leads, who helps to, and then by seat; of those there, and always oneself."""
    ranks = {CallRole.FACILITATOR: 0, CallRole.CO_FACILITATOR: 1}
    there = [
        it
        for it in members
        if it.member == own or (it.presence is Presence.ON and counts(it))
    ]
    there.sort(key=lambda it: (ranks.get(it.role, 2), it.seat_no))
    return [it.member for it in there]
