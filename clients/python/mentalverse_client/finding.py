"""Who is behind a handle: asked once, looked up in the log of keys, then pinned."""

from __future__ import annotations

from mentalverse_signaling.events import AccountFind, AccountView
from mentalverse_signaling.ids import AccountId

from .engine import Engine
from .errors import PeerChanged
from .groups import people


async def find(engine: Engine, handle: str) -> AccountId:
    """The account id behind a handle.

    Raises:
        NotFound: nobody has this handle.
        PeerChanged, NotProven: the key that the server shows does not hold.
        NotConnected: needed, unless this device has met them.
    """
    known = people.by_handle(engine.device, handle)
    if known is not None:
        return known.account
    view = await engine.call("account.find", AccountFind(handle), AccountView)
    if view.handle != handle:
        raise PeerChanged("the server answers for another name")
    await engine.log.checked_list(view.account, view.account_pub)
    return people.pin(engine.device, view).account
