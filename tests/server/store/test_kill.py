"""What was acknowledged survives `kill -9` at any moment."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.messages import page
from mentalverse_signaling.ids import ConversationId, DeviceId
from support import writing_process
from support.stored import ids, open_conversation

CYCLES = 20
MAX_DELAY_SECONDS = 0.08


def kill_while_writing(
    url: str, conversation: ConversationId, device: DeviceId, seed: int, delay: float
) -> dict[str, int]:
    """Sequence number by client id of everything that was acknowledged in time.

    Every second one is killed only after a first acknowledgement, on a disk of any
    speed.
    """
    process = subprocess.Popen(
        [
            sys.executable,
            writing_process.__file__,
            url,
            conversation,
            device,
            str(seed),
        ],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        first = process.stdout.readline() if seed % 2 else b""
        killer = threading.Timer(delay, process.kill)
        killer.start()
        acked = first + process.stdout.read()
        killer.join()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    whole = acked[: acked.rfind(b"\n") + 1].decode().splitlines()
    return {line.split()[0]: int(line.split()[1]) for line in whole}


def log_of(database: Database, conversation: ConversationId) -> list[str]:
    """The client ids of the log, which the payloads repeat; seq 1 first."""
    rows = database.write(page, conversation, 0, None, 10**6, 10**9)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "a gap"
    return [row.payload.hex() for row in rows]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_kill_9_loses_nothing_that_was_acknowledged(
    database_url: str, tmp_path: Path
) -> None:
    database = open_database(database_url)
    database.migrate()
    conversation, device = open_conversation(database), ids()
    database.close()
    moments = random.Random(20)
    acked: dict[str, int] = {}
    for seed in range(CYCLES):
        delay = moments.uniform(0, MAX_DELAY_SECONDS)
        acked |= kill_while_writing(database_url, conversation, device, seed, delay)
        database = open_database(database_url)
        log = log_of(database, conversation)
        for client_id, seq in acked.items():
            assert log[seq - 1] == client_id, f"lost after cycle {seed}"
        assert len(set(log)) == len(log), "a message is there twice"
        check = database.write(
            lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        )
        assert check == "ok"
        database.close()
    assert len(acked) >= CYCLES // 2, "the test killed before anything was written"
