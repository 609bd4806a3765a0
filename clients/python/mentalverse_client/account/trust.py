"""Whom to believe: the check of every credential, and what an account is known by.

A leaf is accepted if the account and the authentication service both signed its
credential, the service with a key pinned at registration, and if the account's key
is the one it was first seen with, or follows on it: signed by the key before, and in
the log (`log.key_log`). So neither a server nor somebody who took over
an account can slip a device in under a known name. A key that was never seen before
lets a leaf be read here; before anything is sent to it, the transparency log has to
prove it (`log.key_log`). Whether a handle leads to the right person, only they can say:
comparing safety numbers does.

MLS asks at every place where a leaf enters or changes (RFC 9420 §5.3.1). Two rules
need the whole tree, and are checked on it: no device has two leaves, and an update
keeps a leaf with its device.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from mentalverse_crypto import credential as credentials
from mentalverse_crypto.credential import DeviceCredential
from mentalverse_crypto.declared import DeclaredChange
from mentalverse_crypto.errors import (
    CredentialMismatch,
    CredentialRejected,
    DecodeError,
)
from mentalverse_crypto.leaf import Credential, CredentialType
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import AccountId, DeviceId, id_text

from ..store.records import Contact, Identity, load, load_all, save
from ..store.vault import Transaction, Vault
from .profile import as_keys


class OtherAccountKey(CredentialMismatch):
    """An account shows a key that is not known to follow on the one it is known by.

    It may do so all the same: the account's newest list tells, if the log proves it.
    """

    code = "credential.other_account_key"

    def __init__(self, account: AccountId) -> None:
        super().__init__("the account shows another key than before")
        self.account = account


class CredentialCheck:
    """Says yes or no to credentials at one moment; remembers first contacts.

    What it learns is stored with the state that relied on it, by `save`.
    """

    def __init__(self, vault: Vault, identity: Identity, now: datetime) -> None:
        self._vault = vault
        self._as_keys: Mapping[bytes, bytes] = as_keys(identity)
        self._now = now
        self._first_seen: dict[AccountId, Contact] = {}

    def __call__(self, credential: Credential, signature_key: bytes) -> None:
        """Accept the credential of a leaf.

        Raises:
            CredentialRejected: or one of its leaves, naming the reason.
        """
        device = read_credential(credential)
        credentials.verify(device, signature_key, self._as_keys, self._now)
        account = AccountId(id_text(device.account_id))
        known = self._first_seen.get(account) or load(
            self._vault, Contact, "contact", account
        )
        if known is None:
            self._first_seen[account] = Contact(
                account=account, account_pub=device.account_public
            )
        elif device.account_public not in (known.account_pub, *known.earlier):
            raise OtherAccountKey(account)

    def save(self, write: Transaction) -> None:
        """Store the accounts seen for the first time."""
        for contact in self._first_seen.values():
            save(write, "contact", contact, contact.account)


def read_credential(credential: Credential) -> DeviceCredential:
    """What a leaf's credential says; nothing is verified.

    Raises:
        CredentialRejected: it is none of ours.
    """
    if credential.credential_type is not CredentialType.BASIC:
        raise CredentialRejected("not a basic credential")
    try:
        return DeviceCredential.decode(credential.identity)
    except DecodeError:
        raise CredentialRejected("not a device credential") from None


def leaf_of(credential: Credential) -> Leaf:
    """Account and device of a leaf."""
    device = read_credential(credential)
    return (
        AccountId(id_text(device.account_id)),
        DeviceId(id_text(device.device_id)),
    )


def declared_leaves(changes: Iterable[DeclaredChange]) -> frozenset[Leaf]:
    """Account and device of each declared change."""
    return frozenset(
        (AccountId(id_text(c.account_id)), DeviceId(id_text(c.device_id)))
        for c in changes
    )


def check_one_leaf_per_device(leaves: Iterable[Leaf]) -> None:
    """Refuse a tree in which a device, under any account, has two leaves.

    Raises:
        CredentialMismatch: there is one.
    """
    devices = [device for _, device in leaves]
    if len(set(devices)) != len(devices):
        raise CredentialMismatch("a device has two leaves")


def contact(vault: Vault, account: str) -> Contact | None:
    """What is known of an account."""
    return load(vault, Contact, "contact", account)


def contacts(vault: Vault) -> list[Contact]:
    """Every account seen so far."""
    return load_all(vault, Contact, "contact")
