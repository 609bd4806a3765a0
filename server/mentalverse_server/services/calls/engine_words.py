"""Between the words of the wire and those of an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from mentalverse_signaling import feed_events as wire
from mentalverse_signaling.errors import (
    BadSdp,
    CallFull,
    E2eeRequired,
    NotFound,
    SfuUnavailable,
    SignalingError,
    StalePcGen,
)

from ...media.driver import Direction, EngineLost, Jsep, SfuError

DIRECTIONS = {
    wire.FeedDirection.PUBLISH: Direction.PUBLISH,
    wire.FeedDirection.SUBSCRIBE: Direction.SUBSCRIBE,
}
_REFUSALS: Mapping[str, type[SignalingError]] = {
    "bad_sdp": BadSdp,
    "e2ee_required": E2eeRequired,
    "no_such_room": NotFound,
    "call_full": CallFull,
    "wrong_state": StalePcGen,
}


def described(given: wire.Jsep) -> Jsep:
    """A client's session description, for the engine."""
    return Jsep(given.type.value, given.sdp, given.e2ee)


def shown(made: Jsep) -> wire.EngineJsep:
    """The engine's, for a client."""
    return wire.EngineJsep(wire.JsepType(made.type), made.sdp)


@asynccontextmanager
async def as_told() -> AsyncIterator[None]:
    """What an engine refuses, as a client is told of it."""
    try:
        yield
    except EngineLost:
        raise SfuUnavailable("the engine does not answer now", 300) from None
    except SfuError as error:
        refusal = _REFUSALS.get(error.code, SfuUnavailable)
        raise refusal("the engine does not take it") from None
