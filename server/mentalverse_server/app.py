"""A server from start to stop: everything built in one order, closed in reverse.

    ground (keys, database, writer) → parts (services) → router → edge (HTTP, Socket.IO)

Everything is passed to constructors; there is no registry and no global. What is
opened is closed in reverse order by one exit stack.
"""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from .clock import Clock, SystemClock
from .config import Config
from .crisis.parts import Crisis
from .drain import StopRequest
from .edge import listen, make_application, make_transport
from .ground import Ground, Rng, open_ground
from .hooks.metrics import RelayMetrics
from .housekeeping import Housekeeping
from .http.health import Readiness, metrics_app
from .logs import configure_logging
from .metrics import HttpCounters, build_registry
from .operator import OPERATOR_LINK_MINUTES, operator_link, prepare_data_folder
from .parts import Parts, make_notifier, make_ringing, make_router, open_parts
from .publisher import Publisher
from .push.notifier import Notifier
from .services.blobs import Blobs
from .services.calls.parts import CallParts
from .services.ended_sign_ins import EndedSignIns
from .services.identity import Identity
from .services.pairing import Pairing, SlotFilled
from .services.report_keys import log_safety_key
from .services.reward_parts import RewardParts
from .store import accounts
from .store.engine import Database
from .store.migrate import generation
from .store.writer import Writer
from .transport import Transport
from .transport.hardening import require_c_extensions

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens: where, and the parts that tests look at."""

    config: Config
    url: str
    public_url: str
    """Origin under which people reach it."""
    metrics_url: str | None
    database: Database
    writer: Writer
    identity: Identity
    blobs: Blobs
    pairing: Pairing
    calls: CallParts
    crisis: Crisis | None
    rewards: RewardParts
    transport: Transport
    readiness: Readiness

    async def drain(self) -> None:
        """Turn not ready, send the clients away, finish the calls in progress."""
        self.readiness.draining = True
        await self.transport.drain(self.config.drain.finish_seconds)


@asynccontextmanager
async def running_server(
    config: Config, clock: Clock | None = None, rng: Rng = secrets.token_bytes
) -> AsyncIterator[Server]:
    """A server that listens for as long as the block runs.

    Leaving the block closes connections at once; `Server.drain` first if their
    calls should finish. Raises `StartupError` with one line for the operator.
    """
    require_c_extensions()
    prepare_data_folder(config.server.data_dir)
    async with AsyncExitStack() as stack:
        yield await _start(config, clock or SystemClock(), rng, stack)


def run(config: Config) -> None:
    """Run a server until SIGTERM or Ctrl-C: what `mentalverse serve` does."""
    configure_logging(config.log.level, config.log.format)
    harden_process()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(config))


async def serve(config: Config, stop: StopRequest | None = None) -> None:
    """Listen, wait to be told to stop, drain, close."""
    stop = stop or StopRequest()
    with stop.on_signals():
        async with running_server(config) as server:
            # What exists by now lives as long as the process: no need to scan it.
            gc.collect()
            gc.freeze()
            await _invite_first_operator(server)
            log.info("server.listening", url=server.url, metrics_url=server.metrics_url)
            await stop.asked.wait()
            log.info("server.draining", connections=len(server.transport.connections))
            await stop.unless_hurried(server.drain())
    log.info("server.stopped")


async def _invite_first_operator(server: Server) -> None:
    """Nobody has an account yet: print who may make the first one.

    On standard output and not into the log, since the link is as good as a key for
    the 15 minutes that it lasts.
    """
    if await server.database.read(accounts.any_account):
        return
    link = await asyncio.to_thread(operator_link, server.config, server.public_url)
    print(
        f"Nobody has an account here yet. To make the first operator's, open within\n"
        f"{OPERATOR_LINK_MINUTES} minutes (`mentalverse operator link` prints another):"
        f"\n\n  {link}\n",
        flush=True,
    )


def harden_process() -> None:
    """Files for this user only, no core dump with keys in it, sockets for all."""
    os.umask(0o077)
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _start(
    config: Config, clock: Clock, rng: Rng, stack: AsyncExitStack
) -> Server:
    announce = _Announcer()
    ground = await open_ground(config, clock, rng, announce, stack)
    parts = await open_parts(ground, stack)
    database, writer = ground.database, ground.writer
    checks = {"database": database.ping, "writer": writer.ping}
    media = parts.calls.media
    readiness = Readiness(checks, clock, {"media": lambda: media.state})
    requests = HttpCounters()
    app = make_application(
        ground, parts, readiness, requests, await database.read(generation)
    )
    transport = make_transport(ground, parts, app, make_router(ground, parts))
    announce.publisher = Publisher(transport.connections, parts.directory)
    announce.publisher.listen(SlotFilled, parts.pairing.on_filled)
    await _begin(ground, parts, transport, stack)
    announce.also += [
        parts.relay.on_committed,
        parts.calls.on_committed,
        parts.rewards.books.on_committed,
    ]
    await parts.calls.start(transport, parts.directory, stack)
    if parts.crisis is not None:
        announce.also.append(parts.crisis.on_committed)
        await parts.crisis.start(transport, announce.publisher, stack)
    # What was committed before it listens, it finds in the tables.
    announce.notifier = make_notifier(ground)
    if announce.notifier is not None:
        await announce.notifier.start()
        stack.push_async_callback(announce.notifier.close)
        ringing = make_ringing(ground, announce.notifier)
        parts.calls.opening.ring = ringing.ring
        await ringing.start()
        stack.push_async_callback(ringing.close)
    registry = build_registry(
        database=database,
        writer=writer,
        transport=transport.counters,
        connections=transport.connections,
        blobs=parts.blobs.gauges,
        freezes=parts.freezing.counters,
        http=requests,
        push=announce.notifier,
        is_draining=lambda: readiness.draining,
    )
    registry.register(parts.calls.metrics)
    registry.register(RelayMetrics(parts.relay))
    registry.register(parts.providers.figures)
    if parts.crisis is not None:
        for collector in parts.crisis.metrics:
            registry.register(collector)
    metrics_url = None
    if config.metrics.enabled:
        metrics_url = await listen(
            metrics_app(registry), config.metrics.host, config.metrics.port, stack
        )
    url = await listen(app, config.server.host, config.server.port, stack)
    ground.own.listens_on(urlsplit(url).port or 0)
    await transport.start()
    stack.push_async_callback(transport.stop)
    return Server(
        config=config,
        url=url,
        public_url=ground.own.origin(),
        metrics_url=metrics_url,
        database=database,
        writer=writer,
        identity=parts.identity,
        blobs=parts.blobs,
        pairing=parts.pairing,
        calls=parts.calls,
        crisis=parts.crisis,
        rewards=parts.rewards,
        transport=transport,
        readiness=readiness,
    )


async def _begin(
    ground: Ground, parts: Parts, transport: Transport, stack: AsyncExitStack
) -> None:
    """Start to write, record the keys in force, and forget what is over."""
    await parts.freezing.start()
    await ground.writer.start()
    stack.push_async_callback(ground.writer.close)
    await parts.key_log.begin()
    if ground.safety_key is not None:
        await log_safety_key(ground.writer, ground.keyring, ground.safety_key)
    stack.push_async_callback(parts.directory.close)
    end_sign_in = transport.connections.end_sign_in
    for part in (
        Housekeeping(
            ground.writer,
            also=[
                parts.guest_expiry.expire,
                parts.blobs.expire,
                parts.pairing.prune,
                parts.passkeys.prune,
                parts.departed.prune,
                parts.calls.forget,
                parts.providers.forget,
                parts.relay.forget,
                parts.credentials.tend,
                parts.rewards.books.tend,
                parts.matching.runs.tend,
                *(() if parts.crisis is None else parts.crisis.forgets),
            ],
        ),
        EndedSignIns(ground.database, ground.clock, end_sign_in),
        parts.relay,
        parts.rewards.books,
        parts.matching.runs,
    ):
        await part.start()
        stack.push_async_callback(part.close)


class _Announcer:
    """What the writer calls with committed facts.

    The publisher needs the live connections, these need the router, and the
    router's services need the writer: this link is set last, before the writer
    starts.
    """

    publisher: Publisher | None = None
    notifier: Notifier | None = None

    def __init__(self) -> None:
        self.also: list[Callable[[Sequence[object]], None]] = []

    def __call__(self, facts: Sequence[object]) -> None:
        for listener in self.also:
            listener(facts)
        if self.notifier is not None:
            self.notifier.on_committed(facts)
        if self.publisher is not None:
            self.publisher.on_committed(facts)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
