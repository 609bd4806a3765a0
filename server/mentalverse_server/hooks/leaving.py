"""The way out of a server's events, put together."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from ..config import ConfigError
from ..ground import Ground
from ..links import own_hosts
from ..store.desk_time import DeskTime
from .egress import Egress, tls_context
from .endpoint_keys import EndpointKeys
from .relay import Relay, RelayRules
from .rendering import Consented, Rendering
from .signed_send import SignedSend


@dataclass(frozen=True, slots=True)
class Leaving:
    """What events leave by."""

    relay: Relay
    """To be started once the writer runs."""
    keys: EndpointKeys
    send: SignedSend


def make_leaving(ground: Ground, stack: AsyncExitStack) -> Leaving:
    """The way out.

    Raises:
        ConfigError: the issuers to trust cannot be read.
    """
    settings = ground.config.hooks
    try:
        tls = tls_context(settings.ca_file)
    except OSError as error:
        raise ConfigError(f"hooks.ca_file: {error}") from None
    egress = Egress(private=settings.private, own=own_hosts(ground.config), tls=tls)
    stack.push_async_callback(egress.close)
    keys = EndpointKeys(ground.config.server.data_dir)
    send = SignedSend(egress, keys, ground.clock)
    relay = Relay(
        ground.database,
        ground.writer,
        DeskTime(ground.clock),
        ground.rng,
        Rendering(
            ground.database,
            ground.writer,
            keys,
            Consented(ground.database),
            ground.rng,
        ),
        send,
        RelayRules(
            parked_days=settings.parked_days,
            keep_days=settings.keep_days,
            max_waiting=settings.max_waiting,
        ),
    )
    return Leaving(relay, keys, send)
