"""An engine that falls: its people are told, it comes back, they come back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mentalverse_server.media.driver import (
    EngineBack,
    EngineGone,
    EngineLost,
)
from mentalverse_server.media.forwarder.probe import PICTURE, SOUND
from support.sfu_suite import ROOM, Engine, Person

People = Callable[[str], Person]


async def test_after_a_fall_everybody_publishes_and_receives_again(
    engine: Engine, person: People
) -> None:
    await engine.room()
    ada, ben = person("ada"), person("ben")
    await ada.publish()
    await ben.watch(ada.feed)
    await ben.hears(ada)
    engine.kill()
    await engine.happens(lambda e: e == EngineGone(frozenset({ROOM})))
    with pytest.raises(EngineLost):
        await engine.driver.stats(ROOM)
    await engine.happens(lambda e: e == EngineBack(frozenset({ROOM}), empty=True))
    for each in (ada, ben):
        await each.close()
        await each.reload()
    await ada.publish()
    await ben.watch(ada.feed)
    for kind in (SOUND, PICTURE):
        await ben.hears(ada, kind)
