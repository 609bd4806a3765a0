"""`mentalverse crisis referrals`: a list of services is checked and brought in."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_server.clock import SystemClock

TODAY = SystemClock().now().date()
PLACE = Path("mentalverse-data/referrals.json")
HOUSE: dict[str, Any] = {
    "name": "House",
    "what": "A bed for tonight.",
    "kind": "shelter",
    "contacts": [{"channel": "phone", "value": "+43 1 23"}],
    "regions": ["AT"],
    "checked_on": TODAY.isoformat(),
}
LISTENS: dict[str, Any] = {
    "name": "Listens",
    "what": "Talks.",
    "kind": "counselling",
    "contacts": [{"channel": "web", "value": "https://listens.example"}],
}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def referrals(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["crisis", "referrals", *arguments])


def written(*services: object) -> str:
    Path("services.json").write_text(json.dumps(services))
    return "services.json"


def test_a_list_is_brought_in_and_printed() -> None:
    """For its owner alone; what is printed can be brought in again."""
    assert referrals("list").output == "none are entered\n"
    made = referrals("import", written(HOUSE, LISTENS))
    assert made.exit_code == 0, made.output
    assert "the server reads it at its next start" in made.output
    assert PLACE.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in PLACE.parent.iterdir()] == [PLACE.name]
    assert referrals("list").output.splitlines() == [
        f"AT House  shelter  phone +43 1 23  checked on {TODAY}",
        "Listens  counselling  web https://listens.example  never checked",
    ]
    before = PLACE.read_bytes()
    Path("again.json").write_text(referrals("list", "--json").output)
    assert referrals("import", "again.json").exit_code == 0
    assert PLACE.read_bytes() == before


def test_a_country_is_printed_as_it_is_shown() -> None:
    """With the services for every country, by kind."""
    referrals("import", written(HOUSE, LISTENS))
    shown = json.loads(referrals("list", "at", "--json").output)
    assert [one["name"] for one in shown] == ["Listens", "House"]
    assert "House" not in referrals("list", "DE").output
    referrals("import", written(HOUSE))
    assert referrals("list", "DE").output == "none for DE\n"
    assert referrals("list", "Austria").exit_code == 2


@pytest.mark.parametrize("days", [365, 366])
def test_the_check_says_what_nobody_checked_for_a_year(days: int) -> None:
    """They are shown all the same, so it is no failure."""
    on = (TODAY - timedelta(days)).isoformat()
    checked = referrals("check", written({**HOUSE, "checked_on": on}, LISTENS))
    assert checked.exit_code == 0
    old = [f"AT House: checked on {on}: check again"] if days > 365 else []
    assert checked.output.splitlines() == [
        *old,
        "Listens: never checked",
        f"2 services, {len(old) + 1} not checked for a year",
    ]
    assert not PLACE.exists()


def test_a_broken_list_is_named_by_entry_and_field_and_changes_nothing() -> None:
    """What was brought in before stays."""
    referrals("import", written(HOUSE))
    before = PLACE.read_bytes()
    refused = referrals("import", written(HOUSE, {**LISTENS, "kind": "cake"}))
    assert refused.exit_code == 2
    assert "services.json: entry 2 (Listens): kind: " in refused.output
    assert PLACE.read_bytes() == before


def test_the_check_tells_all_that_is_wrong_at_once() -> None:
    """Nobody finds out one by one what else is to be put right."""
    broken = {**HOUSE, "what": "", "regions": ["at"]}
    refused = referrals("check", written(broken, {**LISTENS, "kind": "cake"}))
    assert refused.exit_code == 2
    told = [line.split(": ")[:2] for line in refused.output.splitlines()]
    assert told[:3] == [
        ["entry 1 (House)", "what"],
        ["entry 1 (House)", "regions"],
        ["entry 2 (Listens)", "kind"],
    ]
    assert "services.json: 3 to put right" in refused.output
    for command in ("check", "import"):
        assert referrals(command, "none.json").exit_code == 2


def test_the_example_shows_the_form_and_is_refused_until_it_is_filled_in() -> None:
    """Nobody is to be sent to a service that was made up."""
    printed = referrals("example")
    assert printed.exit_code == 0
    Path("example.json").write_text(printed.output)
    refused = referrals("import", "example.json")
    assert refused.exit_code == 2
    assert "contacts: 'DIGITS AND SPACES' is not digits" in refused.output
    assert not PLACE.exists()
    (filled,) = json.loads(printed.output)
    filled |= {"regions": ["AT"], "languages": ["de"], "contacts": HOUSE["contacts"]}
    assert referrals("import", written(filled)).exit_code == 0
