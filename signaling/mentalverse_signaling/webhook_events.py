"""Payloads of webhooks: who is told of events, as whoever runs the server sees it.

Here are references, states and counts alone: of an event its type, and when it
happened, never what it says. A secret is told to whoever made it, once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .fields import Fact, Handle, Payload, Seq, TimestampMs
from .ids import ClientIdField

MAX_WEBHOOK_URL_CHARS = 2048
MAX_WEBHOOK_TYPES = 64
MAX_WEBHOOK_DEAD = 50
MAX_WEBHOOK_ACTS = 100

EndpointIdField = ClientIdField
HookEventId = ClientIdField
"""Of an event as this server knows it; receivers know another one each."""
HookCode = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,32}$(?!\n)")]
HookType = Annotated[str, Meta(pattern=r"^[a-z_.]{1,64}$(?!\n)")]
"""Of an event, such as `duty.ended`."""
HookTypes = Annotated[str, Meta(pattern=r"^(?:\*|[a-z_.]{1,62}(?:\.\*)?)$(?!\n)")]
"""`duty.ended`, all of a family (`duty.*`), or `*`."""
HookTier = Annotated[int, Meta(ge=0, le=2)]
"""0: nothing about members. 1: about members who agreed. 2: that there is a case."""
HookUrl = Annotated[str, Meta(min_length=1, max_length=MAX_WEBHOOK_URL_CHARS)]
Verifies = Annotated[str, Meta(pattern="^wh(?:pk|sec)_", max_length=256)]
"""`whpk_…`, a public key; or `whsec_…`, which is secret."""


class WebhookState(StrEnum):
    """Whether anything is sent there; `parked`: one event now and then tries it."""

    ACTIVE = "active"
    PARKED = "parked"
    DISABLED = "disabled"


class WebhookAct(StrEnum):
    """What whoever runs the server has done to an endpoint."""

    ADD = "add"
    TEST = "test"
    ROTATE = "rotate"
    REPLAY = "replay"
    DISABLE = "disable"
    ENABLE = "enable"


# --- what is asked ----------------------------------------------------------


class WebhookList(Payload, frozen=True):
    """Every endpoint."""


class WebhookTypes(Payload, frozen=True):
    """Every event that may be told."""


class WebhookLog(Payload, frozen=True):
    """What was done to endpoints, and by whom."""


class WebhookDead(Payload, frozen=True):
    """What was given up of an endpoint."""

    endpoint: EndpointIdField
    limit: Annotated[int, Meta(ge=1, le=MAX_WEBHOOK_DEAD)] = MAX_WEBHOOK_DEAD


class WebhookAdd(Payload, frozen=True):
    """Tell a new endpoint of what happens from now on."""

    request: ClientIdField
    url: HookUrl
    """Of the public internet; one's own network is for the settings alone."""
    purpose: HookCode
    types: Annotated[
        tuple[HookTypes, ...], Meta(min_length=1, max_length=MAX_WEBHOOK_TYPES)
    ]
    max_tier: HookTier = 1
    drills: bool = False
    shared_secret: bool = False
    """For receivers that verify `v1` alone."""


class WebhookTest(Payload, frozen=True):
    """Send a signed request that tells of nothing; one in ten seconds."""

    request: ClientIdField
    endpoint: EndpointIdField


class WebhookRotate(Payload, frozen=True):
    """Sign with a fresh key of the same sort; the one before signs for a week more."""

    request: ClientIdField
    endpoint: EndpointIdField


class WebhookReplay(Payload, frozen=True):
    """Send again, under the same ids, behind what is live."""

    request: ClientIdField
    endpoint: EndpointIdField
    event: HookEventId | None = None
    """Delivered or given up; None: all that was given up."""


class WebhookDisable(Payload, frozen=True):
    """Send an endpoint nothing more; what waits is given up."""

    request: ClientIdField
    endpoint: EndpointIdField


class WebhookEnable(Payload, frozen=True):
    """Tell an endpoint that was disabled of what happens from now on."""

    request: ClientIdField
    endpoint: EndpointIdField


# --- what is answered -------------------------------------------------------


class WebhookEndpoint(Fact, frozen=True):
    """An endpoint, and what became of its events."""

    endpoint: EndpointIdField
    url: str
    purpose: HookCode
    """What its owner may use events for."""
    types: tuple[str, ...]
    max_tier: HookTier
    drills: bool
    """Told of drills, too."""
    state: WebhookState
    reason: str | None
    """Why it is parked or disabled: `parked`, `gone` or `operator`."""
    waiting: Seq
    dead: Seq
    oldest_at: TimestampMs | None
    """When the oldest happened that waits."""
    rotating_until: TimestampMs | None
    """The key before signs as well until then."""
    public_key: Verifies | None
    """Verifies what is sent there; None: it has a shared secret."""


class Webhooks(Fact, frozen=True):
    """Answer to `webhook.list`: in the order in which they were added."""

    endpoints: tuple[WebhookEndpoint, ...]


class WebhookType(Fact, frozen=True):
    """One event that may be told."""

    type: HookType
    tier: HookTier
    key: HookCode
    """What its events are in order with."""


class WebhookTypesShown(Fact, frozen=True):
    """Answer to `webhook.types`."""

    types: tuple[WebhookType, ...]
    purposes: tuple[HookCode, ...]
    """Those that an endpoint can be added for."""


class WebhookDeadEvent(Fact, frozen=True):
    """An event that was given up, and can be sent again."""

    event: HookEventId
    type: HookType
    occurred_at: TimestampMs
    attempts: Seq
    last: str | None
    """What went wrong last, by code."""


class WebhookDeadEvents(Fact, frozen=True):
    """Answer to `webhook.dead`: the oldest first."""

    events: tuple[WebhookDeadEvent, ...]


class WebhookTested(Fact, frozen=True):
    """Answer to `webhook.test`."""

    status: Seq | None
    """Of HTTP; None: it was not reached."""
    outcome: HookCode
    """`answered`, `refused` (by us), `dns`, `connect`, `tls`, `timeout`, `broken`."""


class WebhookKeyed(Fact, frozen=True):
    """Answer to `webhook.add` and `webhook.rotate`."""

    endpoint: WebhookEndpoint
    verifies: Verifies | None
    """None where the call is repeated and it is a secret: that is said once."""


class WebhookReplayed(Fact, frozen=True):
    """Answer to `webhook.replay`."""

    queued: Seq


class WebhookDone(Fact, frozen=True):
    """Something that was done to an endpoint."""

    at: TimestampMs
    act: WebhookAct
    endpoint: EndpointIdField
    by: Handle | None
    """None: by the command line beside the server, or they are gone."""


class WebhookLogShown(Fact, frozen=True):
    """Answer to `webhook.log`: the newest first."""

    done: tuple[WebhookDone, ...]


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("webhook.list", WebhookList, Webhooks),
    ("webhook.types", WebhookTypes, WebhookTypesShown),
    ("webhook.log", WebhookLog, WebhookLogShown),
    ("webhook.dead", WebhookDead, WebhookDeadEvents),
    ("webhook.add", WebhookAdd, WebhookKeyed),
    ("webhook.test", WebhookTest, WebhookTested),
    ("webhook.rotate", WebhookRotate, WebhookKeyed),
    ("webhook.replay", WebhookReplay, WebhookReplayed),
    ("webhook.disable", WebhookDisable, WebhookEndpoint),
    ("webhook.enable", WebhookEnable, WebhookEndpoint),
)
"""Name, payload and answer of each command, for the registry."""
