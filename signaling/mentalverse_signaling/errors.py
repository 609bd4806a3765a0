"""Errors a peer can be told about, with stable codes.

    SignalingError
    ├── caller at fault: repeating the same call will fail again
    │   ├── BadRequest          bad_request      malformed or out of bounds
    │   ├── UnknownEvent        unknown_event    no such event in this version
    │   ├── Unauthorised        unauthorised     not signed in, or no longer
    │   ├── Forbidden           forbidden        signed in, but not allowed to
    │   ├── DeviceProofRequired device_proof_required  sign a challenge first
    │   ├── PasskeyRequired     passkey_required use a passkey first
    │   ├── NotFound            not_found        no such thing, or not yours to see
    │   ├── Conflict            conflict         same key, other content
    │   ├── TooLarge            too_large        over a byte limit
    │   ├── QuotaExceeded       quota_exceeded   the account's share is used up
    │   ├── ConversationFull    conversation_full  every seat is taken
    │   ├── NotAMember          not_a_member     this device is not in the group
    │   ├── CallFull            call_full        every seat, or the line, is taken
    │   ├── AgreementRequired   agreement_required agree to the current text first
    │   ├── RoleRequired        role_required    for whoever leads the call
    │   ├── E2eeRequired        e2ee_required    frames have to be sealed
    │   ├── BadSdp              bad_sdp          a session description not taken
    │   ├── RecordingForbidden  recording_forbidden never recorded, or not by them
    │   └── RewardsOff          rewards_off      nothing is rewarded here
    ├── caller is behind: look at what there is now, then decide anew
    │   ├── EpochTaken          epoch_taken      another commit won this epoch
    │   ├── StaleEpoch          stale_epoch      encrypted for an epoch that is over
    │   ├── CursorExpired       cursor_expired   older than what is kept
    │   ├── Frozen              frozen           a fresh group has to come first
    │   ├── NotNow              not_now          the case has no such step now
    │   ├── OfferExpired        offer_expired    the time to answer is over
    │   ├── OfferRescinded      offer_rescinded  the case went another way
    │   ├── AlreadyHeld         already_held     another responder was first
    │   ├── StaleFence          stale_fence      the hold has passed to somebody else
    │   ├── RoomLocked          room_locked      nobody new comes in now
    │   ├── StaleConnection     stale_connection a newer one has the seat
    │   ├── StalePcGen          stale_pc_gen     a newer negotiation has begun
    │   ├── NoSeat              no_seat          the seat is not held
    │   └── ConsentMissing      consent_missing  somebody has not agreed
    └── server at fault: the same call may succeed later
        ├── RateLimited         rate_limited     too many calls from this caller
        ├── Overloaded          overloaded       too many calls from everybody
        ├── DeadlineExceeded    deadline         no answer in time; may have landed
        ├── Unavailable         unavailable      a part is down
        ├── Internal            internal         a defect on our side
        ├── SfuUnavailable      sfu_unavailable  no forwarder for the call
        └── RelayUnavailable    relay_unavailable no relay for the call

`detail` is a fixed sentence of ours, never the caller's input.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar


class Fault(Enum):
    """Who has to change something before the call can succeed."""

    CALLER = "caller"
    BEHIND = "behind"
    SERVER = "server"


class SignalingError(Exception):
    """Root of every error that has a wire code."""

    code: ClassVar[str]
    fault: ClassVar[Fault]

    def __init__(self, detail: str = "", retry_after_ms: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_ms = retry_after_ms


class BadRequest(SignalingError):
    """Malformed, of the wrong type, or out of bounds."""

    code = "bad_request"
    fault = Fault.CALLER


class UnknownEvent(SignalingError):
    """The event name is not in the registry."""

    code = "unknown_event"
    fault = Fault.CALLER


class Unauthorised(SignalingError):
    """No valid sign-in."""

    code = "unauthorised"
    fault = Fault.CALLER


class Forbidden(SignalingError):
    """Signed in, but the role or membership does not allow it."""

    code = "forbidden"
    fault = Fault.CALLER


class DeviceProofRequired(SignalingError):
    """Signed in, but the device has to show first that it asks itself."""

    code = "device_proof_required"
    fault = Fault.CALLER


class PasskeyRequired(SignalingError):
    """Signed in, but the person has to show by a passkey first that they are there."""

    code = "passkey_required"
    fault = Fault.CALLER


class NotFound(SignalingError):
    """No such object, or none that this caller may know of."""

    code = "not_found"
    fault = Fault.CALLER


class Conflict(SignalingError):
    """An idempotency key or id is already used for something else."""

    code = "conflict"
    fault = Fault.CALLER


class TooLarge(SignalingError):
    """A payload is over its byte limit."""

    code = "too_large"
    fault = Fault.CALLER


class QuotaExceeded(SignalingError):
    """The account's share of the store is used up; deleting something helps."""

    code = "quota_exceeded"
    fault = Fault.CALLER


