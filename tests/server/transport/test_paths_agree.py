"""The fast path answers whatever the library's path answers, frame for frame."""

from __future__ import annotations

import random
from typing import Any

import aiohttp
import msgpack  # type: ignore[import-untyped]
import structlog

from mentalverse_server.transport import TransportLimits, fastpath
from mentalverse_signaling.events import COMMANDS
from mentalverse_signaling.quota import Rate
from support.transport import (
    GENEROUS,
    WAIT_SECONDS,
    RawSocket,
    Relay,
    Rig,
    a_message,
    running,
)

FRAMES = 3_000
FENCE = 2**40
"""Ack id of the call after each frame: once it is answered, the frame is done."""


def corpus(seed: int) -> list[bytes | str]:
    """Valid calls, and calls bent in every place."""
    rng = random.Random(seed)
    return [_frame(rng, number) for number in range(FRAMES)]


def _frame(rng: random.Random, number: int) -> bytes | str:
    if rng.random() < 0.03:
        return rng.choice(["", "3", "2probe", "5", "6", "40", '42["x"]', "bAA", "9"])
    packet: dict[str, Any] = {
        "type": 2,
        "nsp": "/",
        "data": [rng.choice([*COMMANDS, "no.such", "connect", ""]), _payload(rng)],
        "id": number,
    }
    if rng.random() < 0.2:
        _bend(rng, packet)
    raw: bytes = msgpack.dumps(packet)
    if rng.random() < 0.1:
        raw = _corrupt(rng, raw)
    return raw


def _payload(rng: random.Random) -> Any:
    good = a_message(rng.randrange(100), rng.randbytes(rng.randrange(1, 60)))
    if rng.random() < 0.5:
        return good
    good[rng.choice([*good, "extra"])] = _anything(rng, 3)
    return rng.choice([good, {}, _anything(rng, 4)])


def _anything(rng: random.Random, depth: int) -> Any:
    scalars = [None, True, -1, 2**63, 1.5, "x" * 40, b"\x00", "ok", float("nan")]
    if not depth or rng.random() < 0.5:
        return rng.choice(scalars)
    items = [_anything(rng, depth - 1) for _ in range(rng.randrange(4))]
    return items if rng.random() < 0.5 else dict(enumerate(items))


def _bend(rng: random.Random, packet: dict[str, Any]) -> None:
    key = rng.choice([*packet, "options"])
    if rng.random() < 0.3:
        packet.pop(key, None)
    elif key == "type":
        packet[key] = rng.choice([-1, 1, 3, 4, 5, 6, 7, "2", None])
    else:
        packet[key] = rng.choice([_anything(rng, 3), "/admin", "/", [], [1], ["x"] * 4])


def _corrupt(rng: random.Random, raw: bytes) -> bytes:
    if rng.random() < 0.5:
        return raw[: rng.randrange(len(raw))]
    index = rng.randrange(len(raw))
    return raw[:index] + rng.randbytes(1) + raw[index + 1 :]


async def outcomes(rig: Rig, frames: list[bytes | str]) -> list[object]:
    """What each frame led to: its acknowledgements, or the close code."""
    results: list[object] = []
    raw = await rig.join(1)
    for frame in frames:
        outcome = await outcome_of(raw, frame)
        results.append(outcome)
        if isinstance(outcome, int):
            raw = await rig.join(1)
    return results


async def outcome_of(raw: RawSocket, frame: bytes | str) -> object:
    if isinstance(frame, str):
        await raw.ws.send_str(frame)
    else:
        await raw.ws.send_bytes(frame)
    await raw.send_event("keys.count", {}, ack_id=FENCE)
    answers: list[Any] = []
    while True:
        message = await raw.ws.receive(timeout=WAIT_SECONDS)
        if message.type is aiohttp.WSMsgType.CLOSE:
            await raw.ws.close()
            return int(message.data)
        if message.type is aiohttp.WSMsgType.TEXT:
            continue
        assert message.type is aiohttp.WSMsgType.BINARY, message
        packet = msgpack.loads(message.data)
        if packet.get("id") == FENCE:
            return answers
        answers.append(packet)


async def test_both_paths_have_equal_outcomes_for_a_corpus() -> None:
    frames = corpus(seed=20)
    limits = TransportLimits(
        rates=GENEROUS, connects=Rate(1e9, 1e9), refusals=Rate(1e9, 1e9)
    )
    results = []
    with structlog.testing.capture_logs() as logs:
        for fast in (False, True):
            async with running(limits, fastpath=fast, relay=Relay()) as rig:
                assert rig.transport.is_fast is fast
                results.append(await outcomes(rig, frames))
                assert rig.counters.defects == 0
    stock, fast_results = results
    for frame, one, other in zip(frames, stock, fast_results, strict=True):
        assert one == other, frame
    closed = [outcome for outcome in stock if isinstance(outcome, int)]
    assert 100 < len(closed) < FRAMES / 2, "the corpus holds both kinds"
    assert {line["event"] for line in logs} == {"transport.malformed_frame"}


def test_the_installed_libraries_are_the_ones_the_fast_path_was_made_for() -> None:
    assert fastpath.unsupported() is None


async def test_with_other_libraries_the_stock_path_serves(monkeypatch: Any) -> None:
    monkeypatch.setattr(fastpath, "_TESTED", {"python-engineio": "0."})
    with structlog.testing.capture_logs() as logs:
        async with running(fastpath=True) as rig:
            assert not rig.transport.is_fast
            raw = await rig.join(1)
            assert (await raw.call("message.send", a_message(1)))["ok"]
    assert [line["event"] for line in logs] == ["transport.fastpath_off"]


def test_a_changed_signature_rules_the_fast_path_out(monkeypatch: Any) -> None:
    changed = dict(fastpath._SIGNATURES)
    changed[next(iter(changed))] = ["self"]
    monkeypatch.setattr(fastpath, "_SIGNATURES", changed)
    reason = fastpath.unsupported()
    assert reason is not None and "signature" in reason
