"""Payloads of recording: asked for, agreed to by everybody, and withdrawn by anybody.

The server records nothing and cannot: frames are sealed. A member's client records,
visibly, and only while every seat, the staff's included, has agreed with a signature of
its device over `consent_octets`. What the server keeps is who agreed to which text, and
when. Never in a crisis and never aside (`recording_forbidden`).
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from .account_api import Signature
from .call_events import MAX_CALL_SEATS, Hash
from .fields import Fact, Payload, Seq, TimestampMs
from .ids import (
    AccountId,
    AccountIdField,
    CallId,
    CallIdField,
    ClientId,
    ClientIdField,
    DeviceIdField,
    id_bytes,
)

CONSENT_LABEL: Final = b"MentalVerse recording consent v1"
ASK_SECONDS = 60
"""For which a request is open: silence is a no."""
STOP_SECONDS = 2
"""In which a recorder confirms that it has stopped, before its seat is removed."""

PurposeName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$(?!\n)")]
Receivers = Annotated[
    tuple[AccountIdField, ...], Meta(min_length=1, max_length=MAX_CALL_SEATS)
]


class RecordingState(StrEnum):
    """Where a recording is."""

    OFF = "off"
    REQUESTED = "requested"
    ARMED = "armed"
    """Everybody has agreed."""
    RECORDING = "recording"
    STOPPED = "stopped"


class OnWithdraw(StrEnum):
    """What happens to the part made so far when somebody withdraws."""

    KEEP = "keep"
    DISCARD = "discard"


class RecordingRequest(Payload, frozen=True):
    """Ask everybody whether the call may be recorded. Who asks agrees as well."""

    call: CallIdField
    request: ClientIdField
    purpose: PurposeName
    text_hash: Hash
    """Of the text that everybody is shown; it travels sealed."""
    on_withdraw: OnWithdraw
    receivers: Receivers
    """To whom the file's key will be sealed."""
    recorder: DeviceIdField
    """The device that records; it holds a seat."""


class ConsentView(Fact, frozen=True):
    """Somebody has agreed."""

    member: AccountIdField
    device: DeviceIdField
    at: TimestampMs
    signature: bytes


class RecordingView(Fact, frozen=True):
    """A recording, as everybody sees it."""

    request: ClientIdField
    state: RecordingState
    purpose: PurposeName
    text_hash: Hash
    on_withdraw: OnWithdraw
    receivers: tuple[AccountIdField, ...]
    recorder: DeviceIdField
    requested_by: AccountIdField
    requested_at: TimestampMs
    asked_until: TimestampMs
    consents: tuple[ConsentView, ...]
    missing: tuple[AccountIdField, ...]
    """Who holds a seat and has not agreed."""
    started_at: TimestampMs | None = None
    stopped_at: TimestampMs | None = None


class RecordingConsent(Payload, frozen=True):
    """Agree; also from the waiting room. Refusing is `recording.withdraw`."""

    call: CallIdField
    request: ClientIdField
    signature: Signature


class RecordingWithdraw(Payload, frozen=True):
    """Not, or no longer: nobody is asked why, and the recorder stops at once."""

    call: CallIdField
    request: ClientIdField


class RecordingStart(Payload, frozen=True):
    """The recorder begins; `consent_missing` unless everybody has agreed."""

    call: CallIdField
    request: ClientIdField


class RecordingStop(Payload, frozen=True):
    """Stop; by the recorder also the word that it has stopped."""

    call: CallIdField
    request: ClientIdField


class RecordingMoved(Fact, frozen=True):
    """An entry of the ledger, and where the recording is after it."""

    call: CallIdField
    seq: Seq
    member: AccountIdField | None
    """Whose doing it was; None: the server's, as when the time to answer is over."""
    recording: RecordingView


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("recording.request", RecordingRequest, RecordingView),
    ("recording.consent", RecordingConsent, RecordingView),
    ("recording.withdraw", RecordingWithdraw, RecordingView),
    ("recording.start", RecordingStart, RecordingView),
    ("recording.stop", RecordingStop, RecordingView),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (
    ("recording.requested", RecordingMoved),
    ("recording.consented", RecordingMoved),
    ("recording.withdrawn", RecordingMoved),
    ("recording.started", RecordingMoved),
    ("recording.stopped", RecordingMoved),
)
"""Name and payload of each notice, for the registry."""


def consent_octets(
    call: CallId,
    request: ClientId,
    text_hash: str,
    receivers: tuple[AccountId, ...],
    on_withdraw: OnWithdraw,
) -> bytes:
    """What a device signs to agree: label, ids, hashes and the rule, all of one length.

    Receivers stand for themselves whatever their order: sorted, then hashed.
    """
    named = hashlib.sha256(b"".join(sorted(map(id_bytes, receivers)))).digest()
    keeps = b"\x01" if on_withdraw is OnWithdraw.KEEP else b"\x00"
    ids = id_bytes(call) + id_bytes(request)
    return CONSENT_LABEL + ids + bytes.fromhex(text_hash) + named + keeps
