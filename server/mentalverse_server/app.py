"""The composition root: the only place that builds things, in order.

    database → writer → services → router → transport → HTTP → listeners

Everything is passed to constructors; there is no registry and no global. What is
opened is closed in reverse order by one exit stack.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import os
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from aiohttp import web

from mentalverse_signaling.account_api import ServerInfo, WireLimits
from mentalverse_signaling.envelope import (
    MAX_CIPHERTEXT_BYTES,
    MAX_FRAME_BYTES,
    MAX_PAGE_ROWS,
    PROTOCOL_VERSION,
)
from mentalverse_signaling.quota import Rate

from .clock import Clock, SystemClock
from .config import Config
from .drain import StopRequest
from .errors import StartupError
from .events import handler_groups, hot_handler
from .housekeeping import Housekeeping
from .http.api import AccountApi
from .http.health import Readiness, health_routes, metrics_app
from .http.recovery import RecoveryApi
from .http.security import (
    MAX_BODY_BYTES,
    add_headers,
    answer_errors,
    client_address,
    count_requests,
)
from .http.throttle import Throttle
from .http.web import WebClient, find_client, plain_page, read_client
from .keyring import Keyring, open_keyring
from .logs import configure_logging
from .metrics import HttpCounters, build_registry
from .operator import prepare_data_folder
from .parts import blob_api, open_blobs
from .publisher import Publisher
from .router import Router
from .safety import SafetyKey, read_safety_key
from .services.backups import Backups
from .services.blobs import Blobs
from .services.conversations import ConversationService
from .services.delivery import Delivery
from .services.devices import Devices
from .services.directory import Directory
from .services.freezing import Freezing
from .services.groups import Groups
from .services.identity import Identity, IdentityLimits
from .services.keys import Keys
from .services.pairing import Pairing, SlotFilled
from .services.people import People
from .services.rejoin import Rejoin, RejoinLimits
from .services.report_keys import log_safety_key
from .services.reports import Reports
from .services.transparency import TransparencyLog
from .store.engine import Database, open_database
from .store.migrate import generation
from .store.writer import Writer
from .transport import Transport, TransportCounters, TransportLimits, build_transport
from .transport.hardening import (
    RUNNER_OPTIONS,
    request_deadline,
    require_c_extensions,
)

Rng = Callable[[int], bytes]

CLOSE_SECONDS = 2.0
"""For HTTP answers under way when the listeners close."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens: where, and the parts that tests look at."""

    config: Config
    url: str
    metrics_url: str | None
    database: Database
    writer: Writer
    identity: Identity
    blobs: Blobs
    pairing: Pairing
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
        yield await _Builder(config, clock or SystemClock(), rng, stack).build()


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
            log.info("server.listening", url=server.url, metrics_url=server.metrics_url)
            await stop.asked.wait()
            log.info("server.draining", connections=len(server.transport.connections))
            await stop.unless_hurried(server.drain())
    log.info("server.stopped")


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


