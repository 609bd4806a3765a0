"""What a guest may do: every command and every endpoint with a token, one by one.

A guest comes without an invitation, so it can be anybody, and any number of them can
come. It may keep its own keys, and take part in conversations into which somebody with
an account lets it. It may not look for people, ask for the keys of strangers, or open
conversations: nobody is written to by a guest whom they did not let in.

What is not in these tables is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from .errors import Forbidden


class GuestMay(StrEnum):
    """How far a guest gets with a call."""

    YES = "yes"
    """As anybody: it is about the guest itself, or the conversation decides."""
    NEAR = "near"
    """About itself and those whom it shares a conversation with; the others are
    `not_found`, as if they did not exist."""
    NO = "no"
    """Refused with `forbidden`."""


COMMANDS_OF_GUESTS: Final[Mapping[str, GuestMay]] = {
    "message.send": GuestMay.YES,
    "conversation.sync": GuestMay.YES,
    "conversation.list": GuestMay.YES,
    "conversation.find": GuestMay.YES,
    "conversation.create": GuestMay.NO,
    "conversation.leave": GuestMay.YES,
    "cursor.advance": GuestMay.YES,
    "group.commit": GuestMay.YES,
    "group.info": GuestMay.YES,
    "group.rejoin": GuestMay.YES,
    "group.reject": GuestMay.YES,
    "group.recreate": GuestMay.YES,
    "welcome.list": GuestMay.YES,
    "welcome.confirm": GuestMay.YES,
    "keys.publish": GuestMay.YES,
    "keys.count": GuestMay.YES,
    "keys.take": GuestMay.NEAR,
    "account.find": GuestMay.NO,
    "account.me": GuestMay.YES,
    "account.reauth": GuestMay.YES,
    "block.set": GuestMay.NO,
    "block.list": GuestMay.NO,
    "device.list": GuestMay.NEAR,
    "device.checkpoint": GuestMay.YES,
    "log.head": GuestMay.YES,
    "log.entries": GuestMay.YES,
    "log.consistency": GuestMay.YES,
    "sign_in.list": GuestMay.NO,
    "sign_in.revoke": GuestMay.NO,
    "sign_in.revoke_all": GuestMay.NO,
}
"""By the names of the registry."""

ENDPOINTS_OF_GUESTS: Final[Mapping[str, GuestMay]] = {
    "POST /api/v1/sign-out": GuestMay.YES,
    "PUT /api/v1/guests/words": GuestMay.YES,
    "POST /api/v1/devices/renew": GuestMay.YES,
    "POST /api/v1/proof": GuestMay.YES,
    "GET /api/v1/account/export": GuestMay.YES,
    "DELETE /api/v1/account": GuestMay.YES,
    "POST /api/v1/blobs": GuestMay.YES,
    "PATCH /api/v1/blobs/{blob}": GuestMay.YES,
    "GET /api/v1/blobs/{blob}/status": GuestMay.YES,
    "GET /api/v1/blobs/{blob}": GuestMay.YES,
    "DELETE /api/v1/blobs/{blob}": GuestMay.YES,
    "POST /api/v1/reports": GuestMay.YES,
    "PUT /api/v1/backup": GuestMay.NO,
    "GET /api/v1/backup/status": GuestMay.NO,
    "DELETE /api/v1/backup": GuestMay.NO,
    "PUT /api/v1/passphrase": GuestMay.NO,
    "DELETE /api/v1/passphrase": GuestMay.NO,
    "GET /api/v1/passkeys": GuestMay.NO,
    "POST /api/v1/passkeys/begin": GuestMay.NO,
    "POST /api/v1/passkeys": GuestMay.NO,
    "DELETE /api/v1/passkeys/{passkey}": GuestMay.NO,
    "POST /api/v1/passkeys/verify": GuestMay.NO,
    "GET /api/v1/push": GuestMay.NO,
    "PUT /api/v1/push": GuestMay.NO,
    "DELETE /api/v1/push": GuestMay.NO,
    "PUT /api/v1/push/muted": GuestMay.NO,
    "PUT /api/v1/push/quiet": GuestMay.NO,
    "DELETE /api/v1/push/quiet": GuestMay.NO,
}
"""By method and path; those that ask for no token are not listed."""


def require_command(name: str) -> None:
    """`Forbidden` if a command is not for guests."""
    _require(COMMANDS_OF_GUESTS, name)


def require_endpoint(route: str) -> None:
    """`Forbidden` if an endpoint, such as "POST /api/v1/blobs", is not for guests."""
    _require(ENDPOINTS_OF_GUESTS, route)


def _require(rules: Mapping[str, GuestMay], name: str) -> None:
    if rules.get(name, GuestMay.NO) is GuestMay.NO:
        raise Forbidden("this is for people with an account")
