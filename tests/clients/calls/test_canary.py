"""What is said in a call is nowhere in the server: not in its memory, rows or logs.

Every frame carries a mark that only the people of the call know. Both processes of the
server are searched for it while they forward the call, and so is all that they wrote.
The same search finds what they do carry: the nonce at the end of each sealed frame.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from mentalverse_client.calls.sealed_codecs import (
    Open,
    OpeningQueue,
    Seal,
    SealingOpusEncoder,
)
from mentalverse_client.calls.sources import Tone
from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.call_events import CallMedia
from support.clients import eventually, only_conversation, person
from support.server import ServerProcess, start_server

SETTINGS = {"MEDIA__ADDRESSES": '["127.0.0.1"]', "MEDIA__LINGER_SECONDS": "0"}
PIECE_BYTES = 16
"""The mark is looked for in pieces: a copy of a part of it is as bad."""
MAX_REGION_BYTES = 1 << 28
NONCE_OF_FRAME = slice(-13, -5)
"""Where a sealed frame has its conn_nonce (`mentalverse_crypto.frames`)."""


class Marked:
    """Frames that begin with a mark before they are sealed, and lose it when opened."""

    def __init__(self) -> None:
        self.mark = os.urandom(2 * PIECE_BYTES)
        self.seen = 0
        """Frames that arrived with the mark in them."""
        self.nonces: set[bytes] = set()

    def sealing(self, seal: Seal) -> Seal:
        def sealed(payload: bytes) -> bytes | None:
            frame = seal(self.mark + payload)
            if frame is not None:
                self.nonces.add(frame[NONCE_OF_FRAME])
            return frame

        return sealed

    def opening(self, opened: Open) -> Open:
        def plain(frame: bytes) -> bytes | None:
            payload = opened(frame)
            if payload is None:
                return None
            assert payload.startswith(self.mark)
            self.seen += 1
            return payload.removeprefix(self.mark)

        return plain

    @property
    def pieces(self) -> list[bytes]:
        return [self.mark[:PIECE_BYTES], self.mark[-PIECE_BYTES:]]


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Marked:
    """Only in this process: the server's processes know nothing of it."""
    marked = Marked()
    seals, opens = SealingOpusEncoder.__init__, OpeningQueue.__init__

    def sealing(self: SealingOpusEncoder, seal: Seal) -> None:
        seals(self, marked.sealing(seal))

    def opening(
        self: OpeningQueue, opened: Open, lost: Event, now_ms: Callable[[], int]
    ) -> None:
        opens(self, marked.opening(opened), lost, now_ms)

    monkeypatch.setattr(SealingOpusEncoder, "__init__", sealing)
    monkeypatch.setattr(OpeningQueue, "__init__", opening)
    return marked


@pytest.mark.capability("C04")
async def test_what_is_said_is_nowhere_in_the_server(
    tmp_path: Path, marked: Marked
) -> None:
    with start_server(tmp_path / "server", SETTINGS) as server:
        async with (
            person(server, tmp_path, "ada") as ada,
            person(server, tmp_path, "ben") as ben,
            person(server, tmp_path, "cy") as cy,
        ):
            circle = await ada.create_circle(("ben", "cy"))
            for other in (ben, cy):
                await only_conversation(other)
            view = await ada.calls.start(circle.id, CallMedia.AUDIO)
            assert view.topology == "sfu"
            async with (
                ada.calls.join(view, Tone(video=False)) as one,
                ben.calls.join(view, Tone(video=False)) as two,
                cy.calls.join(view, Tone(video=False)),
            ):
                from_one = ada._device.leaf, Slot.MICROPHONE
                await eventually(lambda: two.sink.decoded[from_one] > 50)
                await eventually(lambda: one.status().connected > 0)
                assert marked.seen > 100
                processes = list(_with_children(server.pid))
                assert len(processes) > 1, "the forwarder has a process of its own"
                memory = {pid: list(_memory(pid)) for pid in processes}
        for pid, regions in memory.items():
            assert not _found(regions, marked.pieces), pid
        forwarder = memory[processes[-1]]
        assert _found(forwarder, list(marked.nonces)), "the search finds nothing at all"
    assert not _found(_written(server), marked.pieces)


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _with_children(int(child))


def _memory(pid: int) -> Iterator[bytes]:
    """All that a process may write to."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(part, 16) for part in span.split("-"))
            if "rw" not in rights or end - begin > MAX_REGION_BYTES:
                continue
            try:
                memory.seek(begin)
                yield memory.read(end - begin)
            except OSError:
                continue  # given back since the list was read


def _written(server: ServerProcess) -> Iterator[bytes]:
    """Rows, logs, files."""
    for path in server.log.parent.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def _found(where: Iterator[bytes] | list[bytes], pieces: list[bytes]) -> bool:
    return any(piece in region for region in where for piece in pieces)
