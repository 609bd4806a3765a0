"""What the rules of the desk refuse, as the wire says it. The only such table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mentalverse_crisis import errors as crisis
from mentalverse_signaling import errors as wire
from mentalverse_signaling.errors import Internal, SignalingError

_ON_WIRE: dict[type[crisis.CrisisError], type[SignalingError]] = {
    crisis.CaseUnknown: wire.NotFound,
    crisis.NotAllowed: wire.Forbidden,
    crisis.NotNow: wire.NotNow,
    crisis.ReasonRequired: wire.BadRequest,
    crisis.OfferExpired: wire.OfferExpired,
    crisis.OfferRescinded: wire.OfferRescinded,
    crisis.AlreadyHeld: wire.AlreadyHeld,
    crisis.StaleFence: wire.StaleFence,
}


def on_wire(error: crisis.CrisisError) -> SignalingError:
    """The error that a peer is told; what is no refusal of the desk is a defect."""
    kind = _ON_WIRE.get(type(error))
    if kind is None:
        return Internal("the desk failed")
    return kind(str(error))


@contextmanager
def refusals() -> Iterator[None]:
    """Let what the desk refuses leave as errors of the wire."""
    try:
        yield
    except crisis.CrisisError as error:
        raise on_wire(error) from error
