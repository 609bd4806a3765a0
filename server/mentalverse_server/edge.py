"""What the network sees of a server: HTTP, Socket.IO, and the ports they are on."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

from aiohttp import web

from mentalverse_signaling.account_api import CrisisDesk, ServerInfo, WireLimits
from mentalverse_signaling.envelope import (
    MAX_CIPHERTEXT_BYTES,
    MAX_FRAME_BYTES,
    MAX_PAGE_ROWS,
    PROTOCOL_VERSION,
)
from mentalverse_signaling.quota import Lane, Rate

from . import line_checks
from .auth.rate_keys import RateKeys
from .config import Config
from .errors import StartupError
from .ground import Ground
from .http.api import AccountApi
from .http.blobs import BlobApi
from .http.credentials import CredentialPages
from .http.crisis import CrisisApi
from .http.guests import FINDS, GuestApi
from .http.health import Readiness, health_routes
from .http.on_call import LOOKS, OnCallPages
from .http.own_account import EXPORTS, OwnAccountApi
from .http.passkeys import PasskeyApi
from .http.passphrase import GUESSES, PassphraseApi
from .http.push import PushApi
from .http.recovery import RecoveryApi
from .http.security import (
    MAX_BODY_BYTES,
    Network,
    add_headers,
    answer_errors,
    client_address,
    count_requests,
)
from .http.web import WebClient, find_client, plain_page, read_client
from .links import relying_party_id
from .metrics import HttpCounters
from .parts import Parts
from .router import Router
from .services.crowds import Crowds
from .throttle import Throttle
from .transport import Transport, TransportCounters, TransportLimits, build_transport
from .transport.hardening import RUNNER_OPTIONS, request_deadline

_CRISIS_DESK = {
    "off": CrisisDesk.NONE,
    "demo": CrisisDesk.DEMO,
    "open": CrisisDesk.OPEN,
}

CLOSE_SECONDS = 2.0
"""For HTTP answers under way when the listeners close."""


def make_application(
    ground: Ground,
    parts: Parts,
    readiness: Readiness,
    counters: HttpCounters,
    generation: str,
) -> web.Application:
    """Every HTTP route. `generation` names the history of the database."""
    app = web.Application(
        client_max_size=MAX_BODY_BYTES,
        middlewares=[count_requests(counters), request_deadline, answer_errors],
    )
    app.on_response_prepare.append(add_headers)
    app.add_routes(_account_api(ground, parts, generation).routes())
    app.add_routes(_guest_api(ground, parts).routes())
    app.add_routes(_crisis_api(ground, parts).routes())
    app.add_routes(_on_call_pages(ground, parts))
    app.add_routes(_own_account_api(ground, parts).routes())
    app.add_routes(_blob_api(ground, parts).routes())
    app.add_routes(_passkey_api(ground, parts).routes())
    app.add_routes(_passphrase_api(ground, parts).routes())
    app.add_routes(_recovery_api(ground, parts).routes())
    app.add_routes(_push_api(ground, parts).routes())
    credentials = parts.credentials
    app.add_routes(CredentialPages(credentials.issuer, credentials.lists).routes())
    app.add_routes([*health_routes(readiness), *_web_client(ground.config)])
    # Who waits for a slot would keep the server from going down.
    app.on_shutdown.append(lambda _: parts.pairing.release())
    return app


def make_transport(
    ground: Ground, parts: Parts, app: web.Application, router: Router
) -> Transport:
    """Socket.IO on the same port as HTTP."""
    config, settings = ground.config, ground.config.transport
    per_second = settings.connections_per_second
    limits = TransportLimits(
        connects=Rate(per_second, burst=2 * per_second),
        max_connections_per_address=settings.connections_per_address,
        ping_interval_seconds=settings.ping_interval_seconds,
        ping_timeout_seconds=settings.ping_timeout_seconds,
        rates=config.quota.rates(),
    )
    return build_transport(
        app,
        authenticator=parts.identity,
        dispatcher=router,
        limits=limits,
        clock=ground.clock,
        counters=TransportCounters(),
        fastpath=settings.fastpath,
        origins=config.server.origins,
        address_of=partial(client_address, trusted=_trusted(config)),
    )


async def listen(
    app: web.Application, host: str, port: int, stack: AsyncExitStack
) -> str:
    """Serve `app` until `stack` ends; the URL with the port that was taken.

    Raises `StartupError`.
    """
    runner = web.AppRunner(app, shutdown_timeout=CLOSE_SECONDS, **RUNNER_OPTIONS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "cannot listen"
        raise StartupError(f"{host} port {port}: {reason}") from None
    taken = runner.addresses[0][1]
    return f"http://{f'[{host}]' if ':' in host else host}:{taken}"


def _account_api(ground: Ground, parts: Parts, generation: str) -> AccountApi:
    return AccountApi(
        parts.identity,
        parts.devices,
        _server_info(ground, generation),
        Throttle(_attempts(ground.config), ground.clock),
        _trusted(ground.config),
    )


def _guest_api(ground: Ground, parts: Parts) -> GuestApi:
    settings, clock = ground.config.guests, ground.clock
    many = settings.crowd_guests
    rate = Rate(many / (60 * settings.crowd_minutes), burst=many)
    return GuestApi(
        parts.guests,
        Crowds(rate, clock),
        RateKeys(clock, ground.rng),
        parts.guest_places,
        Throttle(FINDS, clock, "too many words were tried from this address"),
        parts.identity,
        _trusted(ground.config),
    )


def _crisis_api(ground: Ground, parts: Parts) -> CrisisApi:
    door = None if parts.crisis is None else parts.crisis.door
    return CrisisApi(door, _trusted(ground.config))


def _on_call_pages(ground: Ground, parts: Parts) -> list[web.RouteDef]:
    if parts.crisis is None:
        return []
    clock = ground.clock
    tries: Throttle[bytes] = Throttle(LOOKS, clock)
    keys, trusted = RateKeys(clock, ground.rng), _trusted(ground.config)
    return OnCallPages(parts.crisis.acknowledging, tries, keys, trusted).routes()


def _own_account_api(ground: Ground, parts: Parts) -> OwnAccountApi:
    return OwnAccountApi(
        parts.identity,
        parts.proofs,
        parts.own_accounts,
        parts.departed,
        attempts=Throttle(_attempts(ground.config), ground.clock),
        exports=Throttle(EXPORTS, ground.clock, "too many exports of this account"),
    )


def _blob_api(ground: Ground, parts: Parts) -> BlobApi:
    config, clock = ground.config, ground.clock
    reads = config.quota.rates()[Lane.READ]
    creations = _per_minute(config.blobs.creations_per_minute)
    return BlobApi(
        parts.blobs,
        parts.identity,
        Throttle(reads, clock, "too many requests of this account"),
        Throttle(creations, clock, "too many uploads of this account"),
    )


def _passkey_api(ground: Ground, parts: Parts) -> PasskeyApi:
    return PasskeyApi(
        parts.passkeys,
        parts.identity,
        Throttle(_attempts(ground.config), ground.clock),
        _trusted(ground.config),
    )


def _passphrase_api(ground: Ground, parts: Parts) -> PassphraseApi:
    return PassphraseApi(
        parts.passphrases,
        parts.identity,
        attempts=Throttle(_attempts(ground.config), ground.clock),
        guesses=Throttle(GUESSES, ground.clock, "too many attempts for this handle"),
        trusted_proxies=_trusted(ground.config),
    )


def _recovery_api(ground: Ground, parts: Parts) -> RecoveryApi:
    return RecoveryApi(
        backups=parts.backups,
        pairing=parts.pairing,
        reports=parts.reports,
        identity=parts.identity,
        attempts=Throttle(_attempts(ground.config), ground.clock),
        trusted_proxies=_trusted(ground.config),
    )


def _push_api(ground: Ground, parts: Parts) -> PushApi:
    attempts = Throttle[str](
        _attempts(ground.config), ground.clock, "too many requests of this account"
    )
    return PushApi(parts.push, parts.identity, attempts)


def _attempts(config: Config) -> Rate:
    return _per_minute(config.accounts.attempts_per_minute)


def _per_minute(count: float) -> Rate:
    return Rate(rate_per_second=count / 60, burst=count)


def _trusted(config: Config) -> Sequence[Network]:
    return [ipaddress.ip_network(each) for each in config.server.trusted_proxies]


def _web_client(config: Config) -> list[web.RouteDef]:
    folder = find_client(config.web.dist_dir)
    if folder is None:
        return plain_page()
    origins, exit_url = config.server.origins, config.web.exit_url
    checked = line_checks.read(config.server.data_dir / line_checks.FILE)
    files = read_client(folder, config.web, origins, line_checks.for_page(checked))
    return WebClient(files, exit_url, origins).routes()


def _server_info(ground: Ground, generation: str) -> ServerInfo:
    keyring, safety_key = ground.keyring, ground.safety_key
    limits = WireLimits(
        MAX_FRAME_BYTES,
        MAX_CIPHERTEXT_BYTES,
        MAX_PAGE_ROWS,
        ground.config.blobs.max_attachment_bytes,
    )
    return ServerInfo(
        protocol=PROTOCOL_VERSION,
        server=keyring.server,
        generation=generation,
        as_keys={name.hex(): public for name, public in keyring.public_keys.items()},
        passkey_rp=relying_party_id(ground.config.public_url()),
        as_succession=tuple(key.encode() for key in keyring.succession),
        log_pub=keyring.log_key.public,
        limits=limits,
        safety_suite=safety_key.suite if safety_key else 0,
        safety_pub=safety_key.public if safety_key else b"",
        push_key=keyring.push_keys[0].public if keyring.push_keys else b"",
        crisis_desk=_CRISIS_DESK[ground.config.crisis.mode],
    )
