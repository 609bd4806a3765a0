"""The test at the start: everything in `hooks`, once, in a room of its own.

aiortc may change what it never promised. So before the process serves anybody it looks
for each name, and then holds a call on the loopback interface: sound and a key frame of
three packets from one publisher to two subscribers, a key frame asked for, a lost
packet sent again, a feed more for a subscriber who is there already, and nobody left
after `kick`. It takes well under `SECONDS`; a machine that is too slow for that is too
slow to forward.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ..driver import DriverUnfit, FeedId, RoomSpec, SfuError, feed_id
from . import hooks
from .packets import KeyFrameWanted
from .probe import KEY_FRAME, PICTURE, SOUND, Received, Receiving, Sending, until
from .room import Room
from .rooms import steady_ms

SECONDS = 10
"""All of it; 3 s on a machine that has nothing else to do."""
LOOPBACK = "127.0.0.1"
_SOUND_PACKETS = 50
_SILENCE = b"\xf8"
_PICTURE_BYTES = 1100
_AGAIN_SECONDS = 0.2


async def check() -> None:
    """Raises `DriverUnfit` with everything that is wrong, or the first that failed."""
    wrong = hooks.missing()
    if wrong:
        raise DriverUnfit("; ".join(wrong))
    hooks.use_addresses([LOOPBACK])
    call = _Call(Room(RoomSpec("contract", 3, screen=False), lambda _: None, steady_ms))
    try:
        async with asyncio.timeout(SECONDS):
            await call.hold()
    except DriverUnfit:
        raise
    except TimeoutError:
        raise DriverUnfit(f"{call.waits_for}: waited in vain") from None
    except (SfuError, ArithmeticError, LookupError, ValueError) as error:
        raise DriverUnfit(f"{call.waits_for}: {error!r}") from error
    except (AttributeError, AssertionError, TypeError) as error:
        raise DriverUnfit(f"{call.waits_for}: {error!r}") from error
    finally:
        hooks.use_addresses([])
        with suppress(TimeoutError):
            await call.close()


class _Call:
    """Ada publishes to Ben and Eve, then Ben to Eve."""

    def __init__(self, room: Room) -> None:
        self.waits_for = "the call at the start"
        self._room = room
        self._sending: dict[FeedId, Sending] = {}
        self._receiving: dict[str, Receiving] = {}

    async def hold(self) -> None:
        """All of it. Raises `DriverUnfit` and `TimeoutError`."""
        ada, ben = feed_id("ada", 1), feed_id("ben", 1)
        await self._publish(ada)
        for seat in ("ben", "eve"):
            await self._subscribe(seat, ada)
        await self._passes_through(ada, "ben", "eve")
        await self._asks_for_a_key_frame(ada, "eve")
        await self._gets_a_lost_packet(ada, "eve")
        await self._publish(ben)
        await self._subscribe("eve", ben)
        await self._passes_through(ben, "eve")
        await self._room.kick("eve")
        if "eve" in self._room.seats:
            raise DriverUnfit("a seat that was removed is still there")

    async def close(self) -> None:
        """Let go of everything."""
        await self._room.close()
        for sending in self._sending.values():
            await sending.close()
        for receiving in self._receiving.values():
            await receiving.close()

    async def _publish(self, feed: FeedId) -> None:
        sending = self._sending[feed] = Sending(SOUND, PICTURE)
        await sending.take_answer(await self._room.publish(feed, await sending.offer()))
        await self._until("a publisher connects", lambda: sending.is_up)

    async def _subscribe(self, seat: str, feed: FeedId) -> None:
        receiving = self._receiving.setdefault(seat, Receiving())
        offer = await self._room.subscribe(seat, [feed], [])
        if offer is None:
            raise DriverUnfit("no offer for a feed that is there")
        await self._room.answer(seat, await receiving.answer(offer))
        await self._room.resume(seat, [feed])
        subscription = self._room.subscription_of(seat)
        await self._until(
            "a subscriber connects",
            lambda: (
                sum(line.is_flowing for line in subscription.lines if line.feed == feed)
                == len((SOUND, PICTURE))
            ),
        )

    async def _passes_through(self, feed: FeedId, *seats: str) -> None:
        """50 packets of sound, a key frame of three, with the subscriber's names."""
        sending = self._sending[feed]
        sound = {b"%s sound %d" % (feed.encode(), n) for n in range(_SOUND_PACKETS)}
        picture = {
            (KEY_FRAME if n == 0 else b"\x00") + bytes([n]) * _PICTURE_BYTES
            for n in range(3)
        }
        for payload in sorted(sound):
            await sending.send(SOUND, _SILENCE + payload)
        for payload in sorted(picture, reverse=True):
            await sending.send(PICTURE, payload)
        wanted = {_SILENCE + each for each in sound} | picture
        for seat in seats:
            await self._gets(seat, wanted)

    async def _gets(self, seat: str, wanted: set[bytes]) -> None:
        received = self._receiving[seat].received
        await self._until(
            "packets pass through",
            lambda: wanted <= {each.payload for each in received},
        )
        for each in received:
            self._check_names(seat, each)

    def _check_names(self, seat: str, packet: Received) -> None:
        """It carries what the subscriber negotiated for that line."""
        for line in self._room.subscription_of(seat).lines:
            identity = None if line.leg is None else line.leg.identity
            if identity is None or identity.mid != packet.line_mid:
                continue
            is_named = packet.mid == identity.mid and (
                (packet.ssrc, packet.payload_type)
                in {
                    (identity.ssrc, identity.payload_type),
                    (identity.rtx_ssrc, identity.rtx_payload_type),
                }
            )
            if is_named:
                return
        raise DriverUnfit("a packet does not carry the subscriber's names")

    async def _asks_for_a_key_frame(self, feed: FeedId, seat: str) -> None:
        feedback = self._sending[feed].feedback[PICTURE]
        feedback.clear()
        mid = self._mid(seat, feed)
        await self._until(
            "a key frame is asked for",
            lambda: any(isinstance(each, KeyFrameWanted) for each in feedback),
            lambda: self._receiving[seat].ask_key_frame(mid),
        )

    async def _gets_a_lost_packet(self, feed: FeedId, seat: str) -> None:
        mid, receiving = self._mid(seat, feed), self._receiving[seat]
        last = [each for each in receiving.received if each.line_mid == mid][-1]
        await self._until(
            "a lost packet comes back",
            lambda: any(
                each.is_repeated and each.payload == last.payload
                for each in receiving.received
            ),
            lambda: receiving.ask_again(mid, [last.number]),
        )

    def _mid(self, seat: str, feed: FeedId) -> str:
        """Of the line of sight that carries `feed`."""
        return next(
            str(line.line.mid)
            for line in self._room.subscription_of(seat).lines
            if line.feed == feed and line.kind == PICTURE
        )

    async def _until(
        self,
        what: str,
        holds: Callable[[], bool],
        again: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Wait for a fact, doing `again` meanwhile: what it sends may get lost."""
        self.waits_for = what
        while again is not None and not holds():
            await again()
            with suppress(TimeoutError):
                await until(holds, _AGAIN_SECONDS)
        await until(holds, SECONDS)
