"""What an operator decides about Janus, as its two users take it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...config import Config

HOST = "127.0.0.1"
"""It takes orders from this machine only."""
_FOLDER = "janus"


@dataclass(frozen=True, slots=True)
class JanusSettings:
    """Where its folder is, where it takes orders and where media comes in."""

    folder: Path
    port: int = 18188
    media_ports: str = "20000-20400"
    public_address: str = ""
    library: Path | None = None

    @property
    def url(self) -> str:
        """Where it takes orders."""
        return f"ws://{HOST}:{self.port}/"

    @property
    def port_count(self) -> int:
        """How many UDP ports there are for media."""
        first, last = map(int, self.media_ports.split("-"))
        return last - first + 1


def janus_settings(config: Config) -> JanusSettings:
    """Of the server's settings those that concern Janus."""
    section = config.janus
    return JanusSettings(
        section.folder or config.server.data_dir / _FOLDER,
        section.port,
        section.media_ports,
        section.public_address,
        section.library_dir,
    )
