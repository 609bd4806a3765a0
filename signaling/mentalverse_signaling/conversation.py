"""Conversations: kinds, seats, roles, and who may change the membership.

A conversation has members (accounts) and each member has leaves (devices) in
its MLS group. The server routes by these facts and cannot read what is said.
Membership changes only with an MLS commit that declares them, so the rules
below are applied to the declared change and the current membership, before the
commit takes its epoch. Clients apply them again to what the commit really does.

Seats: a circle holds at most eight participants and two staff (facilitator and
co-facilitator). A direct conversation holds two accounts. The limits count
accounts, not devices: a second phone takes no seat. In a crisis the person who asked
for help has the staff seat: nobody comes or goes but by their device. A call's group
has the seats of a circle. Any member adds there whom the call has admitted, which the
server looks up: so a newcomer has keys although who admitted them is just away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from .errors import BadRequest, Conflict, ConversationFull, Forbidden
from .ids import AccountId, DeviceId


class ConversationKind(StrEnum):
    """What a conversation is for; decides its seats and rules."""

    DIRECT = "direct"
    CIRCLE = "circle"
    CRISIS = "crisis"
    """Somebody in a crisis, who decides who is in it, and those who help."""
    CALL = "call"
    """Those who are in one call of a circle: its group keys the frames."""
    SIDE = "side"
    """Two who step aside from a call."""


class Seat(StrEnum):
    """What an account's place in a conversation is."""

    PARTICIPANT = "participant"
    STAFF = "staff"


DIRECT_SEATS = 2
CIRCLE_PARTICIPANT_SEATS = 8
CIRCLE_STAFF_SEATS = 2
CRISIS_HELPER_SEATS = 4
"""Who has the case, who takes it over, a supervisor, and one more."""
MAX_DEVICES_PER_ACCOUNT = 8
MAX_LEAVES = 64

_SEATS: Mapping[tuple[ConversationKind, Seat], int] = {
    (ConversationKind.DIRECT, Seat.PARTICIPANT): DIRECT_SEATS,
    (ConversationKind.DIRECT, Seat.STAFF): 0,
    (ConversationKind.CIRCLE, Seat.PARTICIPANT): CIRCLE_PARTICIPANT_SEATS,
    (ConversationKind.CIRCLE, Seat.STAFF): CIRCLE_STAFF_SEATS,
    (ConversationKind.CRISIS, Seat.PARTICIPANT): CRISIS_HELPER_SEATS,
    (ConversationKind.CRISIS, Seat.STAFF): 1,
    (ConversationKind.CALL, Seat.PARTICIPANT): CIRCLE_PARTICIPANT_SEATS,
    (ConversationKind.CALL, Seat.STAFF): CIRCLE_STAFF_SEATS,
    (ConversationKind.SIDE, Seat.PARTICIPANT): DIRECT_SEATS,
    (ConversationKind.SIDE, Seat.STAFF): 0,
}

_LED = frozenset(
    {ConversationKind.CIRCLE, ConversationKind.CRISIS, ConversationKind.CALL}
)
"""Where a staff seat decides who is in; the others are between two."""

Leaf = tuple[AccountId, DeviceId]


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is in a conversation: the seat of each account, the devices in the group."""

    kind: ConversationKind
    seats: Mapping[AccountId, Seat]
    leaves: frozenset[Leaf]
    leaving: frozenset[AccountId] = frozenset()
    """Accounts that asked to leave and wait for someone's commit to let them go."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit declares that it adds and removes."""

    adds: tuple[Leaf, ...] = ()
    removes: tuple[Leaf, ...] = ()


def seats_for(kind: ConversationKind, seat: Seat) -> int:
    """How many accounts may hold this seat in a conversation of this kind."""
    return _SEATS[kind, seat]


def seat_of_founder(kind: ConversationKind) -> Seat:
    """The seat of the account that opens a conversation of this kind."""
    return Seat.STAFF if kind in _LED else Seat.PARTICIPANT


def apply_change(
    membership: Membership,
    actor: Leaf,
    change: Change,
    staff: Iterable[AccountId] = (),
    revoked: frozenset[DeviceId] = frozenset(),
) -> Membership:
    """The membership after `actor` commits `change`.

    `staff` names the added accounts that take a staff seat; all others take a
    participant seat. `revoked` are devices that their own account has revoked.
    Raises `Forbidden` (not a member, or not allowed to change
    another person's place), `Conflict` (already there, or not there),
    `BadRequest` (a device named twice, or a commit that removes its own sender:
    RFC 9420 §12.2) or `ConversationFull`. All or nothing: no seat is taken
    unless every added account gets one.
    """
    if actor not in membership.leaves:
        raise Forbidden("only a member can change a conversation")
    _check_shape(actor, change)
    leaves = _leaves_after(membership, change)
    _check_authority(membership, actor, change, leaves, revoked)
    named = frozenset(staff)
    if named and membership.kind is ConversationKind.CALL:
        _check_leads(membership, actor[0])
    seats = _seats_after(membership, leaves, named)
    _check_capacity(membership, seats, leaves)
    return Membership(
        kind=membership.kind,
        seats=seats,
        leaves=leaves,
        leaving=membership.leaving & set(seats),
    )


