"""`mentalverse policy` and `mentalverse reward`: offline, from files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_modules.rewards.documents import SHIPPED, shipped
from mentalverse_modules.rewards.epoch import epoch_of
from mentalverse_modules.rewards.facts import Measured
from mentalverse_modules.rewards.receipt import Receipt, receipt_bytes, receipt_hash
from support.reward_books import Books
from support.reward_facts import START_MS, document, fact, rule_in


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def pack_file(folder: Path, **changes: Any) -> str:
    """A peer pack whose sessions are other ones."""
    pack = document()
    rule_in(pack, "peer.session").update(changes)
    path = folder / "own.json"
    path.write_text(json.dumps(pack))
    return str(path)


def receipt_file(folder: Path, **changes: Any) -> tuple[str, Receipt]:
    """Of a mentor's session, in a budget that is enough."""
    books = Books((shipped("peer"),))
    found = books.close(epoch_of(START_MS), [fact(**changes)]).rights[0].receipt
    path = folder / "receipt.json"
    path.write_bytes(receipt_bytes(found))
    return str(path), found


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_has_nothing_to_mend(name: str) -> None:
    done = run("policy", "lint", name)
    assert (done.exit_code, done.output) == (0, "nothing to mend\n")


def test_a_bad_pack_is_named_by_its_flaw(tmp_path: Path) -> None:
    """By `lint` with all of them, by the others with the first."""
    bad = pack_file(tmp_path, lo=80, export_as="crisis")
    done = run("policy", "lint", bad)
    assert done.exit_code == 1
    assert "range  peer.session" in done.output
    assert "export_names_crisis  peer.session" in done.output
    other = run("policy", "diff", "peer", bad)
    assert other.exit_code == 2
    assert "range" in other.output


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    for command in (("policy", "lint"), ("reward", "explain")):
        done = run(*command, str(tmp_path / "none.json"))
        assert done.exit_code == 2
        assert "cannot be read" in done.output


def test_a_diff_is_what_changes_and_nothing_else(tmp_path: Path) -> None:
    done = run("policy", "diff", "peer", pack_file(tmp_path, hi=80))
    assert (done.exit_code, done.output) == (0, "  peer.session.hi: 75 -> 80\n")
    assert run("policy", "diff", "peer", "peer").output == "the same\n"
    both = run("policy", "diff", "peer", "professional").output
    assert "+ professional.duty.per_minutes: 480" in both
    assert "- mentee.goal.lo: 50" in both


def test_a_fee_is_linted_and_compared_as_every_line(tmp_path: Path) -> None:
    path = tmp_path / "own.json"

    def said(command: str, code: str, micro: int) -> str:
        fees = [{"code": code, "scale": [["all", micro]]}]
        path.write_text(json.dumps(document("professional") | {"fees": fees}))
        named = ("professional", str(path)) if command == "diff" else (str(path),)
        return run("policy", command, *named).output

    assert said("lint", "session.standard", 5) == "nothing to mend\n"
    assert said("lint", "crisis.chat", 5).startswith("free_service  crisis.chat: ")
    assert said("lint", "session.standard", -5).startswith("fee_range  ")
    assert (
        said("diff", "session.standard", 5)
        == "+ session.standard.scale: [['all', 5]]\n"
    )


def test_a_simulation_is_the_same_each_time_and_pays_no_more_than_it_has(
    tmp_path: Path,
) -> None:
    """By an amount in words, and a picture that is one."""
    plot = tmp_path / "weeks.svg"
    command = ["policy", "simulate", "peer", "--weeks", "3", "--people", "20"]
    command += ["--budget", "2000"]
    done = run(*command, "--save-plot", str(plot))
    assert done.exit_code == 0
    assert run(*command).output == done.output
    paid = done.output.splitlines()[-1].rpartition("paid ")[2].split()[0]
    assert 0 < float(paid.replace(",", "")) <= 3 * 2_000 * 0.85
    assert ElementTree.fromstring(plot.read_text()).tag.endswith("svg")
    assert run(*command, "--save-plot", str(tmp_path)).exit_code == 2


@pytest.mark.capability("T02")
def test_a_receipt_is_explained_and_computed_again(tmp_path: Path) -> None:
    """Point by point, without a server."""
    path, receipt = receipt_file(tmp_path, level="specialist")
    done = run("reward", "explain", path)
    assert done.exit_code == 0
    for said in (
        f"receipt {receipt_hash(receipt)}",
        "attended: 10000 of 10000, weight 5000",
        "points 8500 of 10000",
        "floor 25 MVT, base 67.5 MVT",
        "paid 67.5 MVT, owed 0 MVT",
        "computed again: the same",
    ):
        assert said in done.output


@pytest.mark.capability("T11")
@pytest.mark.parametrize(("kept", "is_given"), [(90, False), (91, True)])
def test_a_receipt_says_what_was_measured_whether_or_not_it_is_enough(
    tmp_path: Path, kept: int, *, is_given: bool
) -> None:
    measures = {"availability": Measured(kept, 100)}
    books = Books((shipped("professional"),))
    one = fact(role="professional", measures=measures)
    found = books.close(epoch_of(START_MS), [one]).rights[0].receipt
    path = tmp_path / "receipt.json"
    path.write_bytes(receipt_bytes(found))
    done = run("reward", "explain", str(path))
    assert done.exit_code == 0
    assert f"availability: {kept} over 100" in done.output
    assert ("+ 15 % professional.availability" in done.output) == is_given


@pytest.mark.capability("T02")
def test_a_changed_receipt_is_named(tmp_path: Path) -> None:
    path, receipt = receipt_file(tmp_path)
    more = replace(receipt, paid_micro=receipt.paid_micro + 10**6)
    Path(path).write_bytes(receipt_bytes(more))
    done = run("reward", "explain", path)
    assert done.exit_code == 1
    assert "does not come out the same: paid_micro" in done.output


def test_a_receipt_of_nothing_says_why(tmp_path: Path) -> None:
    done = run("reward", "explain", receipt_file(tmp_path, minutes=10)[0])
    assert done.exit_code == 0
    assert "not paid: attended_pct" in done.output


def test_another_pack_has_to_be_named(tmp_path: Path) -> None:
    path, receipt = receipt_file(tmp_path)
    Path(path).write_bytes(receipt_bytes(replace(receipt, pack_hash="00" * 32)))
    assert run("reward", "explain", path).exit_code == 2
    done = run("reward", "explain", path, "--pack", "peer")
    assert (done.exit_code, "pack_hash" in done.output) == (1, True)
    Path(path).write_text("{}")
    assert run("reward", "explain", path).exit_code == 2
