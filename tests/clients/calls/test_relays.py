"""Connections that may only go by a relay, of which not every address answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mentalverse_client.calls.connections import new_connection
from mentalverse_client.calls.sources import Tone
from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.call_events import IceAccess, IceServer
from mentalverse_signaling.calls.ice import ice_servers
from support.clients import eventually
from support.coturn import MEETING_ON_LOOPBACK, Coturn, running_coturn
from support.media_pairs import Attendee, mesh
from support.ports import lasting_port


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    folder = tmp_path_factory.mktemp("relay")
    with running_coturn(folder, MEETING_ON_LOOPBACK, ipv6=False) as running:
        yield running


def access(relay: Coturn, *dead: str) -> IceAccess:
    """Credentials as the server gives them, `dead` before the addresses that answer."""
    (known,) = ice_servers(relay.relay(), "somebody", int(time.time() * 1000))
    server = IceServer((*dead, *known.urls), known.username, known.credential)
    return IceAccess((server,), 600, relay=True)


def by_relay(who: Attendee, given: IceAccess) -> None:
    async def gives() -> IceAccess:
        return given

    who.common = replace(who.common, access=gives)


@pytest.mark.parametrize("attempt", [0, 1])
def test_each_attempt_takes_the_next_address(relay: Coturn, attempt: int) -> None:
    given = access(relay)
    connection = new_connection(given, attempt)
    (server,) = vars(connection)["_RTCPeerConnection__configuration"].iceServers
    assert server.urls == [given.ice_servers[0].urls[attempt]]


async def test_two_meet_by_a_relay_whose_first_address_is_dead(relay: Coturn) -> None:
    dead = f"turn:127.0.0.1:{lasting_port()}?transport=udp"
    async with mesh() as net:
        a, b = net.attendee(Tone(video=False)), net.attendee(Tone(video=False))
        by_relay(a, access(relay))
        by_relay(b, access(relay, dead))
        net.commit(a, b)
        net.connect(a, b)
        heard = ((a, b), (b, a))
        await eventually(lambda: all(x.hears(y, Slot.MICROPHONE) for x, y in heard))
        for one, other in heard:
            connection = one.peers[other.leaf]._connection
            assert connection is not None
            sdp = str(connection.localDescription.sdp)
            offered = [it for it in sdp.splitlines() if "a=candidate" in it]
            assert offered and all(" typ relay " in it for it in offered)
