"""Roles, accounts and the first operator by the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mentalverse_client import Client
from support.clients import PASSPHRASE
from support.server import start_server

LINK = r"http://localhost:\d+/#/invite/((?:[0-9A-Z]{5}-){3}[0-9A-Z]{5})"


async def test_the_first_start_prints_how_to_become_operator_and_no_later_one_does(
    tmp_path: Path,
) -> None:
    """The link makes an operator; it stands on standard output, never in the log."""
    with start_server(tmp_path) as server:
        printed = re.search(LINK, server.printed.read_text())
        assert printed is not None
        code = printed[1]
        profile = tmp_path / "profile"
        await Client.register(server.url, code, "olga", profile, PASSPHRASE)
        assert server.mentalverse("role", "list", "olga") == "operator\n"
        server.restart()

        assert len(re.findall(LINK, server.printed.read_text())) == 1
        assert code not in server.written()


async def test_an_operator_gives_and_takes_roles_beside_the_running_server(
    tmp_path: Path,
) -> None:
    """Each command prints what is so afterwards."""
    with start_server(tmp_path) as server:
        made = server.mentalverse(
            "invite", "create", "--role", "mentor", "--role", "facilitator"
        )
        code = made.splitlines()[0]
        profile = tmp_path / "profile"
        await Client.register(server.url, code, "ada", profile, PASSPHRASE)

        assert server.mentalverse("role", "list", "ada") == "mentor facilitator\n"
        granted = server.mentalverse("role", "grant", "ada", "supervisor")
        assert granted == "mentor facilitator supervisor\n"
        left = server.mentalverse("role", "revoke", "ada", "mentor")
        assert left == "facilitator supervisor\n"
        assert server.mentalverse("user", "disable", "ada") == ""
        (line,) = server.mentalverse("user", "list").splitlines()
        assert line.startswith("ada  facilitator,supervisor  20")
        assert line.endswith("disabled")
        assert server.mentalverse("user", "enable", "ada") == ""
        assert "disabled" not in server.mentalverse("user", "list")
        (listed,) = json.loads(server.mentalverse("user", "list", "--json"))
        assert (listed["handle"], listed["disabled_at"]) == ("ada", None)
        forgotten = server.mentalverse("user", "forget-passkeys", "ada", "--yes")
        assert forgotten == "0 forgotten\n"
        file = tmp_path / "ada.json"
        assert server.mentalverse("user", "export", "ada", str(file)) == ""
        assert json.loads(file.read_bytes())["complete"] is True
        assert server.mentalverse("user", "erase", "ada", "--yes") == ""
        assert server.mentalverse("user", "list") == ""


async def test_an_operator_link_works_once(tmp_path: Path) -> None:
    """It is an invitation like any other, for the one role."""
    with start_server(tmp_path) as server:
        printed = re.fullmatch(LINK + r"\n", server.mentalverse("operator", "link"))
        assert printed is not None
        for handle in ("olga", "oleg"):
            profile = tmp_path / handle
            try:
                await Client.register(
                    server.url, printed[1], handle, profile, PASSPHRASE
                )
            except Exception as error:  # whichever the client makes of it
                assert handle == "oleg", error
        (line,) = server.mentalverse("user", "list").splitlines()
        assert line.startswith("olga  operator  ")


def test_the_key_for_web_push_is_made_once_shown_again_and_rotated_when_asked(
    tmp_path: Path,
) -> None:
    """Its public half is printed; the server tells it from the next start on."""
    with start_server(tmp_path) as server:
        made = server.mentalverse("keys", "vapid").splitlines()
        assert "Restart the server" in made[1]
        assert server.mentalverse("keys", "vapid").splitlines() == made[:1]
        fresh = server.mentalverse("keys", "vapid", "--rotate").splitlines()
        assert fresh[0] != made[0]
        assert re.fullmatch(r"B[A-Za-z0-9_-]{86}", fresh[0])
