"""The media engines that the operator's settings name."""

from __future__ import annotations

from collections.abc import Callable

from ..config import Config
from .builtin import BuiltinDriver, BuiltinSettings
from .driver import SfuDriver
from .engines import Engines
from .janus.driver import JanusDriver
from .janus.settings import janus_settings

_FOLDER = "media"


def make_engines(
    config: Config, rng: Callable[[int], bytes], now: Callable[[], float]
) -> Engines:
    """Not started yet; without any engine if the operator wants none.

    `now` is a steady clock, in seconds.
    """
    drivers: list[SfuDriver] = []
    if config.media.engine == "janus":
        drivers = [JanusDriver(janus_settings(config), rng, now)]
    if config.media.has_builtin:
        drivers += [
            BuiltinDriver(_settings(config, number))
            for number in range(config.media.processes)
        ]
    return Engines(drivers)


def _settings(config: Config, number: int) -> BuiltinSettings:
    section = config.media
    return BuiltinSettings(
        folder=config.server.data_dir / _FOLDER,
        addresses=section.addresses,
        announced=section.public_address,
        linger_seconds=float(section.linger_seconds),
        ends_with_server=section.linger_seconds == 0,
        memory_mib=section.memory_mib,
        number=number,
    )
