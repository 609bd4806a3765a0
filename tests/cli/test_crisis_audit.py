"""`mentalverse crisis audit`: a changed row is named, and anybody can check a copy."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from support.crisis_wire import crisis_wire
from support.overriding import database, scene

PERSONAL = ("actor", "language", "reason", "region", "responder")


async def acted(folder: Path) -> None:
    """Everything that an override leads to is written down, and the server stops."""
    async with crisis_wire(folder) as wire:
        talk = await scene(wire)
        await talk.seals()
        released = await talk.released()
        await talk.takes(released)
        named = {"override": released.override}
        await talk.holder.call("override.confirm", **named)
        await talk.other.call("override.review", **named)
        await talk.person.call("location.withdraw")


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    data = str(folder / "data")
    result = CliRunner().invoke(app, ["crisis", "audit", *words, "--data", data])
    assert not isinstance(result.exception, Exception), result.exception
    return result.exit_code, result.stdout, result.stderr


def exported(folder: Path, *words: str) -> list[dict[str, Any]]:
    code, out, _ = run(folder, "export", *words)
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


def framed(octets: bytes) -> bytes:
    return len(octets).to_bytes(4, "big") + octets


def octets_of(name: str, value: Any) -> bytes:
    if isinstance(value, int):
        return b"i%d" % value
    return (b"e" if name == "what" else b"s") + str(value).encode()


def head_of(rows: list[dict[str, Any]]) -> str:
    """Follows the chain by its description alone, with nothing of the server."""
    head = hashlib.sha256(b"MentalVerse crisis log v1").hexdigest()
    for number, row in enumerate(rows):
        assert (row["seq"], row["prev_hash"]) == (number, head)
        committed, salts = row["commitments"], row.get("salts", {})
        for name, salt in salts.items():
            said = framed(name.encode()) + framed(row.get(name, "").encode())
            made = hmac.digest(
                bytes.fromhex(salt), b"MentalVerse crisis field v1" + said, "sha256"
            )
            assert made.hex() == committed[name]
        plain = row.keys() - {"seq", "prev_hash", "hash", "commitments", "salts"}
        written = number.to_bytes(8, "big")
        for name in sorted(plain | set(PERSONAL)):
            written += framed(name.encode())
            if name in PERSONAL:
                written += framed(b"c" + bytes.fromhex(committed[name]))
            else:
                written += framed(octets_of(name, row[name]))
        octets = b"MentalVerse crisis row v1" + bytes.fromhex(head) + written
        head = hashlib.sha256(octets).hexdigest()
        assert head == row["hash"]
    return head


async def test_every_step_is_in_the_log_and_anybody_can_check_a_copy(
    tmp_path: Path,
) -> None:
    """By the commitments alone, or with what was committed to."""
    await acted(tmp_path)
    code, out, _ = run(tmp_path, "verify")
    count, head = out.splitlines()
    rows = exported(tmp_path)
    assert (code, count) == (0, f"{len(rows)} rows")
    assert head_of(rows) == head_of(exported(tmp_path, "--personal")) == head
    steps = [
        (row["what"], row["outcome"])
        for row in rows
        if row["what"] in ("override", "location")
    ]
    assert steps == [
        ("location", "sealed"),
        ("override", "opened"),
        ("override", "released"),
        ("location", "taken"),
        ("override", "confirmed"),
        ("override", "reviewed"),
        ("location", "withdrawn"),
    ]
    assert not [name for row in rows for name in PERSONAL if row.get(name)]
    assert run(tmp_path, "verify", "--head", head)[0] == 0
    assert run(tmp_path, "verify", "--head", "0" * 64)[0] == 1


async def test_a_changed_row_is_named(tmp_path: Path) -> None:
    """Whoever changes who agreed, or takes a row out, is found at that row."""
    await acted(tmp_path)
    number = next(
        row["seq"] for row in exported(tmp_path) if row.get("outcome") == "released"
    )
    engine = create_engine(f"sqlite:///{database(tmp_path)}")
    where = text("SELECT document FROM crisis_entries WHERE seq = :seq")
    change = text("UPDATE crisis_entries SET document = :document WHERE seq = :seq")
    with engine.begin() as connection:
        document = connection.execute(where, {"seq": number}).scalar_one()
        changed = document.replace('"released"', '"withdrawn"')
        connection.execute(change, {"seq": number, "document": changed})
    code, _, told = run(tmp_path, "verify")
    assert code == 1 and f"row {number}: hash" in told
    with engine.begin() as connection:
        connection.execute(change, {"seq": number, "document": document})
        gone = text("DELETE FROM crisis_entries WHERE seq = :seq")
        connection.execute(gone, {"seq": number})
    engine.dispose()
    code, _, told = run(tmp_path, "verify")
    assert code == 1 and f"row {number}: number" in told
