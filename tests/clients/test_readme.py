"""The bot in the READMEs is run as it stands there."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from mentalverse_client import Client
from support.clients import next_message, person
from support.server import ServerProcess

REPOSITORY = Path(__file__).parents[2]


def code(readme: Path = REPOSITORY / "README.md") -> str:
    found = re.search(r"```python\n(.*?)```", readme.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_it_is_the_same_wherever_it_stands() -> None:
    assert code(REPOSITORY / "clients" / "README.md") == code()


def test_it_is_no_longer_than_ten_lines() -> None:
    assert len([line for line in code().splitlines() if line]) <= 10


async def test_it_answers_each_message_also_from_while_it_was_away(
    server: ServerProcess, tmp_path: Path
) -> None:
    invite = await asyncio.to_thread(server.invite)
    profile, passphrase = tmp_path / "echo-profile", "a long passphrase"
    await Client.register(server.url, invite, "echo", profile, passphrase)
    async with Client.open(profile, passphrase=passphrase) as echo:
        await echo.connected()
    async with person(server, tmp_path, "asker") as asker:
        talk = await asker.direct("echo")
        await talk.send("first")
        await talk.send("second")
        await asker.flush()
        (tmp_path / "bot.py").write_text(code(), encoding="utf-8")
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "bot.py", cwd=tmp_path
        )
        try:
            for text in ("first", "second"):
                answer = await next_message(talk)
                assert answer.text == f"You said: {text}"
                assert answer.quote == text
            await talk.send("third")
            assert (await next_message(talk)).text == "You said: third"
        finally:
            bot.kill()
            await bot.wait()
