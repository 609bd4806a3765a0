"""Identifiers: 128 random bits, written as 32 lower-case hexadecimal digits.

One textual form everywhere (wire, database, logs) means an operator can search
for an id without converting it. MLS structures carry the same 16 bytes raw.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, NewType

from msgspec import Meta

from .errors import BadRequest

ID_BYTES = 16
_HEX_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)

AccountId = NewType("AccountId", str)
DeviceId = NewType("DeviceId", str)
ConversationId = NewType("ConversationId", str)
GroupId = NewType("GroupId", str)
ClientId = NewType("ClientId", str)
"""Idempotency key of one command, chosen by the device that sends it."""
SignInId = NewType("SignInId", str)
WelcomeId = NewType("WelcomeId", str)
BlobId = NewType("BlobId", str)
"""Names a stored file, and is what it takes to fetch it: told to nobody else."""
MailboxId = NewType("MailboxId", str)
"""Names a pairing mailbox, and is what it takes to use it."""
ReportId = NewType("ReportId", str)
CaseId = NewType("CaseId", str)
"""A request for help, from the tap to the last follow-up."""
OverrideId = NewType("OverrideId", str)
"""One decision to act without consent."""
CallId = NewType("CallId", str)
"""One call, from its start to its end."""
SessionId = NewType("SessionId", str)
"""A call that is planned; each has at most one call at a time."""

# The length is stated as well because `$` also matches before a final newline.
_ID = Meta(pattern="^[0-9a-f]{32}$", max_length=32)
AccountIdField = Annotated[AccountId, _ID]
DeviceIdField = Annotated[DeviceId, _ID]
ConversationIdField = Annotated[ConversationId, _ID]
GroupIdField = Annotated[GroupId, _ID]
ClientIdField = Annotated[ClientId, _ID]
SignInIdField = Annotated[SignInId, _ID]
WelcomeIdField = Annotated[WelcomeId, _ID]
BlobIdField = Annotated[BlobId, _ID]
ReportIdField = Annotated[ReportId, _ID]
CaseIdField = Annotated[CaseId, _ID]
OverrideIdField = Annotated[OverrideId, _ID]
CallIdField = Annotated[CallId, _ID]
SessionIdField = Annotated[SessionId, _ID]


def new_id(rng: Callable[[int], bytes]) -> str:
    """A fresh random id; wrap it in the NewType it is meant for."""
    return rng(ID_BYTES).hex()


def parse_id(text: str) -> str:
    """`text` if it is an id in canonical form, else `BadRequest`."""
    if _HEX_ID.fullmatch(text) is None:
        raise BadRequest("not an id: expected 32 lower-case hexadecimal digits")
    return text


def id_bytes(identifier: str) -> bytes:
    """The 16 raw bytes that MLS structures carry."""
    return bytes.fromhex(identifier)


def id_text(raw: bytes) -> str:
    """The textual form of 16 raw bytes; `BadRequest` for any other length."""
    if len(raw) != ID_BYTES:
        raise BadRequest("not an id: expected 16 bytes")
    return raw.hex()
