"""Payloads of the way that calls take between two people: relayed, or directly.

Between somebody who looks for support and somebody who gives it, calls go over the
relay, so that neither device learns the other's internet address. Both together can do
without: each says so for one conversation, and either takes it back alone, at any time.
"""

from __future__ import annotations

from .fields import Fact, Payload
from .ids import ConversationIdField


class RouteFetch(Payload, frozen=True):
    """How the next call of a direct conversation goes."""

    conversation: ConversationIdField


class RouteSet(Payload, frozen=True):
    """The caller's own wish, until they take it back.

    Taken back, it also holds for a call that is open: whoever joins it from then on
    uses relayed candidates alone.
    """

    conversation: ConversationIdField
    direct: bool


class RouteView(Fact, frozen=True):
    """Answer to both: what the caller may know.

    What the other one wishes is told by `relay` alone, and so only to a caller who has
    the same wish.
    """

    may_choose: bool
    """Whether the relay is the rule between these two, and both can lift it."""
    wishes_direct: bool
    """What the caller has said."""
    relay: bool
    """Whether the next call hides the address of each from the other."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("route.fetch", RouteFetch, RouteView),
    ("route.set", RouteSet, RouteView),
)
"""Name, payload and answer of each command, for the registry."""
