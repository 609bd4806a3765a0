"""A desk opens only if somebody answers for it, can be reached, and is on call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mentalverse_crisis.policy import DEFAULT
from mentalverse_server.app import running_server
from mentalverse_server.config import Config, load_config
from mentalverse_server.config_sections import CrisisSection
from mentalverse_server.crisis.settings import missing_for_open, require, tiers
from mentalverse_server.doctor import examine
from mentalverse_server.errors import StartupError

COMPLETE: dict[str, Any] = {
    "mode": "open",
    "clinical_owner": "Dr. Example",
    "clinical_owner_contact": "+49 30 000000",
    "policy_signed_on": "2026-11-30",
    "emergency_numbers": ("DE 112", "US 911"),
    "on_call": tuple(f"{tier} push:ada" for tier in tiers(DEFAULT)),
}


def config_of(folder: Path, **crisis: Any) -> Config:
    flags = {f"crisis.{name}": value for name, value in crisis.items()}
    flags |= {"server.port": 0, "metrics.port": 0, "server.data_dir": folder / "data"}
    return load_config(None, {}, flags).config


def test_with_everything_there_a_desk_opens() -> None:
    require(CrisisSection(**COMPLETE), tested=tiers(DEFAULT))


def test_a_tier_that_nobody_has_seen_a_test_in_is_told_with_the_command() -> None:
    """The other tiers are no help to whoever waits for this one."""
    tested = [tier for tier in tiers(DEFAULT) if tier != "tier_2"]
    settings = CrisisSection(**COMPLETE)
    (line,) = missing_for_open(settings, tested=tested)
    assert '"tier_2"' in line
    assert "mentalverse crisis page-test tier_2" in line


@pytest.mark.parametrize("name", [name for name in COMPLETE if name != "mode"])
def test_each_thing_that_is_missing_is_told(name: str) -> None:
    """Nobody finds out one by one what else is needed."""
    without = {**COMPLETE, name: type(COMPLETE[name])()}
    tested = tiers(DEFAULT)
    missing = list(missing_for_open(CrisisSection(**without), tested=tested))
    assert missing
    assert all(line.startswith(f"crisis.{name}:") for line in missing)
    with pytest.raises(StartupError, match=name):
        require(CrisisSection(**without), tested=tested)


def test_all_that_is_missing_is_told_at_once_a_line_each() -> None:
    with pytest.raises(StartupError) as refused:
        require(CrisisSection(mode="open"))
    lines = str(refused.value).splitlines()[1:]
    told = {line.split(":")[0].strip(" -") for line in lines}
    assert told == {f"crisis.{name}" for name in COMPLETE if name != "mode"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("emergency_numbers", ("112",)),
        ("emergency_numbers", ("Germany 112",)),
        ("policy_signed_on", "soon"),
        ("policy_signed_on", "20261130"),
        ("on_call", ("tier_9 push:ada", *COMPLETE["on_call"][1:])),
    ],
)
def test_what_nobody_could_use_is_missing(name: str, value: Any) -> None:
    """A number without a country or a page without a target helps nobody."""
    settings = CrisisSection(**{**COMPLETE, name: value})
    missing = missing_for_open(settings, tested=tiers(DEFAULT))
    assert [line.split(":")[0] for line in missing] == [f"crisis.{name}"]


@pytest.mark.parametrize("mode", ["off", "demo"])
def test_where_no_help_is_promised_nothing_is_needed(mode: Any) -> None:
    require(CrisisSection(mode=mode))


async def test_a_server_whose_desk_may_not_open_does_not_start(tmp_path: Path) -> None:
    """Whoever calls it open without an owner hears so before anybody asks for help."""
    with pytest.raises(StartupError, match="clinical_owner"):
        async with running_server(config_of(tmp_path, mode="open")):
            pass


def test_the_doctor_says_the_same_without_a_start(tmp_path: Path) -> None:
    findings = {one.subject: one for one in examine(config_of(tmp_path, mode="open"))}
    finding = findings["crisis desk"]
    assert not finding.ok
    assert all(f"crisis.{name}" in finding.text for name in COMPLETE if name != "mode")
    findings = {one.subject: one for one in examine(config_of(tmp_path))}
    assert findings["crisis desk"].ok
