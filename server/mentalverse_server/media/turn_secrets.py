"""The secrets that the server shares with the relay: one file, a line for each.

The newest stands first. A change keeps the one before it, since credentials made with
it are out there and the relay has to take them until they end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from mentalverse_signaling.calls.ice import MAX_SECRETS, Relay

from ..config import Config, ConfigError, read_secret
from ..errors import StartupError
from ..owner_files import write_file

FILE_NAME = "turn-secret"
SECRET_BYTES = 32
_SECRET = re.compile(r"[A-Za-z0-9]{32,128}", re.ASCII)
"""What coturn's settings take as it is: a # would begin a comment in them."""


def secrets_path(config: Config) -> Path:
    """Where the secrets stand."""
    return config.turn.secret_file or config.server.data_dir / FILE_NAME


def open_relay(config: Config) -> Relay | None:
    """The relay that credentials are made for, or None if the operator has none.

    Raises:
        ConfigError: a relay is named and its secret cannot be read.
    """
    if not config.turn.urls:
        return None
    secrets = read_secrets(secrets_path(config))
    return Relay(config.turn.urls, secrets, config.turn.ttl_seconds)


def read_secrets(path: Path) -> tuple[str, ...]:
    """One secret or two, the newest first.

    Raises:
        ConfigError: there is none, others may read it, or it is no such file.
    """
    if not path.exists():
        raise ConfigError(f"{path} is missing: mentalverse turn secret makes it")
    found = tuple(read_secret(path).split())
    if not 1 <= len(found) <= MAX_SECRETS:
        raise ConfigError(f"{path} holds {len(found)} secrets instead of one or two")
    for secret in found:
        if not _SECRET.fullmatch(secret):
            raise ConfigError(f"{path}: a secret is 32 to 128 letters and digits")
    return found


def make_secret(path: Path, rng: Callable[[int], bytes]) -> None:
    """Write the first secret.

    Raises:
        StartupError: there is one, or the file cannot be written.
    """
    if path.exists():
        raise StartupError(f"{path} is there: --rotate puts a fresh secret before it")
    _write(path, (rng(SECRET_BYTES).hex(),))


def rotate(path: Path, rng: Callable[[int], bytes]) -> None:
    """Put a fresh secret before the newest one, and forget those before that.

    Raises:
        ConfigError: there is none to keep.
        StartupError: the file cannot be written.
    """
    newest = read_secrets(path)[0]
    _write(path, (rng(SECRET_BYTES).hex(), newest))


def forget_old(path: Path) -> None:
    """Keep the newest secret only: credentials made with the one before end now.

    Raises:
        ConfigError: there is none to keep.
        StartupError: the file cannot be written.
    """
    _write(path, read_secrets(path)[:1])


def _write(path: Path, secrets: tuple[str, ...]) -> None:
    write_file(path, ("\n".join(secrets) + "\n").encode("ascii"))
