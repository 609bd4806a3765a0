"""Somebody from outside at the ports of a room, over every engine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from OpenSSL import SSL

from mentalverse_server.media.driver import Direction, Jsep
from mentalverse_server.media.forwarder.probe import SOUND, Sending
from support.sfu_suite import ROOM, Engine, Person, fact

KNOCKS = 50
People = Callable[[str], Person]


@pytest.mark.parametrize("direction", Direction)
async def test_a_stranger_cannot_begin_the_handshake(
    engine: Engine, person: People, direction: Direction
) -> None:
    """M13: a ClientHello from a third socket, all the while a call is set up.

    The engine waits for the subscriber's ClientHello, and sends its own to a publisher.
    """
    await engine.room()
    ada, ben = person("ada"), person("ben")
    sending = ada.sending[ada.feed] = Sending(SOUND)
    offer = Jsep("offer", await sending.offer(), e2ee=True)
    answer = await engine.engines.publish(ROOM, ada.feed, offer)
    with stranger(answer.sdp, direction is Direction.PUBLISH) as knock:
        await sending.take_answer(answer.sdp)
        await fact(lambda: knock() and sending.is_up)
    feeds = frozenset({ada.feed})
    offered = await engine.engines.subscribe(ROOM, "ben", feeds, frozenset())
    assert offered is not None
    with stranger(offered.sdp, direction is Direction.SUBSCRIBE) as knock:
        taken = Jsep("answer", await ben.receiving.answer(offered.sdp), e2ee=True)
        await engine.engines.answer(ROOM, "ben", taken)
        await fact(lambda: knock() and ben.receiving.is_up)
    await ben.resume(ada.feed)
    await ben.hears(ada)
    counted = (await engine.engines.stats(ROOM)).engine
    # Who counts them has noticed every one.
    assert counted.get("filtered", KNOCKS) >= KNOCKS


@contextmanager
def stranger(sdp: str, is_there: bool) -> Iterator[Callable[[], bool]]:
    """Knocks at the engine's address in `sdp`, and again each time it is called."""
    context = SSL.Context(SSL.DTLS_METHOD)
    hello = SSL.Connection(context, None)
    hello.set_connect_state()
    with suppress(SSL.WantReadError):
        hello.do_handshake()
    client_hello = hello.bio_read(2048)
    candidate = next(
        line.split() for line in sdp.splitlines() if line.startswith("a=candidate:")
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as third:

        def knock() -> bool:
            if is_there:
                third.sendto(client_hello, (candidate[4], int(candidate[5])))
            return True

        for _ in range(KNOCKS):
            knock()
        yield knock
