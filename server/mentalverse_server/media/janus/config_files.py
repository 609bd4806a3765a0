"""The folder Janus is started with: its settings, and secrets that live as long as it.

Written anew before every start (`mentalverse janus config`), never `/etc/janus`: the
files that Debian ships hold a known administrator's secret, rooms with known passwords,
and listen on every interface. Here one plugin and one transport stay, on 127.0.0.1, and
no room is there that the server did not make.

`secrets.json` is for the server, which reads it at each connection. Its `server_name`
is a random name of this start: Janus tells it to whoever asks, so the server knows
whether it speaks to the process that held its rooms.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ...errors import StartupError
from ...owner_files import read_file, write_file
from .settings import HOST, JanusSettings

SECRETS_FILE = "secrets.json"
PLUGIN = "libjanus_videoroom.so"
TRANSPORT = "libjanus_websockets.so"
SESSION_TIMEOUT_SECONDS = 60
RECLAIM_SECONDS = 30
"""How long media goes on without a server: longer than a restart of one takes."""
_SECRET_BYTES = 24
_LIBRARY_PLACES = ("usr/lib/*/janus", "usr/lib/janus", "opt/janus/lib/janus")

_Value = str | bool | int
_Group = Mapping[str, _Value]


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this start of Janus asks of whoever gives it orders."""

    server_name: str
    api_secret: str
    admin_key: str
    """Without it nobody makes a room."""


@dataclass(frozen=True, slots=True)
class Library:
    """What a package of Janus has put on this machine."""

    folder: Path
    plugins: tuple[str, ...] = field(default=())
    transports: tuple[str, ...] = field(default=())


def find_library(given: Path | None = None, root: Path = Path("/")) -> Library:
    """The folder with `plugins/` and `transports/`, and the names in them.

    Raises:
        StartupError: Janus is not there, or without the parts that are used.
    """
    places: Iterable[Path] = (
        [given]
        if given is not None
        else (found for place in _LIBRARY_PLACES for found in sorted(root.glob(place)))
    )
    for folder in places:
        plugins = _names(folder / "plugins")
        transports = _names(folder / "transports")
        if PLUGIN in plugins and TRANSPORT in transports:
            return Library(folder, plugins, transports)
    raise StartupError("Janus is not installed: apt-get install janus")


def write_config(
    settings: JanusSettings, library: Library, rng: Callable[[int], bytes]
) -> Secrets:
    """Write the folder for one start of Janus, readable by its owner alone.

    Raises:
        StartupError: the folder cannot be written.
    """
    name, api, admin, key = (rng(_SECRET_BYTES).hex() for _ in range(4))
    secrets = Secrets(server_name=name, api_secret=api, admin_key=key)
    folder = settings.folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chmod(folder, 0o700)  # noqa: S103 - narrower, should it have been wider
    except OSError as error:
        raise StartupError(f"{folder}: {error.strerror}") from None
    for file, groups in _files(settings, library, secrets, admin).items():
        write_file(folder / file, _jcfg(groups).encode())
    write_file(folder / SECRETS_FILE, msgspec.json.encode(secrets))
    return secrets


def read_secrets(folder: Path) -> Secrets:
    """What the newest start of Janus was given.

    Raises:
        StartupError: there are none yet, or they cannot be read.
    """
    path = folder / SECRETS_FILE
    document = read_file(path)
    try:
        return msgspec.json.decode(document, type=Secrets)
    except (msgspec.DecodeError, ValueError):
        raise StartupError(
            f"{path} is not what `mentalverse janus config` wrote"
        ) from None


def unit(settings: JanusSettings, command: str, user: str) -> str:
    """A systemd unit: `command` writes the folder before each start of Janus."""
    folder = settings.folder.absolute()
    return f"""\
[Unit]
Description=Media engine of MentalVerse
After=network-online.target
Wants=network-online.target
Before=mentalverse.service

[Service]
User={user}
ExecStartPre={command}
ExecStart=/usr/bin/janus --disable-colors --configs-folder={folder}
Restart=always
RestartSec=200ms
LimitNOFILE=65536
LimitCORE=0
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=true
PrivateTmp=true
ReadWritePaths={folder}

[Install]
WantedBy=multi-user.target
"""


def _names(folder: Path) -> tuple[str, ...]:
    """The libraries in `folder` by the names that Janus disables them by."""
    return tuple(sorted(each.name for each in folder.glob("libjanus_*.so")))


def _files(
    settings: JanusSettings, library: Library, secrets: Secrets, admin_secret: str
) -> dict[str, dict[str, _Group]]:
    nat: dict[str, _Value] = {
        "full_trickle": False,
        "ice_tcp": False,
        "ice_lite": False,
        "ignore_mdns": True,
    }
    if settings.public_address:
        nat["nat_1_1_mapping"] = settings.public_address
    return {
        "janus.jcfg": {
            "general": {
                "configs_folder": str(settings.folder.absolute()),
                "plugins_folder": str(library.folder / "plugins"),
                "transports_folder": str(library.folder / "transports"),
                "api_secret": secrets.api_secret,
                "admin_secret": admin_secret,
                "token_auth": False,
                "server_name": secrets.server_name,
                "session_timeout": SESSION_TIMEOUT_SECONDS,
                "reclaim_session_timeout": RECLAIM_SECONDS,
                "hide_dependencies": True,
                "debug_level": 4,
                "debug_colors": False,
            },
            "media": {
                "ipv6": False,
                "rtp_port_range": settings.media_ports,
                "dtls_mtu": 1200,
            },
            "nat": nat,
            "plugins": {"disable": _others(library.plugins, PLUGIN)},
            "transports": {"disable": _others(library.transports, TRANSPORT)},
            "events": {"broadcast": False},
        },
        "janus.transport.websockets.jcfg": {
            "general": {
                "json": "compact",
                "ws": True,
                "ws_ip": HOST,
                "ws_port": settings.port,
                "wss": False,
            },
            "admin": {"admin_ws": False, "admin_wss": False},
        },
        "janus.plugin.videoroom.jcfg": {
            "general": {"admin_key": secrets.admin_key, "string_ids": True}
        },
    }


def _others(names: tuple[str, ...], kept: str) -> str:
    return ",".join(name for name in names if name != kept)


def _jcfg(groups: Mapping[str, _Group]) -> str:
    """Janus' own form of libconfig. Its strings are written as JSON's are."""
    lines = ["# Written before each start: changes here are lost."]
    for group, values in groups.items():
        lines.append(f"{group}: {{")
        lines += [f"\t{key} = {json.dumps(value)}" for key, value in values.items()]
        lines.append("}")
    return "\n".join(lines) + "\n"
