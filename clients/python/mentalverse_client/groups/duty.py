"""What a group owes to the device lists of its members, before anything else is sent.

A device that its account does not list any more must not read on, so its leaf is
removed; a device of one's own that is listed and not there yet is added. Nothing of
this is planned and stored: it is what the group and the lists say at this moment, so
a crash, a lost answer or somebody who was faster leave nothing to clean up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import AccountId, DeviceId

ListedDevices = Callable[[AccountId], frozenset[DeviceId] | None]
"""The devices of an account's checked list; None if none is known."""


@dataclass(frozen=True, slots=True)
class Duty:
    """The change that a group owes; false if it owes none."""

    add: frozenset[Leaf] = frozenset()
    remove: frozenset[Leaf] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)


def duty_of(
    own: Leaf,
    leaves: frozenset[Leaf],
    listed: ListedDevices,
    absent: Collection[DeviceId] = (),
    unjudged: Collection[Leaf] = (),
) -> Duty:
    """What the group with these leaves owes, as the device `own` knows the lists.

    Whoever loses their only telephone has not left: their next device is added with
    the commit that removes it. While there is none to add, it cannot be removed, and
    `remove` names it all the same.

    Args:
        own: This device.
        leaves: Account and device of every leaf.
        listed: What accounts list.
        absent: Devices that have no KeyPackage at the moment.
        unjudged: Leaves that may be on a newer list than the one that is known.
    """
    judged = leaves - {own} - set(unjudged)
    revoked = frozenset(leaf for leaf in judged if is_unlisted(leaf, listed))
    staying = {account for account, _ in leaves - revoked}
    lost = {account for account, _ in revoked} - staying
    joining = {
        (account, device)
        for account in {own[0], *lost}
        for device in listed(account) or ()
        if device not in absent
    }
    if own[1] not in (listed(own[0]) or {own[1]}):
        return Duty()  # revoked itself: the others remove it
    return Duty(frozenset(joining - leaves - {own}), revoked)


def stranded(duty: Duty, leaves: frozenset[Leaf]) -> frozenset[AccountId]:
    """Accounts that the removal would put out, because none of their devices comes."""
    after = {account for account, _ in (leaves - duty.remove) | duty.add}
    return frozenset({account for account, _ in duty.remove} - after)


def is_unlisted(leaf: Leaf, listed: ListedDevices) -> bool:
    """Whether the list that is known does not name the device of a leaf."""
    account, device = leaf
    known = listed(account)
    return known is not None and device not in known
