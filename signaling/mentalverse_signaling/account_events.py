"""Payloads of `account.*` and `sign_in.*`: who is who, and who is signed in."""

from __future__ import annotations

from .fields import Fact, Handle, Payload, TimestampMs, Token
from .ids import AccountIdField, DeviceIdField, SignInIdField
from .roles import Role


class AccountMe(Payload, frozen=True):
    """Ask what the server knows of the caller's own account."""


class MyAccount(Fact, frozen=True):
    """The caller's own account, as it is now.

    Roles are asked for and not carried by the sign-in: they change while it lasts.
    """

    account: AccountIdField
    device: DeviceIdField
    handle: str
    roles: tuple[Role, ...]
    """Every role, in the order of the closed set."""
    created_at: TimestampMs
    verified_until: TimestampMs | None
    """A passkey was used with this sign-in less than five minutes before then."""


class AccountFind(Payload, frozen=True):
    """Look an account up by its handle."""

    handle: Handle


class AccountView(Fact, frozen=True):
    """What other accounts may see. `account_pub` is the Ed25519 account key."""

    account: AccountIdField
    handle: str
    account_pub: bytes
    roles: tuple[Role, ...] = ()
    """Those of `roles.BADGES` that the operator has granted."""


class AccountReauth(Payload, frozen=True):
    """Replace this connection's sign-in before it expires."""

    token: Token


class SignInList(Payload, frozen=True):
    """Every sign-in of this account."""


class SignInView(Fact, frozen=True):
    """One sign-in."""

    sign_in: SignInIdField
    device: DeviceIdField
    created_at: TimestampMs
    expires_at: TimestampMs
    current: bool


class SignIns(Fact, frozen=True):
    """Answer to `sign_in.list`."""

    sign_ins: tuple[SignInView, ...]


class SignInRevoke(Payload, frozen=True):
    """End one sign-in; its live connection closes within two seconds."""

    sign_in: SignInIdField


class SignInRevokeAll(Payload, frozen=True):
    """End every sign-in of this account; their live connections close at once.

    Without `keep_this` the caller's too: then its connection may close before the
    answer. A device that has its key can sign in again: one that is lost has to be
    taken off the account's list.
    """

    keep_this: bool = True


class SignedOut(Fact, frozen=True):
    """This connection's sign-in is over; `reason` is `revoked` or `expired`."""

    reason: str
