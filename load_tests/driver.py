"""The load client, a process of its own: `python -m load_tests.driver PLAN`.

The plan is a JSON file (see `Plan`). Each sending connection keeps a few messages
in flight; the others only receive. The driver prints `begin` and `end` around its
measuring window, so that the parent can read the server's CPU at those moments,
and then one JSON object: what was acknowledged, how late, and what any receiver
missed, saw twice or saw out of order.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from .machine import percentile
from .wire import WireClient

CONNECTS_AT_ONCE = 15
"""The server lets one address hold twenty sockets that are not signed in yet."""
SETTLE_TIMEOUT_SECONDS = 10
PAYLOAD_BYTES = 300


class Seat(msgspec.Struct, frozen=True):
    """One connection: its token, and the conversation it receives or sends in."""

    token: str
    conversation: str
    sends: bool


class Plan(msgspec.Struct, frozen=True):
    """What to do. `groups` maps a conversation to its MLS group id."""

    url: str
    seats: tuple[Seat, ...]
    groups: dict[str, str]
    warm_up_seconds: float
    window_seconds: float
    in_flight: int
    """Messages that each sender keeps unacknowledged."""


@dataclass(slots=True)
class Sample:
    """Acknowledged messages, and the seconds each waited for its ack."""

    acked: int = 0
    waits: list[float] | None = None


def fabricate_message(group: str, client_id: bytes) -> bytes:
    """Bytes with the header of an application PrivateMessage of epoch 0.

    All that a server that cannot decrypt ever sees of one (RFC 9420 §6.3): version,
    wire format, group, epoch, content type, and the authenticated data, which
    names the command. The rest is filler up to `PAYLOAD_BYTES`.
    """
    header = b"\x00\x01\x00\x02\x10" + bytes.fromhex(group) + bytes(8) + b"\x01"
    authenticated = b"\x13mv1" + client_id
    sender_data = b"\x1c" + bytes(28)
    rest = PAYLOAD_BYTES - len(header) - len(authenticated) - len(sender_data) - 2
    ciphertext = (0x4000 | rest).to_bytes(2, "big") + client_id + bytes(rest - 16)
    return header + authenticated + sender_data + ciphertext


class Receiver:
    """The rows one connection has seen of its conversation, in order of arrival."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.seqs: list[int] = []
        self.client = WireClient(self._on_event)
        self._syncing: asyncio.Task[None] | None = None

    def _on_event(self, name: str, data: Any) -> None:
        if name == "message.sent":
            self.seqs.append(data["seq"])
        elif name == "conversation.advanced" and self._syncing is None:
            self._syncing = asyncio.create_task(self._sync())

    async def _sync(self) -> None:
        try:
            since = max(self.seqs, default=0)
            ack = await self.client.emit(
                "conversation.sync",
                {"conversation": self.seat.conversation, "since": since},
            )
            self.seqs += [r["seq"] for r in ack["data"]["rows"] if r["seq"] > since]
        finally:
            self._syncing = None


class Sender(Receiver):
    """A connection that sends; each `run` keeps one message in flight."""

    def __init__(self, seat: Seat, group: str) -> None:
        super().__init__(seat)
        self.acked: list[int] = []
        self.refused = 0
        self._group = group

    async def run(self, sample: Sample, stop: asyncio.Event) -> None:
        """Send, wait for the ack, send again."""
        while not stop.is_set():
            client_id = os.urandom(16)
            message = {
                "conversation": self.seat.conversation,
                "client_id": client_id.hex(),
                "payload": fabricate_message(self._group, client_id),
            }
            began = time.perf_counter()
            ack = await self.client.emit("message.send", message)
            if not ack["ok"]:
                self.refused += 1
                await asyncio.sleep((ack["error"]["retry_after_ms"] or 10) / 1000)
                continue
            self.acked.append(ack["data"]["seq"])
            sample.acked += 1
            if sample.waits is not None:
                sample.waits.append(time.perf_counter() - began)


async def drive(plan: Plan) -> dict[str, Any]:
    """Connect everybody, load, settle, compare."""
    people = [
        Sender(seat, plan.groups[seat.conversation]) if seat.sends else Receiver(seat)
        for seat in plan.seats
    ]
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        await _connect(session, plan.url, people)
        senders = [each for each in people if isinstance(each, Sender)]
        result = await _load(plan, senders)
        await _settle(people, senders)
        result |= compare(people, senders)
        await asyncio.gather(*(each.client.close() for each in people))
    return result


async def _connect(
    session: aiohttp.ClientSession, url: str, people: list[Receiver]
) -> None:
    gate = asyncio.Semaphore(CONNECTS_AT_ONCE)

    async def one(person: Receiver) -> None:
        async with gate:
            auth = {"token": person.seat.token, "protocol": 1}
            await person.client.connect(session, url, auth)

    await asyncio.gather(*(one(person) for person in people))


async def _load(plan: Plan, senders: list[Sender]) -> dict[str, Any]:
    sample, stop = Sample(), asyncio.Event()
    tasks = [
        asyncio.create_task(each.run(sample, stop))
        for each in senders
        for _ in range(plan.in_flight)
    ]
    await asyncio.sleep(plan.warm_up_seconds)
    _say("begin")
    sample.waits, first = [], sample.acked
    began, cpu_before = time.perf_counter(), time.process_time()
    await asyncio.sleep(plan.window_seconds)
    _say("end")
    elapsed = time.perf_counter() - began
    waits = sorted(sample.waits)
    result: dict[str, Any] = {
        "acked": sample.acked - first,
        "seconds": elapsed,
        "driver_cores": (time.process_time() - cpu_before) / elapsed,
        "ack_p50_ms": percentile(waits, 0.5) * 1000 if waits else None,
        "ack_p99_ms": percentile(waits, 0.99) * 1000 if waits else None,
    }
    stop.set()
    await asyncio.gather(*tasks)
    return result


async def _settle(people: list[Receiver], senders: list[Sender]) -> None:
    """Wait until every receiver has seen the last acknowledged row, or give up."""
    last: dict[str, int] = defaultdict(int)
    for sender in senders:
        top = max(sender.acked, default=0)
        last[sender.seat.conversation] = max(last[sender.seat.conversation], top)
    deadline = time.monotonic() + SETTLE_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if all(
            max(each.seqs, default=0) >= last[each.seat.conversation]
            for each in people
            if not isinstance(each, Sender)
        ):
            return
        await asyncio.sleep(0.02)


def compare(people: list[Receiver], senders: list[Sender]) -> dict[str, int]:
    """What the receivers missed, saw twice or out of order of what was acknowledged."""
    acked: dict[str, set[int]] = defaultdict(set)
    total = 0
    for sender in senders:
        acked[sender.seat.conversation].update(sender.acked)
        total += len(sender.acked)
    lost = duplicated = reordered = 0
    for person in people:
        if isinstance(person, Sender):
            continue
        lost += len(acked[person.seat.conversation] - set(person.seqs))
        duplicated += len(person.seqs) - len(set(person.seqs))
        pairs = zip(person.seqs, person.seqs[1:], strict=False)
        reordered += sum(1 for before, after in pairs if after < before)
    unique = sum(len(seqs) for seqs in acked.values())
    return {
        "lost": lost,
        "duplicated": duplicated + total - unique,
        "reordered": reordered,
        "acked_total": total,
        "refused": sum(sender.refused for sender in senders),
    }


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the plan named on the command line."""
    import uvloop

    plan = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Plan)
    result = uvloop.run(drive(plan))
    _say(json.dumps(result))


if __name__ == "__main__":
    main()
