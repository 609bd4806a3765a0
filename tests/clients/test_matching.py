"""Being matched by the client: real devices, a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from mentalverse_signaling.errors import BadRequest, NotFound, RoleRequired
from mentalverse_signaling.match_events import MatchCodesTold, MatchDatumKind
from support.clients import person
from support.server import ServerProcess


@pytest.mark.capability("M07")
async def test_somebody_looks_and_takes_it_back(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "mia-m") as mia:
        own = mia.matching
        assert (await own.view()).stage == "none"
        view = await own.begin(MatchCodesTold(languages=("en",), slots="ff"))
        assert [each.datum for each in view.data] == ["languages", "slots"]
        with pytest.raises(BadRequest):
            await own.begin(MatchCodesTold(goals=("to-be-left-alone",)))
        assert (await own.stop()).stage == "none"
        assert (await own.withdraw(MatchDatumKind.LANGUAGES)).data == ()
        for ask in (own.offered, own.queue, own.run, own.take_back, own.pause):
            with pytest.raises(RoleRequired):
                await ask()
        with pytest.raises(NotFound):
            await own.choose("a" * 32, 0)
