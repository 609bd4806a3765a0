"""What a hostile peer sends is refused before it costs memory."""

from __future__ import annotations

import resource
import time

import msgpack  # type: ignore[import-untyped]
import pytest

from support.transport import running, until

FRAME = 65_000
BOMBS = {
    "attachments announced in text": '51234567890-["x",{"_placeholder":true}]',
    "binary event": msgpack.dumps({"type": 5, "nsp": "/", "data": bytes(FRAME)}),
    "binary ack": msgpack.dumps({"type": 6, "nsp": "/", "data": bytes(FRAME)}),
    "nested arrays": b"\x91" * FRAME,
    "nested maps": b"\x81\xa1x" * (FRAME // 3),
    "a length it does not have": b"\xdd\xff\xff\xff\xff",
    "nested in data": b"\x83\xa4type\x02\xa3nsp\xa1/\xa4data\x92\xa1x"
    + b"\x91" * FRAME,
    "many empty containers": msgpack.dumps(
        {"type": 2, "nsp": "/", "data": [[] for _ in range(FRAME - 100)]}
    ),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_closes_its_socket_within_a_second(
    fastpath: bool, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Of this process's own work, with what the peer costs: others may run beside."""
    bomb = BOMBS[name]
    async with running(fastpath=fastpath) as rig:
        sockets = [await rig.join(number) for number in range(1, 11)]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for raw in sockets:
            started = time.process_time()
            for _ in range(20):
                if isinstance(bomb, str):
                    await raw.ws.send_str(bomb)
                else:
                    await raw.ws.send_bytes(bomb)
            assert await raw.close_code() == 1008
            assert time.process_time() - started < 1
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        await until(lambda: not rig.transport._sockets.links)
        assert rig.counters.malformed_frames == 10, "one per socket, not per frame"
    assert grown <= 20 * 1024, "KiB"
    assert not caplog.records


async def test_a_frame_sent_in_endless_fragments_is_cut_at_the_limit(
    fastpath: bool,
) -> None:
    async with running(fastpath=fastpath) as rig:
        raw = await rig.join(1)
        transport = raw.transport
        transport.write(b"\x02\xff" + (60_000).to_bytes(8) + bytes(4) + bytes(60_000))
        for _ in range(3):
            transport.write(
                b"\x00\xff" + (60_000).to_bytes(8) + bytes(4) + bytes(60_000)
            )
        assert await raw.close_code() in {1009, None}
        await until(lambda: not rig.transport._sockets.links)
