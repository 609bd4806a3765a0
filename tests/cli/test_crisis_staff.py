"""`mentalverse crisis staff`: plans for numbers and files, and what is refused."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support import crisis_command

SATURDAY = "start,arrivals\n23:00,4\n23:30,12\n00:00,2.5\n00:30,0\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return crisis_command.run("staff", *arguments, folder=folder)


def answer(folder: Path, *arguments: str) -> dict[str, Any]:
    return crisis_command.answer("staff", *arguments, folder=folder)


def refusal(folder: Path, *arguments: str) -> str:
    """The one line that says what to change, with exit code 2."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line.removeprefix("mentalverse: ")


def test_a_number_is_planned_for_the_promises_of_every_band(tmp_path: Path) -> None:
    """The fewest that keep all of them; the band that needs most decides."""
    found = answer(tmp_path, "12")
    (half_hour,) = found["half_hours"]
    assert half_hour["load"] == pytest.approx(16)
    assert half_hour["needed"] == max(half_hour["needed_by_band"].values())
    in_time = half_hour["planned"]["in_time_by_band"]
    assert [each["band"] for each in found["bands"]] == ["A0", "A1", "A2", "A3", "A4"]
    for each in found["bands"]:
        assert in_time[each["band"]] >= each["objective"]
    fewer = answer(tmp_path, "12", "--responders", str(half_hour["needed"] - 1))
    (before,) = fewer["half_hours"]
    assert before["planned"]["in_time_by_band"]["A0"] < 0.9
    assert before["one_more"] == half_hour["planned"]


def test_the_table_says_what_it_shows_and_what_it_takes_for_granted(
    tmp_path: Path,
) -> None:
    """Needed, in time, leaving, busy, one more; bars; the list at the end."""
    shown = run(tmp_path, "12").stdout.splitlines()
    headings = "arrivals load needed at once in time leave busy +1 in time +1 leave"
    assert shown[0].split() == headings.split()
    assert shown[1].split()[:3] == ["12.0", "16.0", "22"]
    (needed,) = (line for line in shown if line.endswith("<- needed"))
    assert needed.split()[0] == "22"
    assert "#" in needed
    granted = shown[shown.index("What this takes for granted") + 1 :]
    assert all(line.startswith("- ") for line in granted)
    words = "\n".join(granted)
    for each in ("40 minutes", "20 minutes", "A0 5 %", "accepts", "second chat"):
        assert each in words


def test_a_file_is_planned_half_hour_by_half_hour(tmp_path: Path) -> None:
    """Over midnight, after a byte-order mark; a peak is still felt after it."""
    (tmp_path / "saturday.csv").write_text("\ufeff" + SATURDAY, encoding="utf-8")
    found = answer(tmp_path, "saturday.csv")["half_hours"]
    assert [each["start"] for each in found] == ["23:00", "23:30", "00:00", "00:30"]
    assert [each["arrivals"] for each in found] == [4, 12, 2.5, 0]
    assert found[2]["load"] == found[1]["load"] > found[0]["load"]
    assert found[3]["needed"] > found[0]["needed"]
    shown = run(tmp_path, "saturday.csv").stdout
    longest = [line for line in shown.splitlines() if line.endswith("#" * 40)]
    assert [line.split()[0] for line in longest] == ["23:30", "00:00"]


def test_dates_with_a_time_of_their_own_are_followed_by_the_clock(
    tmp_path: Path,
) -> None:
    """Where the hour changes, half an hour later is another offset."""
    (tmp_path / "autumn.csv").write_text(
        "start,arrivals\n2026-10-25T02:30+02:00,3\n2026-10-25T02:00+01:00,3\n"
    )
    found = answer(tmp_path, "autumn.csv")["half_hours"]
    assert found[1]["start"] == "2026-10-25 02:00+01:00"


def test_absences_are_made_up_for_on_the_roster(tmp_path: Path) -> None:
    """The part of the roster that is there is enough, and no smaller roster is."""
    (half_hour,) = answer(tmp_path, "12", "--shrinkage", "30")["half_hours"]
    assert half_hour["rostered"] == math.ceil(half_hour["needed"] / 0.7)
    shown = run(tmp_path, "12", "--shrinkage", "30").stdout
    assert "roster" in shown.splitlines()[0]
    assert "30 % of rostered time is not spent on duty." in shown


