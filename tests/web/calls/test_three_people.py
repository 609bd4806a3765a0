"""Three people call one another directly, each from a browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.server import start_server
from web.calls.talk import callers, conversation_of, see_one_another, start
from web.conftest import WEB_FILES, web_dist

TRIO = {"id": "trio", "min_participants": 2, "max_participants": 3}
"""As many as a mesh is for."""


@pytest.mark.capability("C05")
@pytest.mark.timeout(300)
async def test_three_people_see_one_another_in_a_mesh(tmp_path: Path) -> None:
    """Whoever comes last offers to both, and who is left is seen on."""
    kinds = tmp_path / "kinds.json"
    kinds.write_text(json.dumps([TRIO]))
    settings = {
        "WEB__DIST_DIR": str(web_dist(tmp_path, WEB_FILES)),
        "CALLS__KINDS_FILE": str(kinds),
        "MEDIA__ENGINE": "off",
    }
    with start_server(tmp_path / "server", settings) as server:
        async with callers(server, "ada", "ben", "cy") as people:
            ada, ben, cy = people
            call = await start(ada, await conversation_of(people, "ben", "cy"), "trio")
            for each in people:
                await each.join(call)
            await see_one_another(people)
            for each in people:
                standing = await each.standing()
                assert standing["topology"] == "mesh"
                assert standing["failures"] == []
            await cy.leave()
            await see_one_another([ada, ben], 30)
