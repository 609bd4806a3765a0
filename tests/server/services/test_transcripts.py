"""Whatever the network does, a device's transcript is the log, row by row."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mentalverse_signaling.cursor import Step, contiguous, on_head, on_row
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.events import MessageSend
from mentalverse_signaling.ids import ClientId
from support.hub import Device, Hub, Talk, running_hub

STEPS = 1_500
DEVICES = 4


@dataclass
class Receiver:
    """A device behind a network that loses, doubles and reorders pushes."""

    device: Device
    cursor: int
    transcript: list[bytes] = field(default_factory=list)
    network: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    seen: int = 0

    def travel(self, source: random.Random) -> None:
        """What was pushed since the last look goes on its way, more or less."""
        inbox = self.device.inbox
        for push in [*inbox.pushes[self.seen :], *inbox.hints.values()]:
            self.network += [push] * source.choice((0, 1, 1, 1, 2))
        self.seen = len(inbox.pushes)
        inbox.hints.clear()
        source.shuffle(self.network)

    async def arrive(self, hub: Hub, talk: Talk) -> None:
        """One push arrives."""
        if not self.network:
            return
        event, payload = self.network.pop()
        if event == "message.sent":
            seq, row = payload["seq"], payload["payload"]
            assert isinstance(seq, int) and isinstance(row, bytes)
            step = on_row(self.cursor, seq)
            if step is Step.APPLY:
                self.cursor = seq
                self.transcript.append(row)
        elif event == "conversation.advanced":
            head = payload["head"]
            assert isinstance(head, int)
            step = on_head(self.cursor, head)
        else:
            return
        if step is Step.SYNC:
            await self.sync(hub, talk)

    async def sync(self, hub: Hub, talk: Talk) -> None:
        """Read to the head, a few rows at a time."""
        while True:
            page = await hub.call(
                self.device,
                "conversation.sync",
                conversation=talk.id,
                since=self.cursor,
                limit=7,
            )
            assert contiguous(self.cursor, [row.seq for row in page.rows])
            self.transcript += [row.payload for row in page.rows]
            self.cursor += len(page.rows)
            if self.cursor >= page.head:
                return


async def _send(hub: Hub, device: Device, message: MessageSend) -> int:
    return (await hub.send(device, message)).seq


@pytest.mark.parametrize("seed", range(3))
async def test_every_transcript_is_the_log_after_any_faults(
    tmp_path: Path, seed: int
) -> None:
    source = random.Random(seed)
    async with running_hub(f"sqlite:///{tmp_path / 'server.db'}", seed) as hub:
        first = await hub.add_device("first")
        others = [await hub.add_device(f"d{n}") for n in range(1, DEVICES)]
        talk = await hub.open(first)
        joined = await hub.add(first, talk, *others)
        receivers = [Receiver(d, joined.seq) for d in (first, *others)]
        answers: dict[ClientId, set[int]] = {}
        retries: list[tuple[Device, MessageSend]] = []
        for step in range(STEPS):
            receiver = source.choice(receivers)
            receiver.device.inbox.is_congested = source.random() < 0.2
            action = source.random()
            if action < 0.30:
                body = b"%d" % step
                retries.append((receiver.device, hub.message(talk, body)))
            if action < 0.45 and retries:
                # A first attempt or a retry; its answer may be lost.
                device, message = source.choice(retries)
                try:
                    seq = await _send(hub, device, message)
                    answers.setdefault(message.client_id, set()).add(seq)
                except SignalingError as error:
                    assert error.code == "stale_epoch"
                    assert message.client_id not in answers
            elif action < 0.47:
                await hub.take_epoch(first, talk, hub.commit(talk))
            elif action < 0.70:
                receiver.travel(source)
            elif action < 0.98:
                await receiver.arrive(hub, talk)
            else:
                await receiver.sync(hub, talk)
        for receiver in receivers:
            await receiver.sync(hub, talk)
        await asyncio.sleep(0)
    assert all(len(seqs) == 1 for seqs in answers.values())
    log = receivers[0].transcript
    assert len(log) == len(set(log)) > 100
    assert all(receiver.transcript == log for receiver in receivers)
    sent = {message.client_id: message.payload for _, message in retries}
    for client_id, (seq,) in answers.items():
        assert log[seq - joined.seq - 1] == sent[client_id]
