"""Payloads of media that goes through a forwarder (an SFU) instead of from one to one.

Clients never talk to the engine: the server carries their session descriptions (JSEP,
RFC 8829) and checks the seat each time. The engine has no key; what it forwards is
sealed, and a client says so with `e2ee`, or is refused with `e2ee_required`.

A feed is one camera with its microphone (`main`), or one screen (`screen`), of one
connection: `member:conn_epoch` or `member:conn_epoch:screen`. `feed.subscribe` comes up
paused and is resumed after `key.confirm`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .call_events import ConnEpoch
from .fields import Counter, Empty, Fact, Payload, Seq
from .ids import AccountIdField, CallIdField, DeviceIdField

MAX_SDP_BYTES = 48 * 1024
MAX_CANDIDATE_BYTES = 1024
MAX_FEEDS = 20
"""Of one call: a camera and a screen for every seat."""

FeedIdField = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{32}:[1-9][0-9]{0,15}(:screen)?$(?!\n)")
]
Mid = Annotated[str, Meta(min_length=1, max_length=16)]
Layer = Annotated[int, Meta(ge=0, le=2)]
"""0 is the smallest."""


class FeedLabel(StrEnum):
    """What a feed shows."""

    MAIN = "main"
    SCREEN = "screen"


class FeedDirection(StrEnum):
    """One of the two PeerConnections of a seat with the forwarder."""

    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"


class JsepType(StrEnum):
    """`RTCSdpType`, as far as it is used."""

    OFFER = "offer"
    ANSWER = "answer"


class Jsep(Payload, frozen=True):
    """A session description of a client."""

    type: JsepType
    sdp: Annotated[str, Meta(min_length=1, max_length=MAX_SDP_BYTES)]
    e2ee: bool


class EngineJsep(Fact, frozen=True):
    """A session description of the forwarder."""

    type: JsepType
    sdp: str
    e2ee: bool = True


class FeedPublish(Payload, frozen=True):
    """Send a camera with its microphone, or a screen (with `screen.claim` before)."""

    call: CallIdField
    label: FeedLabel
    jsep: Jsep


class FeedAnswered(Fact, frozen=True):
    """Answer to `feed.publish`."""

    feed: FeedIdField
    jsep: EngineJsep


class FeedSubscribe(Payload, frozen=True):
    """Receive these feeds as well; those that are received already change nothing."""

    call: CallIdField
    feeds: Annotated[tuple[FeedIdField, ...], Meta(min_length=1, max_length=MAX_FEEDS)]


class FeedUnsubscribe(Payload, frozen=True):
    """Receive these no longer."""

    call: CallIdField
    feeds: Annotated[tuple[FeedIdField, ...], Meta(min_length=1, max_length=MAX_FEEDS)]


class FeedMid(Fact, frozen=True):
    """Which feed an m-line carries."""

    mid: Mid
    feed: FeedIdField


class FeedOffer(Fact, frozen=True):
    """What the forwarder offers now, to be answered with `feed.answer`."""

    offer: Seq
    """Number of this offer; 0 where there is none."""
    jsep: EngineJsep | None
    """None: nothing has to be negotiated."""
    map: tuple[FeedMid, ...]
    """Of every m-line in use, not only of what is new."""


class FeedAnswer(Payload, frozen=True):
    """The answer to an offer; `stale_pc_gen` once there is a newer one: answer that."""

    call: CallIdField
    offer: Counter
    jsep: Jsep


class FeedTrickle(Payload, frozen=True):
    """A candidate of the client (`RTCIceCandidate`); without one: there are no more."""

    call: CallIdField
    direction: FeedDirection
    mid: Mid = "0"
    candidate: Annotated[str, Meta(max_length=MAX_CANDIDATE_BYTES)] = ""


class FeedSelectLayer(Payload, frozen=True):
    """Which size of a feed to receive, where its publisher sends several."""

    call: CallIdField
    feed: FeedIdField
    layer: Layer


class FeedPause(Payload, frozen=True):
    """Stop one's own feed in the forwarder, or let it go on."""

    call: CallIdField
    label: FeedLabel
    paused: bool


class FeedRestart(Payload, frozen=True):
    """A new path for one PeerConnection, over ICE restart where the engine can.

    For `publish` with the client's offer. `replace` in the answer: this engine cannot;
    build a new PeerConnection and publish or subscribe anew.
    """

    call: CallIdField
    direction: FeedDirection
    jsep: Jsep | None = None
    replaces: bool = False
    """The client cannot restart ICE: the answer is `replace`, whatever the engine."""


class FeedPath(Fact, frozen=True):
    """Answer to `feed.restart`."""

    replace: bool
    conn_epoch: ConnEpoch
    """Of feeds published from now on."""
    offer: Seq = 0
    """Of the forwarder's offer, for `subscribe`."""
    jsep: EngineJsep | None = None


class FeedView(Fact, frozen=True):
    """A feed that can be subscribed to."""

    feed: FeedIdField
    member: AccountIdField
    device: DeviceIdField
    label: FeedLabel
    paused: bool = False


class FeedPublished(Fact, frozen=True):
    """There is a new feed."""

    call: CallIdField
    seq: Seq
    feed: FeedView


class FeedEnded(Fact, frozen=True):
    """A feed is gone."""

    call: CallIdField
    seq: Seq
    feed: FeedIdField


class FeedPaused(Fact, frozen=True):
    """A feed stands still in the forwarder, or goes on."""

    call: CallIdField
    seq: Seq
    feed: FeedIdField
    paused: bool


class FeedRestarted(Fact, frozen=True):
    """The forwarder is another one: publish and subscribe anew. To each seat."""

    call: CallIdField
    seq: Seq
    replace: bool
    conn_epoch: ConnEpoch
    """Of the reader's own feeds from now on."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("feed.publish", FeedPublish, FeedAnswered),
    ("feed.subscribe", FeedSubscribe, FeedOffer),
    ("feed.unsubscribe", FeedUnsubscribe, FeedOffer),
    ("feed.answer", FeedAnswer, Empty),
    ("feed.trickle", FeedTrickle, Empty),
    ("feed.select_layer", FeedSelectLayer, Empty),
    ("feed.pause", FeedPause, Empty),
    ("feed.restart", FeedRestart, FeedPath),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (
    ("feed.published", FeedPublished),
    ("feed.ended", FeedEnded),
    ("feed.paused", FeedPaused),
    ("feed.restarted", FeedRestarted),
)
"""Name and payload of each notice, for the registry."""
