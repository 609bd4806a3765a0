"""Web Push (RFC 8030): JSON over HTTPS with a bearer token, as in `account_api`.

    GET    /api/v1/push          → PushState
    PUT    /api/v1/push          PushSubscribe → Empty
    DELETE /api/v1/push          → Empty
    PUT    /api/v1/push/muted    PushMuted → Empty
    PUT    /api/v1/push/quiet    QuietHours → Empty
    DELETE /api/v1/push/quiet    → Empty

A subscription and the muted conversations are a device's own, quiet hours are the
account's. Each call replaces what was there. Where the operator has made no key
(`ServerInfo.push_key` is empty) subscribing is refused as `not_found`.

What arrives in a browser has the same length whatever happened, `PUSH_PAYLOAD_BYTES`
octets encrypted to it (RFC 8291), of which the first say a kind and a name:

    kind "." base64url(HMAC-SHA256(auth, "MentalVerse push v1" ‖ conversation)[:16])

`auth` is the subscription's own secret, so that a device finds the conversation among
those it has, and the name is of no use to anybody else. The rest are spaces. A browser
that does not know a kind shows the same words all the same.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .fields import Fact, Payload
from .ids import ConversationIdField

MAX_ENDPOINT_CHARS = 1024
MAX_MUTED = 256
MAX_ZONE_CHARS = 64
PUSH_PAYLOAD_BYTES = 64
PUSH_NAME_BYTES = 16
PUSH_NAME_LABEL = "MentalVerse push v1"

Endpoint = Annotated[str, Meta(min_length=1, max_length=MAX_ENDPOINT_CHARS)]
P256Point = Annotated[bytes, Meta(min_length=65, max_length=65)]
"""A public key on P-256, uncompressed (SEC 1 §2.3.3), as browsers give it."""
AuthSecret = Annotated[bytes, Meta(min_length=16, max_length=16)]
MinuteOfDay = Annotated[int, Meta(ge=0, le=24 * 60 - 1)]
Zone = Annotated[str, Meta(min_length=1, max_length=MAX_ZONE_CHARS)]


class PushKind(StrEnum):
    """What a push is about. A browser shows the same words for each of them."""

    CONVERSATION = "1"
    """Something came in a conversation, or the account was brought into one."""
    DESK = "2"
    """Somebody on call is asked to look at the crisis desk. It names nothing: the name
    is left out."""
    DESK_TEST = "3"
    """It is tried whether such a call would reach them. It is shown also to who looks
    at the app, and who opens it has seen that it came."""
    CALL = "4"
    """Somebody calls in a conversation, now."""


class PushSubscribe(Payload, frozen=True):
    """A browser's `PushSubscription`, and the key it was made with."""

    endpoint: Endpoint
    p256dh: P256Point
    auth: AuthSecret
    key: P256Point
    """`ServerInfo.push_key` as it was then: the push service takes no other."""


class PushMuted(Payload, frozen=True):
    """The conversations that this device is not to be woken for, all of them."""

    conversations: Annotated[
        tuple[ConversationIdField, ...], Meta(max_length=MAX_MUTED)
    ]


class QuietHours(Payload, frozen=True):
    """From `from_minute` until `to_minute` of each day nobody is woken.

    Minutes since midnight in the zone; they may go over midnight, and are not the same.
    """

    zone: Zone
    """Of the IANA time zone database, such as "Europe/Berlin"."""
    from_minute: MinuteOfDay
    to_minute: MinuteOfDay


class QuietHoursShown(Fact, frozen=True):
    """`QuietHours`, as the server tells them."""

    zone: Zone
    from_minute: MinuteOfDay
    to_minute: MinuteOfDay


class PushState(Fact, frozen=True):
    """What the server has."""

    subscribed: bool
    """Whether it pushes to this device."""
    quiet: QuietHoursShown | None = None
