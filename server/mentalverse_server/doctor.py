"""Whether this machine has what the server needs.

Changes nothing but folders, and makes the key that providers are asked with.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from mentalverse_crisis.policy import Policy

from .clock import SystemClock, to_millis
from .config import Config, ConfigError
from .errors import StartupError
from .operator import BLOB_FOLDER, beside_the_server, prepare_data_folder

MIN_FREE_BYTES = 1024**3
MIN_OPEN_FILES = 4096
ROTA_HOURS = 24


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    ok: bool
    text: str


def examine(config: Config) -> list[Finding]:
    """Every check in order; none stops the others."""
    checks: list[tuple[str, Callable[[Config], str]]] = [
        ("python", _python),
        ("parsers", _parsers),
        ("data folder", _data_folder),
        ("disk", _disk),
        ("open files", _open_files),
        ("database", _database),
        ("blobs", _blobs),
        ("exposure", _exposure),
        ("crisis desk", _crisis_desk),
        ("rota", _rota),
        ("referrals", _referrals),
        ("relay", _relay),
        ("media", _media),
        ("providers", _providers),
        ("erasures", _erasures),
        ("audit", _audit),
    ]
    return [_finding(subject, check, config) for subject, check in checks]


def _finding(subject: str, check: Callable[[Config], str], config: Config) -> Finding:
    try:
        return Finding(subject, True, check(config))
    except (ConfigError, StartupError) as error:
        return Finding(subject, False, str(error))


def _python(_config: Config) -> str:
    return f"{sys.version.split()[0]}"


def _parsers(_config: Config) -> str:
    from .transport.hardening import require_c_extensions

    require_c_extensions()
    return "compiled"


def _data_folder(config: Config) -> str:
    prepare_data_folder(config.server.data_dir)
    return str(config.server.data_dir)


def _disk(config: Config) -> str:
    free = shutil.disk_usage(config.server.data_dir).free
    if free < MIN_FREE_BYTES:
        raise StartupError(f"{free // 1024**2} MiB free; keep 1024 MiB")
    return f"{free // 1024**3} GiB free"


def _open_files(_config: Config) -> str:
    try:
        import resource
    except ImportError:
        return "no limit on this system"
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # the server asks for all
    if limit < MIN_OPEN_FILES:
        raise StartupError(f"{limit} allowed; one per connection: raise ulimit -n")
    return f"{limit} allowed"


def _database(config: Config) -> str:
    from .store.engine import open_database

    database = open_database(config.database_url, read_connections=1, exclusive=False)
    database.close()
    return f"{database.dialect} keeps what it acknowledged"


def _blobs(config: Config) -> str:
    from .store.blob_files import BlobFiles

    folder = config.server.data_dir / BLOB_FOLDER
    BlobFiles(folder).prepare()
    return str(folder)


def _exposure(config: Config) -> str:
    if config.server.host in {"127.0.0.1", "::1", "localhost"}:
        return "this machine only; a TLS proxy may stand in front"
    return f"{config.server.host}: put a TLS proxy in front, tokens pass in clear"


def _crisis_desk(config: Config) -> str:
    from .crisis.pages.channels import check_channels
    from .crisis.pages.on_call import read_on_call
    from .crisis.settings import require

    if config.crisis.mode == "open":
        require(config.crisis, *_in_database(config))
    if config.crisis.mode != "off":
        check_channels(config, read_on_call(config.crisis.on_call))
    return config.crisis.mode


def _rota(config: Config) -> str:
    from .clock import SystemClock, to_millis
    from .crisis import rota_beside
    from .crisis.pages.page import clock_time

    if config.crisis.mode == "off":
        return "none"
    now_ms = to_millis(SystemClock().now())
    found = rota_beside.span(config, now_ms, now_ms + ROTA_HOURS * 3_600_000)
    if not found.is_planned:
        return "nobody is planned: nothing is known of hours without anybody"
    if found.gaps:
        first = clock_time(max(found.gaps[0].start_ms, now_ms))
        hours = len({gap.start_ms for gap in found.gaps})
        raise StartupError(
            f"in {hours} of the next {ROTA_HOURS} hours somebody is missing, first at"
            f" {first}: mentalverse crisis rota show"
        )
    return f"somebody is planned in each of the next {ROTA_HOURS} hours"


def _referrals(config: Config) -> str:
    from mentalverse_crisis.referrals import is_to_check

    from .crisis.referring import read_services

    if config.crisis.mode == "off":
        return "none"
    services = read_services(config.server.data_dir)
    if not services:
        return "none: nobody has entered services to go on to"
    today = SystemClock().now().date()
    old = sum(is_to_check(one, today) for one in services)
    return f"{len(services)} services, {old} not checked for a year"


def _in_database(config: Config) -> tuple[Policy, frozenset[str]]:
    """The policy in force, and the tiers that are known to be reached."""
    from .crisis.pages.on_call import read_on_call
    from .crisis.pages.tier_tests import tested_tiers
    from .store import policies

    on_call = read_on_call(config.crisis.on_call)
    now_ms = to_millis(SystemClock().now())
    with beside_the_server(config) as database:
        tested = database.write(tested_tiers, on_call, now_ms)
        return database.write(policies.in_force), tested


def _relay(config: Config) -> str:
    from .media.turn_secrets import open_relay

    relay = open_relay(config)
    if relay is None:
        return "none: turn.urls is empty"
    return f"{relay.urls[0]}; `mentalverse doctor turn` asks it"


def _media(config: Config) -> str:
    from .media import builtin
    from .media.driver import DriverUnfit
    from .media.janus.link import examine
    from .media.janus.settings import janus_settings

    try:
        match config.media.engine:
            case "builtin":
                asyncio.run(builtin.examine())
                return "builtin forwards as it was tested"
            case "janus":
                version = asyncio.run(examine(janus_settings(config)))
                if not config.media.has_builtin:
                    return f"Janus {version}"
                asyncio.run(builtin.examine())
                return f"Janus {version}, and builtin if it stays away"
            case _:
                return "off: calls of two or three"
    except DriverUnfit as error:
        raise StartupError(str(error)) from None


def _providers(config: Config) -> str:
    from .hooks.checkup import examine

    return asyncio.run(examine(config))


def _erasures(config: Config) -> str:
    from .webhooks import unforgotten

    owing = unforgotten(config)
    if owing:
        raise StartupError(
            f"{len(owing)} endpoints have not said for a week that they forgot whoever"
            " is deleted: mentalverse webhook unforgotten"
        )
    return "nobody owes a word that somebody is forgotten"


def _audit(_config: Config) -> str:
    return "this software has had no independent security audit"
