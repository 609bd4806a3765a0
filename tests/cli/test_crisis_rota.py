"""`mentalverse crisis rota`: a file in, a file out, and the hours without anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_server.config import Config, load_config
from mentalverse_server.doctor import examine
from mentalverse_server.operator import beside_the_server
from mentalverse_server.store import accounts, roles
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role

HEAD = "handle,start,end"
ZONE = ("--zone", "Europe/Vienna")


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A data folder in which ann answers, eve supervises and mia does neither."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MENTALVERSE_SERVER__DATA_DIR", str(tmp_path / "data"))
    flags = {"server.data_dir": tmp_path / "data", "crisis.mode": "demo"}
    loaded = load_config(None, {}, flags).config
    team = {"ann": Role.RESPONDER, "eve": Role.SUPERVISOR, "mia": Role.MENTEE}
    with (
        beside_the_server(loaded) as database,
        database.connect_writer() as connection,
        connection.begin(),
    ):
        for number, (handle, role) in enumerate(team.items(), 1):
            account, now = AccountId(f"{number:032x}"), datetime.now(UTC)
            accounts.create_account(
                connection, account, handle, bytes([number]) * 32, now=now
            )
            roles.grant(connection, account, [role], now)
    return loaded


def rota(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["crisis", "rota", *arguments])


def written(*lines: str) -> str:
    Path("rota.csv").write_text("\n".join((HEAD, *lines)) + "\n")
    return "rota.csv"


def tomorrow(hour: int) -> str:
    at = datetime.now(UTC) + timedelta(days=1)
    return f"{at:%Y-%m-%d}T{hour:02}:00"


def test_what_is_exported_can_be_imported_again() -> None:
    """Twice is once; and times are those of the zone that is named."""
    file = written(
        f"ann,{tomorrow(6)},{tomorrow(14)}", f"eve,{tomorrow(14)}Z,{tomorrow(22)}Z", ""
    )
    assert rota("import", file).output == "2 planned, 0 there already\n"
    assert rota("import", file).output == "0 planned, 2 there already\n"
    exported = rota("export", *ZONE)
    assert exported.exit_code == 0, exported.output
    assert exported.output.startswith(f"{HEAD}\nann,")
    Path("again.csv").write_text(exported.output)
    assert rota("import", "again.csv").output == "0 planned, 2 there already\n"
    cleared = rota("clear", "--from", tomorrow(0), "--until", tomorrow(14), "--yes")
    assert cleared.output == "1 taken back\n"
    assert "1 planned, 1 there" in rota("import", "again.csv").output


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"bob,{tomorrow(6)},{tomorrow(8)}", "line 3: bob is neither"),
        (f"mia,{tomorrow(6)},{tomorrow(8)}", "line 3: mia is neither"),
        (f"ann,{tomorrow(8)},{tomorrow(6)}", "line 3: a shift lasts up to 24 hours"),
        (f"ann,{tomorrow(8)}", "line 3: handle, start and end"),
        (f"ann,{tomorrow(8)},noon", "line 3:"),
        ("ann,2027-03-28T02:30,2027-03-28T06:00", "line 3: clocks are put forward"),
        ("ann,2027-10-31T02:30,2027-10-31T06:00", "line 3: clocks are put back"),
    ],
)
def test_a_line_that_cannot_be_keeps_out_all(line: str, says: str) -> None:
    """It is named with its number, and nothing of the file is planned."""
    file = written(f"eve,{tomorrow(6)},{tomorrow(8)}", line)
    refused = rota("import", file, *ZONE)
    assert refused.exit_code != 0
    assert says in " ".join(refused.output.split())
    assert rota("export").output == f"{HEAD}\n"


def test_a_time_that_is_there_twice_is_written_with_its_offset() -> None:
    """The night in which clocks are put back has both hours, one after the other."""
    day = "2027-10-31T02:30"
    assert f"{day}+02:00" in rota("import", written(f"ann,{day},{day}"), *ZONE).output


def test_hours_without_anybody_are_said(config: Config) -> None:
    """By `show`, which ends with 1 then, and by `doctor`."""

    def doctor() -> tuple[bool, str]:
        (found,) = (one for one in examine(config) if one.subject == "rota")
        return found.ok, found.text

    assert rota("show").output == "nobody is planned\n"
    assert doctor()[1].startswith("nobody is planned")
    now = datetime.now(UTC).replace(microsecond=0)
    hour = timedelta(hours=1)

    def shift(handle: str, start: float, end: float) -> str:
        times = (now + start * hour, now + end * hour)
        return ",".join((handle, *(at.isoformat() for at in times)))

    rota("import", written(shift("ann", -1, 12), shift("eve", 14, 30)))
    shown = rota("show", "--days", "1")
    assert shown.exit_code == 1
    assert [line.split("  ")[1] for line in shown.output.splitlines()] == [
        "ann",
        "eve",
        "nobody",
    ]
    found = json.loads(rota("show", "--days", "1", "--json").output)
    assert [gap["missing"] for gap in found["uncovered"]] == ["anybody"]
    is_well, text = doctor()
    assert not is_well
    assert "of the next 24 hours somebody is missing" in text
    rota("import", written(shift("eve", 12, 14)))
    assert rota("show", "--days", "1").exit_code == 0
    assert doctor() == (True, "somebody is planned in each of the next 24 hours")
