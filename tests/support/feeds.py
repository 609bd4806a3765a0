"""Feeds of a call over real sockets: sent to the server's own engine, and received."""

from __future__ import annotations

import asyncio
import os

from mentalverse_server.media.forwarder.probe import (
    PICTURE,
    SOUND,
    Receiving,
    Sending,
)
from support.call_wire import Caller
from support.sfu_suite import LOOPBACK, SECONDS, fact

BUILTIN = {
    "media.engine": "builtin",
    "media.addresses": [LOOPBACK],
    "media.linger_seconds": 0,
}


async def publishes(who: Caller) -> tuple[str, Sending]:
    """A microphone and a camera, once they are connected; with the feed's name."""
    sending = Sending(SOUND, PICTURE)
    jsep = {"type": "offer", "sdp": await sending.offer(), "e2ee": True}
    answered = await who.ask("feed.publish", label="main", jsep=jsep)
    await sending.take_answer(answered.jsep.sdp)
    await fact(lambda: sending.is_up)
    return answered.feed, sending


async def subscribes(who: Caller, *feeds: str) -> Receiving:
    """What is received of these feeds."""
    receiving = Receiving()
    offer = await who.ask("feed.subscribe", feeds=list(feeds))
    sdp = await receiving.answer(offer.jsep.sdp)
    jsep = {"type": "answer", "sdp": sdp, "e2ee": True}
    await who.ask("feed.answer", offer=offer.offer, jsep=jsep)
    return receiving


async def hears(receiving: Receiving, sending: Sending) -> None:
    """What is said from now on arrives, said until it does."""
    said: set[bytes] = set()
    async with asyncio.timeout(SECONDS):
        while not any(each.payload in said for each in receiving.received):
            said.add(payload := b"\xf8" + os.urandom(8))
            await sending.send(SOUND, payload)
            await asyncio.sleep(0.05)
