"""Two people and a circle, over a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.clients import (
    eventually,
    next_message,
    only_conversation,
    person,
    texts,
)
from support.server import ServerProcess


@pytest.mark.capability("C01")
async def test_two_people_write_to_each_other(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada") as ada,
        person(server, tmp_path, "ben") as ben,
    ):
        talk = await ada.direct("ben")
        await talk.send("hello ben")
        answer = await only_conversation(ben)
        received = await next_message(answer)
        assert (received.text, received.sender) == ("hello ben", "ada")

        await answer.reply(received.id, "hello ada")
        back = await next_message(talk)
        assert back.reply_to == received.id
        assert back.quote == "hello ben"
        await eventually(lambda: texts(talk) == texts(answer))
        assert talk.safety_number() == answer.safety_number()
        assert len(talk.safety_number().replace(" ", "")) == 60
