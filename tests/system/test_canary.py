"""What people write is nowhere on the server: a canary is looked for everywhere.

The canary is searched as it was typed and in the encodings that logs and dumps
like to use. The search itself is under test: a leak planted in each kind of place
has to be found.
"""

from __future__ import annotations

import base64
import shutil
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from support.clients import logged, next_message, opened, register
from support.server import ServerProcess, start_server

CANARY = "Kanarienvogel-7f3a91-im-Bergwerk"


def _forms(text: str) -> list[bytes]:
    plain = text.encode()
    base64_at_every_offset = [
        base64.b64encode(bytes(offset) + plain)[4 * offset : -4] for offset in range(3)
    ]
    return [
        plain,
        plain.hex().encode(),
        plain.hex().upper().encode(),
        text.encode("utf-16-le"),
        plain[::-1],
        *(form for form in base64_at_every_offset if form),
    ]


def _found(places: dict[str, bytes]) -> list[str]:
    forms = _forms(CANARY)
    return [name for name, data in places.items() if any(f in data for f in forms)]


def _process_arguments(pid: int) -> bytes:
    folder = Path(f"/proc/{pid}")
    return (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()


def _places(server: ServerProcess) -> dict[str, bytes]:
    """Everything the server writes or shows, by name."""
    with urllib.request.urlopen(f"{server.metrics_url}/metrics", timeout=10) as answer:
        places = {"metrics": answer.read()}
    places["arguments"] = _process_arguments(server.pid)
    places["log"] = server.log.read_bytes()
    return places | _files(server.data, "*")


def _files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.rglob(pattern) if p.is_file()}


@pytest.mark.timeout(300)
@pytest.mark.capability("C01")
@pytest.mark.capability("G06")
async def test_a_canary_is_found_nowhere_on_the_server(tmp_path: Path) -> None:
    settings = {"LOG__LEVEL": "debug"}
    with start_server(tmp_path / "server", settings, executed=True) as server:
        ada, ben = [await register(server, tmp_path, name) for name in ("ada", "ben")]
        async with opened(ada) as first, opened(ben) as second:
            talk = await first.direct("ben")
            sent = await talk.send(f"{CANARY} said once")
            heard = await next_message(await second.direct("ada"))
            assert CANARY in heard.text
            await (await second.direct("ada")).reply(heard.id, f"{CANARY} again")
            await logged(talk, sent)
            await talk.edit(sent, f"{CANARY} edited")
            await first.flush()
            await second.flush()
            places = _places(server)
            assert {"mentalverse.db", "mentalverse.db-wal", "log"} <= set(places)
            assert _found(places) == []
        server.stop()
        after = _files(server.data, "*") | {"log": server.log.read_bytes()}
        assert _found(after) == []


def test_a_planted_leak_is_found_in_every_kind_of_place(tmp_path: Path) -> None:
    with start_server(tmp_path, executed=True) as server:
        clean = _places(server)
        assert _found(clean) == []
        leaks = {
            "log": clean["log"] + f'{{"detail": "{CANARY}"}}'.encode(),
            "metrics": clean["metrics"] + base64.b64encode(b"x" + CANARY.encode()),
            "arguments": clean["arguments"] + CANARY.encode().hex().encode(),
        }
        for name, data in leaks.items():
            assert _found(clean | {name: data}) == [name]
    database = tmp_path / "copy.db"
    shutil.copy(server.data / "mentalverse.db", database)
    with closing(sqlite3.connect(database)) as leaking:
        leaking.execute("CREATE TABLE drafts (body TEXT)")
        leaking.execute("INSERT INTO drafts VALUES (?)", (f"note: {CANARY}",))
        leaking.commit()
        assert _found(_files(tmp_path, "copy.db*")) == ["copy.db-wal"]
    assert _found(_files(tmp_path, "copy.db*")) == ["copy.db"]
