"""Whether a device may still act, looked up where its act takes effect.

Who asks was let in before, perhaps a minute before: a body takes time to arrive. What
outlasts the request is therefore done only if the device is not revoked by then.
"""

from __future__ import annotations

from collections.abc import Collection

from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import BadRequest, Forbidden
from mentalverse_signaling.ids import AccountId

from ..store import accounts
from ..store.accounts import DeviceRow
from ..store.engine import Connection


def live_device(
    connection: Connection, leaf: Leaf, hidden: Collection[AccountId] = ()
) -> DeviceRow:
    """A registered device of the named account; neither of them is put out.

    `hidden` are accounts that the caller is to take for unknown. Raises `BadRequest`
    or `Forbidden`.
    """
    account, device = leaf
    row = accounts.device(connection, device)
    if row is None or row.account != account or account in hidden:
        raise BadRequest("a device is not one of the account it is named with")
    if row.revoked_at is not None:
        raise Forbidden("a device has been revoked")
    if accounts.is_disabled(connection, account):
        raise Forbidden("an account has been disabled")
    return row
