"""Wire codes outside Socket.IO: one table from error to HTTP status.

Socket.IO calls answer with the code itself (`signaling.envelope.failure`); HTTP
adds a status for proxies and monitors, and the same code in the body. The text
of an exception that is not ours never reaches the wire.
"""

from __future__ import annotations

from typing import Any

from mentalverse_signaling import errors
from mentalverse_signaling.envelope import failure
from mentalverse_signaling.errors import Internal, SignalingError

HTTP_STATUS: dict[type[SignalingError], int] = {
    errors.BadRequest: 400,
    errors.UnknownEvent: 404,
    errors.Unauthorised: 401,
    errors.Forbidden: 403,
    errors.DeviceProofRequired: 403,
    errors.PasskeyRequired: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.QuotaExceeded: 403,
    errors.ConversationFull: 409,
    errors.NotAMember: 403,
    errors.CallFull: 409,
    errors.AgreementRequired: 403,
    errors.RoleRequired: 403,
    errors.E2eeRequired: 400,
    errors.BadSdp: 400,
    errors.RecordingForbidden: 403,
    errors.EpochTaken: 409,
    errors.StaleEpoch: 409,
    errors.CursorExpired: 410,
    errors.Frozen: 409,
    errors.NotNow: 409,
    errors.OfferExpired: 409,
    errors.OfferRescinded: 409,
    errors.AlreadyHeld: 409,
    errors.StaleFence: 409,
    errors.RoomLocked: 409,
    errors.StaleConnection: 409,
    errors.StalePcGen: 409,
    errors.NoSeat: 409,
    errors.ConsentMissing: 409,
    errors.RewardsOff: 403,
    errors.RateLimited: 429,
    errors.Overloaded: 503,
    errors.DeadlineExceeded: 504,
    errors.Unavailable: 503,
    errors.Internal: 500,
    errors.SfuUnavailable: 503,
    errors.RelayUnavailable: 503,
}


def http_status(error: SignalingError) -> int:
    """The status of an answer that carries `error`."""
    return HTTP_STATUS.get(type(error), HTTP_STATUS[Internal])


def http_body(error: SignalingError) -> dict[str, Any]:
    """`{"error": {"code", "detail", "retry_after_ms"}}`."""
    return {"error": failure(error)["error"]}


class StartupError(Exception):
    """The server cannot start; the text is one line for the operator."""
