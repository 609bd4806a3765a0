"""Removed and added again while away: the person is back, and knows."""

from __future__ import annotations

from pathlib import Path

from support.clients import eventually, only_conversation, opened, register, texts
from support.server import ServerProcess


async def test_who_was_removed_and_added_again_while_away_reads_on(
    server: ServerProcess, tmp_path: Path
) -> None:
    ada_profile = await register(server, tmp_path, "ada")
    ben_profile = await register(server, tmp_path, "ben")
    async with opened(ada_profile) as ada:
        async with opened(ben_profile) as ben:
            circle = await ada.create_circle(["ben"])
            met = await only_conversation(ben)
            await circle.send("before")
            await eventually(lambda: "before" in texts(met))
            account = next(m.account for m in met.members() if m.handle == "ben")
        await circle.remove(account)
        await circle.send("without ben")
        await circle.add([account])
        await circle.send("after")
        async with opened(ben_profile) as ben:
            met = await only_conversation(ben)
            await eventually(lambda: "after" in texts(met))
            assert texts(met) == ["before", "after"]
            await met.send("thanks")
            await eventually(lambda: "thanks" in texts(circle))
