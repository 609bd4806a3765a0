"""Names: what the server calls accounts, and what this device pinned about them.

A name is the server's word. The first one that is heard of an account stays, and a
name that somebody known has goes to nobody else: a server cannot put one person into
the place of another by renaming both.
"""

from __future__ import annotations

import msgspec

from mentalverse_signaling.events import AccountView, ConversationView, MemberView
from mentalverse_signaling.ids import AccountId

from ..account.device import Device
from ..errors import PeerChanged
from ..store.records import Contact, load, load_all, save
from ..store.vault import Transaction
from .room import Room

UNNAMED = "someone"
"""Shown for an account whose handle has not been heard of."""


def learn(device: Device, room: Room, view: ConversationView) -> set[AccountId]:
    """Take over what only the server can know: handles, seats, who is leaving.

    Only for accounts that are in the group: the group says who is a member. The
    accounts among them are returned that have a later device list than is known.
    """
    vault = device.profile.vault
    members = [m for m in view.members if m.account in room.accounts]
    known = {m.account: load(vault, Contact, "contact", m.account) for m in members}
    if any(contact and not contact.handle for contact in known.values()):
        with vault.transaction() as write:
            for member in members:
                if contact := known[member.account]:
                    _name(device, write, contact, member.handle)
    seats = {member.account: member.seat for member in members}
    leaving = tuple(member.account for member in members if member.leaving)
    if (seats, leaving) != (room.record.seats, room.record.leaving):
        room.update_record(seats=seats, leaving=leaving)
    return {m.account for m in members if _has_later_list(device, m)}


def _has_later_list(device: Device, member: MemberView) -> bool:
    known = device.profile.lists.get(member.account)
    return known is None or known.counter < member.list_counter


def outsiders(room: Room, view: ConversationView) -> frozenset[AccountId]:
    """To whom the server delivers a conversation although they are not in the group.

    Only of the epoch that is known here can that be said.
    """
    if view.group != room.record.group or view.epoch != room.state.epoch:
        return frozenset()
    if not room.is_followed:
        return frozenset()
    routed = {
        (each.account, device) for each in view.members for device in each.devices
    }
    return frozenset(account for account, _ in routed - room.leaves)


def pin(device: Device, view: AccountView) -> Contact:
    """What is known of an account that was looked up, from now on at least this.

    Raises:
        PeerChanged: it is known here under another key.
    """
    vault = device.profile.vault
    known = load(vault, Contact, "contact", view.account)
    if known is not None and known.account_pub != view.account_pub:
        raise PeerChanged("this account shows another key than before")
    if known is not None and known.handle not in ("", view.handle):
        raise PeerChanged("the server shows somebody who has another name here")
    with vault.transaction() as write:
        met = known or Contact(account=view.account, account_pub=view.account_pub)
        save(write, "contact", met, view.account)
        return _name(device, write, met, view.handle)


def _name(device: Device, write: Transaction, known: Contact, handle: str) -> Contact:
    """Note what somebody without a name is called, if nobody else is called that."""
    is_own = handle == device.profile.identity.handle
    if known.handle or is_own or by_handle(device, handle) is not None:
        return known
    named = msgspec.structs.replace(known, handle=handle)
    save(write, "contact", named, known.account)
    return named


def by_handle(device: Device, handle: str) -> Contact | None:
    """The known account of this handle."""
    contacts = load_all(device.profile.vault, Contact, "contact")
    return next((c for c in contacts if c.handle == handle), None)


def handle_of(device: Device, account: str) -> str:
    """What to call an account."""
    identity = device.profile.identity
    if account == identity.account:
        return identity.handle
    known = load(device.profile.vault, Contact, "contact", account)
    return known.handle if known is not None and known.handle else UNNAMED


def set_verified(device: Device, account: AccountId, verified: bool) -> None:
    """Note whether the safety number of an account was compared.

    That decides as well what becomes of a key that changed: it is gone on with.
    """
    vault = device.profile.vault
    known = load(vault, Contact, "contact", account)
    if known is not None:
        with vault.transaction() as write:
            changed = msgspec.structs.replace(known, verified=verified, undecided=False)
            save(write, "contact", changed, account)