class ConversationFull(SignalingError):
    """The conversation has no free seat for the account to be added."""

    code = "conversation_full"
    fault = Fault.CALLER


class NotAMember(SignalingError):
    """The calling device has no leaf in the conversation of the call."""

    code = "not_a_member"
    fault = Fault.CALLER


class CallFull(SignalingError):
    """Every seat of this kind, or the line before them, is taken."""

    code = "call_full"
    fault = Fault.CALLER


class AgreementRequired(SignalingError):
    """The current agreement has to be accepted first."""

    code = "agreement_required"
    fault = Fault.CALLER


class RoleRequired(SignalingError):
    """The role that the caller has in the call does not allow it."""

    code = "role_required"
    fault = Fault.CALLER


class E2eeRequired(SignalingError):
    """Media without sealed frames is not carried."""

    code = "e2ee_required"
    fault = Fault.CALLER


class BadSdp(SignalingError):
    """A session description that is malformed, too wide, or of other codecs."""

    code = "bad_sdp"
    fault = Fault.CALLER


class RecordingForbidden(SignalingError):
    """Calls of this kind are never recorded, or not by this device."""

    code = "recording_forbidden"
    fault = Fault.CALLER


class RewardsOff(SignalingError):
    """The operator has switched rewards off."""

    code = "rewards_off"
    fault = Fault.CALLER


class EpochTaken(SignalingError):
    """Another member's commit is already the one for this epoch."""

    code = "epoch_taken"
    fault = Fault.BEHIND


class StaleEpoch(SignalingError):
    """The message belongs to an epoch the server no longer accepts."""

    code = "stale_epoch"
    fault = Fault.BEHIND


class CursorExpired(SignalingError):
    """Rows after the cursor are no longer kept."""

    code = "cursor_expired"
    fault = Fault.BEHIND


class Frozen(SignalingError):
    """A commit did not apply: nothing is taken until a fresh group is made."""

    code = "frozen"
    fault = Fault.BEHIND


class NotNow(SignalingError):
    """The state of the case has no such step."""

    code = "not_now"
    fault = Fault.BEHIND


class OfferExpired(SignalingError):
    """The time to answer the offer is over."""

    code = "offer_expired"
    fault = Fault.BEHIND


class OfferRescinded(SignalingError):
    """The case went another way before the answer."""

    code = "offer_rescinded"
    fault = Fault.BEHIND


class AlreadyHeld(SignalingError):
    """Another responder was first."""

    code = "already_held"
    fault = Fault.BEHIND


class StaleFence(SignalingError):
    """The hold has passed to somebody else."""

    code = "stale_fence"
    fault = Fault.BEHIND


class RoomLocked(SignalingError):
    """The room is locked, or nobody leads it."""

    code = "room_locked"
    fault = Fault.BEHIND


class StaleConnection(SignalingError):
    """Another connection of the account has the seat."""

    code = "stale_connection"
    fault = Fault.BEHIND


class StalePcGen(SignalingError):
    """A newer PeerConnection or offer has replaced this one."""

    code = "stale_pc_gen"
    fault = Fault.BEHIND


class NoSeat(SignalingError):
    """The caller, or whom it is for, holds no seat."""

    code = "no_seat"
    fault = Fault.BEHIND


class ConsentMissing(SignalingError):
    """Somebody has not agreed to be recorded."""

    code = "consent_missing"
    fault = Fault.BEHIND


class RateLimited(SignalingError):
    """This caller is over its quota."""

    code = "rate_limited"
    fault = Fault.SERVER


class Overloaded(SignalingError):
    """A bounded queue is full."""

    code = "overloaded"
    fault = Fault.SERVER


class DeadlineExceeded(SignalingError):
    """The handler's time is up; the effect may have landed: retry with the key."""

    code = "deadline"
    fault = Fault.SERVER


class Unavailable(SignalingError):
    """A part the call needs is down or going down."""

    code = "unavailable"
    fault = Fault.SERVER


class Internal(SignalingError):
    """A defect on our side; the log has the details."""

    code = "internal"
    fault = Fault.SERVER


class SfuUnavailable(SignalingError):
    """The call needs a forwarder, and none works."""

    code = "sfu_unavailable"
    fault = Fault.SERVER


class RelayUnavailable(SignalingError):
    """The call may not show addresses, and there is no relay."""

    code = "relay_unavailable"
    fault = Fault.SERVER


def _leaves() -> dict[str, type[SignalingError]]:
    return {leaf.code: leaf for leaf in SignalingError.__subclasses__()}


ERRORS_BY_CODE = _leaves()
"""Every wire code and its class: a client turns an ack back into an exception."""