def apply_rejoin(membership: Membership, actor: Leaf, change: Change) -> Membership:
    """The membership after `actor` has come back by an external commit.

    For devices of an account that is in the conversation (RFC 9420 §12.4.3.2): one
    that lost its state replaces its leaf, one without a leaf gets one. Seats stay
    as they are. Raises `Forbidden` (the account is not a member), `BadRequest`
    (the commit declares anything else than the caller's own return) or
    `ConversationFull`.
    """
    if actor[0] not in membership.seats:
        raise Forbidden("only a member's device can come back")
    replaced = (actor,) if actor in membership.leaves else ()
    if change != Change(adds=(actor,), removes=replaced):
        raise BadRequest("a device that comes back declares its own leaf only")
    leaves = membership.leaves | {actor}
    _check_capacity(membership, membership.seats, leaves)
    return replace(membership, leaves=leaves)


def _check_shape(actor: Leaf, change: Change) -> None:
    named = [*change.adds, *change.removes]
    if len(set(named)) != len(named):
        raise BadRequest("a device is named twice in one commit")
    if actor in change.removes:
        raise BadRequest("a commit cannot remove its own sender (RFC 9420 §12.2)")


def _leaves_after(membership: Membership, change: Change) -> frozenset[Leaf]:
    adds, removes = frozenset(change.adds), frozenset(change.removes)
    if adds & membership.leaves:
        raise Conflict("a device to be added is already in the conversation")
    if not removes <= membership.leaves:
        raise Conflict("a device to be removed is not in the conversation")
    return (membership.leaves - removes) | adds


def _check_authority(
    membership: Membership,
    actor: Leaf,
    change: Change,
    leaves: frozenset[Leaf],
    revoked: frozenset[DeviceId],
) -> None:
    """Own devices always; other people only as the kind and the seat allow.

    Anyone may commit the leaving of a person who asked for it, because MLS does
    not let the one who leaves commit it alone (RFC 9420 §12.2), and the end of a
    device that its account has revoked, as long as the account keeps a leaf:
    whoever loses a telephone has not left. Otherwise two people in a direct
    conversation cannot put each other out; in a circle the staff decides, and in a
    crisis the person.
    """
    account = actor[0]
    is_staff = membership.seats[account] is Seat.STAFF
    is_led = membership.kind in _LED
    adds_freely = is_staff or membership.kind is ConversationKind.CALL
    newcomers = {a for a, _ in change.adds} - set(membership.seats)
    if newcomers and is_led and not adds_freely:
        raise Forbidden("only whoever leads this conversation can add people")
    staying = {a for a, _ in leaves}
    removed = {a for a, d in change.removes if not (d in revoked and a in staying)}
    put_out = removed - {account} - membership.leaving
    if put_out and not (is_led and is_staff):
        raise Forbidden("only whoever leads a conversation can remove another person")


def _check_leads(membership: Membership, account: AccountId) -> None:
    if membership.seats[account] is not Seat.STAFF:
        raise Forbidden("only whoever leads a call gives a staff seat in its group")


def _seats_after(
    membership: Membership, leaves: frozenset[Leaf], staff: frozenset[AccountId]
) -> dict[AccountId, Seat]:
    present = {account for account, _ in leaves}
    seats = {a: seat for a, seat in membership.seats.items() if a in present}
    for account in present - set(seats):
        seats[account] = Seat.STAFF if account in staff else Seat.PARTICIPANT
    return seats


def _check_capacity(
    membership: Membership,
    seats: Mapping[AccountId, Seat],
    leaves: frozenset[Leaf],
) -> None:
    for seat in Seat:
        taken = sum(1 for held in seats.values() if held is seat)
        if taken > seats_for(membership.kind, seat):
            raise ConversationFull("every seat of this conversation is taken")
    if len(leaves) > MAX_LEAVES:
        raise ConversationFull("the group has no room for another device")
    devices = [account for account, _ in leaves]
    if any(devices.count(a) > MAX_DEVICES_PER_ACCOUNT for a in seats):
        raise ConversationFull("an account has too many devices in the group")