def test_the_quick_look_has_the_known_figures(tmp_path: Path) -> None:
    """360 calls in half an hour, four minutes each, 55 on duty: Erlang C."""
    found = answer(
        tmp_path,
        *("360", "--handling-minutes", "4", "--responders", "55", "--erlang-c"),
        *("--mix", "100/0/0/0/0"),
    )
    assert found["formula"] == "erlang_c"
    planned = found["half_hours"][0]["planned"]
    assert f"{planned['in_time_by_band']['A0']:.2%}" == "84.59%"
    assert f"{planned['mean_wait_seconds']:.2f}" == "8.18"
    assert f"{planned['occupancy']:.1%}" == "87.3%"
    assert planned["abandons"] == 0
    assert "leave" not in run(tmp_path, "12", "--erlang-c").stdout.splitlines()[0]


def test_the_quick_look_refuses_a_load_that_never_ends(tmp_path: Path) -> None:
    """And says from how many on it has an answer, and in which half hour."""
    alone = refusal(tmp_path, "12", "--erlang-c", "--responders", "16")
    assert alone == (
        "16 on duty cannot carry a load of 16.00: if nobody leaves, the queue never "
        "ends; give --responders 17 or more, or leave --erlang-c out"
    )
    (tmp_path / "saturday.csv").write_text(SATURDAY)
    at_peak = refusal(tmp_path, "saturday.csv", "--erlang-c", "--responders", "8")
    assert at_peak.startswith("23:30: 8 on duty cannot carry")
    (with_patience,) = answer(tmp_path, "12", "--responders", "16")["half_hours"]
    assert with_patience["planned"]["abandons"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["saturdya.csv"], "saturdya.csv is neither a number nor a file"),
        (["."], ".: "),
        (["nan"], "from 0 to 100,000"),
        (["100000"], "look through the arrivals and --handling-minutes"),
        (["12", "--mix", "5/15/30/50"], "five shares"),
        (["12", "--mix", "5/15/30/25/20"], "add up to 95 and not to 100"),
        (["12", "--mix", "nan/15/30/25/25"], "five shares"),
        (["12", "--mix", "much"], "--mix is five numbers, for example"),
        (["12", "--handling-minutes", "0"], "--handling-minutes is a number from"),
        (["12", "--patience-minutes", "nan"], "--patience-minutes is a number from"),
        (["12", "--shrinkage", "100"], "--shrinkage is a number from 0 to 95"),
        (["12", "--responders", "0"], "--responders is a number from 1"),
        (["12", "--erlang-c", "--patience-minutes", "9"], "leave --patience-minutes"),
    ],
)
def test_what_cannot_be_planned_with_is_one_line(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    """That says what to change."""
    assert said in refusal(tmp_path, *arguments)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the first line has to be start,arrivals"),
        ("08:00,4\n", "the first line has to be start,arrivals"),
        ("start,arrivals\n", "has no half hour"),
        ("start,arrivals\n08:00,4,5\n", "line 2: two values belong here"),
        ("start,arrivals\nmorning,4\n", "line 2: the start has to be a time such as"),
        ("start,arrivals\n08:00,many\n", "line 2: people per half hour are a number"),
        ("start,arrivals\n08:00,-1\n", "line 2: people per half hour are a number"),
        ("start,arrivals\n08:00,4\n\n09:00,4\n", "line 4: 09:00 is not half an hour"),
        ("start,arrivals\n2026-11-21T08:00,4\n2026-11-22T08:30,4\n", "line 3: "),
        (
            "start,arrivals\n"
            + "".join(f"{n // 2 % 24:02}:{n % 2 * 3}0,1\n" for n in range(337)),
            "more than 336 half hours",
        ),
        ("start,arrivals\n" + "\n" * 1_000_000, "far longer than a week"),
        ("start,arrivals\n08:00," + "4" * 200_000, "is no CSV file: field larger"),
        ("start,arrivals\n08:00,\udcff\n", "save it as UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_line(
    tmp_path: Path, text: str, said: str
) -> None:
    """And says what belongs there."""
    file = tmp_path / "day.csv"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    refused = refusal(tmp_path, "day.csv")
    assert refused.startswith("day.csv")
    assert said in refused


def test_help_shows_how(tmp_path: Path) -> None:
    """With examples, and with every default."""
    shown = run(tmp_path, "--help").stdout
    assert "mentalverse crisis staff 12" in shown
    assert "5/15/30/25/25" in shown