class _Builder:
    """The steps of starting, each of which leaves its undoing on the stack."""

    def __init__(
        self, config: Config, clock: Clock, rng: Rng, stack: AsyncExitStack
    ) -> None:
        self._config = config
        self._clock = clock
        self._rng = rng
        self._stack = stack
        self._http = HttpCounters()
        networks = config.server.trusted_proxies
        self._trusted = [ipaddress.ip_network(network) for network in networks]

    async def build(self) -> Server:
        """Build and start everything; the order is the module's."""
        keyring = open_keyring(self._config.server.data_dir, self._rng)
        database = await self._open_database()
        announce = _Announcer()
        writer = Writer(database, self._clock, announce)
        directory = Directory(database)
        identity = Identity(
            database, writer, keyring, self._clock, self._rng, self._lifetimes()
        )
        devices = Devices(database, writer, keyring, self._clock)
        freezing = Freezing(database, writer, self._rng)
        key_log = TransparencyLog(database, writer, keyring)
        router = self._router(
            database, writer, directory, identity, keyring, devices, key_log, freezing
        )
        app = self._application()
        transport = self._transport(app, identity, router)
        announce.publisher = Publisher(transport.connections, directory)
        readiness = Readiness(
            {"database": database.ping, "writer": writer.ping}, self._clock
        )
        safety_key = read_safety_key(self._config.server.data_dir)
        info = _server_info(
            self._config, keyring, safety_key, await database.read(generation)
        )
        throttle = Throttle(self._attempts(), self._clock)
        api = AccountApi(identity, devices, info, throttle, self._trusted)
        app.add_routes([*api.routes(), *health_routes(readiness), *self._web()])
        blobs = await open_blobs(
            self._config, database, writer, self._clock, self._stack
        )
        app.add_routes(blob_api(self._config, blobs, identity, self._clock).routes())
        pairing = Pairing(database, writer, self._clock)
        announce.publisher.listen(SlotFilled, pairing.on_filled)
        # Who waits for a slot would keep the server from going down.
        app.on_shutdown.append(lambda _: pairing.release())
        reports = Reports(writer, has_safety_team=safety_key is not None)
        backups = Backups(database, writer)
        app.add_routes(self._recovery_routes(backups, pairing, reports, identity))

        await freezing.start()
        await writer.start()
        self._stack.push_async_callback(writer.close)
        await key_log.begin()
        if safety_key is not None:
            await log_safety_key(writer, keyring, safety_key)
        self._stack.push_async_callback(directory.close)
        housekeeping = Housekeeping(writer, also=[blobs.expire, pairing.prune])
        await housekeeping.start()
        self._stack.push_async_callback(housekeeping.close)
        registry = build_registry(
            database=database,
            writer=writer,
            transport=transport.counters,
            connections=transport.connections,
            blobs=blobs.gauges,
            freezes=freezing.counters,
            http=self._http,
            is_draining=lambda: readiness.draining,
        )
        metrics_url = await self._listen_for_metrics(metrics_app(registry))
        url = await self._listen(app)
        await transport.start()
        self._stack.push_async_callback(transport.stop)
        return Server(
            self._config,
            url,
            metrics_url,
            database,
            writer,
            identity,
            blobs,
            pairing,
            transport,
            readiness,
        )

    async def _open_database(self) -> Database:
        database = open_database(
            self._config.database_url,
            read_connections=self._config.database.read_connections,
        )
        self._stack.callback(database.close)
        await asyncio.to_thread(database.migrate)
        return database

    def _router(
        self,
        database: Database,
        writer: Writer,
        directory: Directory,
        identity: Identity,
        keyring: Keyring,
        devices: Devices,
        transparency: TransparencyLog,
        freezing: Freezing,
    ) -> Router:
        keys = Keys(database, writer, self._clock, keyring.public_keys)
        self._stack.callback(keys.close)
        groups = handler_groups(
            conversation_service=ConversationService(database, writer),
            group_service=Groups(database, writer, self._rng),
            rejoining=Rejoin(database, writer, self._rejoin_limits()),
            freezing=freezing,
            key_service=keys,
            people=People(database),
            identity=identity,
            device_service=devices,
            log=transparency,
        )
        return Router(hot_handler(Delivery(writer, directory)), groups)

    def _recovery_routes(
        self, backups: Backups, pairing: Pairing, reports: Reports, identity: Identity
    ) -> list[web.RouteDef]:
        api = RecoveryApi(
            backups=backups,
            pairing=pairing,
            reports=reports,
            identity=identity,
            attempts=Throttle(self._attempts(), self._clock),
            trusted_proxies=self._trusted,
        )
        return api.routes()

    def _application(self) -> web.Application:
        app = web.Application(
            client_max_size=MAX_BODY_BYTES,
            middlewares=[
                count_requests(self._http),
                request_deadline,
                answer_errors,
            ],
        )
        app.on_response_prepare.append(add_headers)
        return app

    def _transport(
        self, app: web.Application, identity: Identity, router: Router
    ) -> Transport:
        settings = self._config.transport
        per_second = settings.connections_per_second
        limits = TransportLimits(
            connects=Rate(per_second, burst=2 * per_second),
            max_connections_per_address=settings.connections_per_address,
            ping_interval_seconds=settings.ping_interval_seconds,
            ping_timeout_seconds=settings.ping_timeout_seconds,
            rates=self._config.quota.rates(),
        )
        return build_transport(
            app,
            authenticator=identity,
            dispatcher=router,
            limits=limits,
            clock=self._clock,
            counters=TransportCounters(),
            fastpath=settings.fastpath,
            origins=self._config.server.origins,
            address_of=partial(client_address, trusted=self._trusted),
        )

    def _web(self) -> list[web.RouteDef]:
        settings = self._config.web
        folder = find_client(settings.dist_dir)
        if folder is None:
            return plain_page()
        origins = self._config.server.origins
        files = read_client(folder, settings.exit_url, origins)
        return WebClient(files, settings.exit_url, origins).routes()

    def _lifetimes(self) -> IdentityLimits:
        settings = self._config.accounts
        return IdentityLimits(
            sign_in_lifetime=timedelta(days=settings.sign_in_lifetime_days),
            challenge_lifetime=timedelta(seconds=settings.challenge_seconds),
        )

    def _rejoin_limits(self) -> RejoinLimits:
        settings = self._config.accounts
        return RejoinLimits(
            per_day=settings.rejoins_per_day,
            unproven_after=timedelta(hours=settings.rejoin_unproven_after_hours),
        )

    def _attempts(self) -> Rate:
        per_minute = self._config.accounts.attempts_per_minute
        return Rate(rate_per_second=per_minute / 60, burst=per_minute)

    async def _listen(self, app: web.Application) -> str:
        settings = self._config.server
        return await self._open_port(app, settings.host, settings.port)

    async def _listen_for_metrics(self, app: web.Application) -> str | None:
        settings = self._config.metrics
        if not settings.enabled:
            return None
        return await self._open_port(app, settings.host, settings.port)

    async def _open_port(self, app: web.Application, host: str, port: int) -> str:
        """Serve `app`; the URL with the port that was taken."""
        runner = web.AppRunner(app, shutdown_timeout=CLOSE_SECONDS, **RUNNER_OPTIONS)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else "cannot listen"
            raise StartupError(f"{host} port {port}: {reason}") from None
        taken = runner.addresses[0][1]
        return f"http://{f'[{host}]' if ':' in host else host}:{taken}"


class _Announcer:
    """What the writer calls with committed facts.

    The publisher needs the live connections, these need the router, and the
    router's services need the writer: this link is set last, before the writer
    starts.
    """

    publisher: Publisher | None = None

    def __call__(self, facts: Sequence[object]) -> None:
        if self.publisher is not None:
            self.publisher.on_committed(facts)


def _server_info(
    config: Config,
    keyring: Keyring,
    safety_key: SafetyKey | None,
    database_generation: str,
) -> ServerInfo:
    keys = {key_id.hex(): public for key_id, public in keyring.public_keys.items()}
    limits = WireLimits(
        MAX_FRAME_BYTES,
        MAX_CIPHERTEXT_BYTES,
        MAX_PAGE_ROWS,
        config.blobs.max_attachment_bytes,
    )
    return ServerInfo(
        protocol=PROTOCOL_VERSION,
        server=keyring.server,
        generation=database_generation,
        as_keys=keys,
        log_pub=keyring.log_key.public,
        limits=limits,
        safety_suite=safety_key.suite if safety_key else 0,
        safety_pub=safety_key.public if safety_key else b"",
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
