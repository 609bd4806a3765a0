"""Whether a device may still act, looked up where its act takes effect.

Who asks was let in before, perhaps a minute before: a body takes time to arrive. What
outlasts the request is therefore done only if the device is not revoked by then.
"""

from __future__ import annotations

from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import BadRequest, Forbidden

from ..store import accounts
from ..store.accounts import DeviceRow
from ..store.engine import Connection


def live_device(connection: Connection, leaf: Leaf) -> DeviceRow:
    """A registered device of the named account; neither of them is put out.

    Raises `BadRequest` or `Forbidden`.
    """
    account, device = leaf
    row = accounts.device(connection, device)
    if row is None or row.account != account:
        raise BadRequest("a device is not one of the account it is named with")
    if row.revoked_at is not None:
        raise Forbidden("a device has been revoked")
    if accounts.is_disabled(connection, account):
        raise Forbidden("an account has been disabled")
    return row
