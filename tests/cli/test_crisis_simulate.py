"""`mentalverse crisis simulate`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mentalverse_crisis.policy import DEFAULT
from support import crisis_command

SMALL = ("4", "--responders", "4", "--hours", "12", "--seeds", "2")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return crisis_command.run("simulate", *arguments, folder=folder)


def answer(folder: Path, *arguments: str) -> dict[str, Any]:
    return crisis_command.answer("simulate", *arguments, folder=folder)


def test_programs_get_every_figure_of_every_band(tmp_path: Path) -> None:
    """Counts that add up, shares, waits, offers, and the spread between seeds."""
    found = answer(tmp_path, *SMALL)
    assert found["seeds"] == [1, 2]
    assert found["policy"] == DEFAULT.revision
    assert 0 < found["occupancy"] <= 1
    assert [each["band"] for each in found["bands"]] == ["A0", "A1", "A2", "A3", "A4"]
    for each in found["bands"]:
        ends = ("answered", "abandoned", "late", "not_judged")
        assert sum(each[end] for end in ends) == each["arrivals"]
        assert each["in_time"] <= each["answered"]
        assert each["wait_p50_seconds"] <= each["wait_p99_seconds"]
    assert found["assumptions"]


def test_the_same_seeds_give_the_same_and_others_do_not(tmp_path: Path) -> None:
    """`--seed` is that of the first run."""
    first = answer(tmp_path, *SMALL)
    assert answer(tmp_path, *SMALL) == first
    assert answer(tmp_path, *SMALL, "--seed", "9")["bands"] != first["bands"]


def test_the_table_says_what_it_shows_and_what_it_takes_for_granted(
    tmp_path: Path,
) -> None:
    """A line for each band, bars with the target marked, the list at the end."""
    done = run(tmp_path, *SMALL, "--overflow", "1", "--on-call", "1", "--slowdown", "5")
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout.splitlines()
    headings = "band came target objective in time +- left p50 p90 p99 offers"
    assert shown[0].split() == headings.split()
    assert [line.split()[0] for line in shown[1:6]] == ["A0", "A1", "A2", "A3", "A4"]
    assert sum(line.endswith("<- target") for line in shown) == 5
    granted = shown[shown.index("What this takes for granted") + 1 :]
    assert all(line.startswith("- ") for line in granted)
    words = "\n".join(granted)
    for each in ("40 minutes", "20 minutes", "one A0 more", "by 5 %", "Seeds 1 to 2"):
        assert each in words


def test_one_run_has_no_spread_and_a_band_nobody_comes_with_no_line(
    tmp_path: Path,
) -> None:
    """A dash for a figure that would mean nothing; no line for an empty band."""
    shown = run(
        tmp_path, "4", "--responders", "4", "--hours", "6", "--seeds", "1",
        "--mix", "0/0/100/0/0", "--median-seconds", "0",
    ).stdout.splitlines()  # fmt: skip
    assert shown[1].split()[0] == "A2"
    assert shown[1].split()[8] == "-"
    assert shown[2] == ""


def test_the_picture_is_svg_with_a_curve_for_each_band(tmp_path: Path) -> None:
    """Well formed, inside its frame, with words for who does not see it."""
    assert run(tmp_path, *SMALL, "--save-plot", "waits.svg").returncode == 0
    root = ElementTree.parse(tmp_path / "waits.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title")
    curves = root.findall(f"{space}polyline")
    assert len(curves) == 5
    for curve in curves:
        points = [point.split(",") for point in curve.attrib["points"].split()]
        places = [(float(x), float(y)) for x, y in points]
        assert places == sorted(places, key=lambda place: place[0])
        assert all(60 <= x <= 700 and 50 <= y <= 360 for x, y in places)


def test_a_policy_of_ones_own_is_what_is_run(tmp_path: Path) -> None:
    """A wider target is kept more often by the same people."""
    bands = {
        name: msgspec.structs.replace(promised, accept_seconds=3_600)
        for name, promised in DEFAULT.bands.items()
    }
    own = msgspec.structs.replace(DEFAULT, revision="own-7", bands=bands)
    (tmp_path / "own.json").write_bytes(msgspec.json.encode(own))
    found = answer(tmp_path, *SMALL, "--policy", "own.json")
    assert found["policy"] == "own-7"
    assert {each["target_seconds"] for each in found["bands"]} == {3_600}


@pytest.mark.parametrize(
    "arguments",
    [
        ("0", "--responders", "4"),
        ("nan", "--responders", "4"),
        ("4", "--responders", "0"),
        ("4", "--responders", "4", "--overflow", "5"),
        ("4", "--responders", "4", "--accepted-share", "0"),
        ("4", "--responders", "4", "--mix", "1/2/3"),
        ("4", "--responders", "4", "--handling-minutes", "0"),
        ("4", "--responders", "4", "--policy", "none.json"),
        ("4", "--responders", "4", "--policy", "bad.json"),
        ("4", "--responders", "4", "--policy", "endless.json"),
        ("1000", "--responders", "4", "--hours", "10000"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_run_is_refused_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Nobody, no time, a policy that is none or that would never come to rest."""
    (tmp_path / "bad.json").write_text("{}")
    promised = msgspec.structs.replace(DEFAULT.bands["A0"], accept_seconds=0)
    endless = msgspec.structs.replace(DEFAULT, bands={**DEFAULT.bands, "A0": promised})
    (tmp_path / "endless.json").write_bytes(msgspec.json.encode(endless))
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_a_picture_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """In one line, with the place."""
    done = run(tmp_path, *SMALL, "--save-plot", "none/waits.svg")
    assert done.returncode == 1
    assert "none/waits.svg" in done.stderr
