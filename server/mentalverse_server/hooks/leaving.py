"""The way out of a server's events, put together."""

from __future__ import annotations

from contextlib import AsyncExitStack

from ..config import ConfigError
from ..ground import Ground
from ..store.desk_time import DeskTime
from .egress import Egress, tls_context
from .endpoint_keys import EndpointKeys
from .relay import Relay, RelayRules
from .rendering import Consented, Rendering
from .signed_send import SignedSend


def make_relay(ground: Ground, stack: AsyncExitStack) -> Relay:
    """The relay, to be started once the writer runs.

    Raises:
        ConfigError: the issuers to trust cannot be read.
    """
    settings = ground.config.hooks
    try:
        tls = tls_context(settings.ca_file)
    except OSError as error:
        raise ConfigError(f"hooks.ca_file: {error}") from None
    egress = Egress(private=settings.private, tls=tls)
    stack.push_async_callback(egress.close)
    keys = EndpointKeys(ground.config.server.data_dir)
    return Relay(
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
        SignedSend(egress, keys, ground.clock),
        RelayRules(
            parked_days=settings.parked_days,
            keep_days=settings.keep_days,
            max_waiting=settings.max_waiting,
        ),
    )
