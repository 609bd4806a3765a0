"""Files and reports in the chat, without a terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_cli.chat_files import show_transfers, typed_path
from mentalverse_cli.chat_report import QUESTION, parse_report, show_report
from mentalverse_cli.chat_view import Command, parse, show_message, show_size
from mentalverse_client import FileInfo, Message, MessageKind, Shown, Transfer
from mentalverse_crypto.attachments import AttachmentReference

REFERENCE = AttachmentReference(
    bytes(16), bytes(32), bytes(32), 2_100_000, "application/pdf", "scan.pdf"
)
FILE = FileInfo("scan.pdf", 2_100_000, "application/pdf", REFERENCE)
MESSAGE = Message(
    id="m",
    conversation="c",
    seq=12,
    at=datetime(2026, 1, 1, 9, 41, tzinfo=UTC),
    account="a",
    sender="ben",
    mine=False,
    kind=MessageKind.FILE,
    text="scan.pdf",
    file=FILE,
)
SHOWN = Shown(
    replace(MESSAGE, kind=MessageKind.TEXT, text="later", file=None),
    wordings=("first", "later"),
    quote=None,
    opens_file=False,
    is_proven=True,
)


def line(**changes: object) -> str:
    return show_message(replace(MESSAGE, **changes), str, UTC).plain  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("/save", Command("save", "")),
        ("/save 12", Command("save", "", 12)),
        ("/save 12 ~/my scan.pdf", Command("save", "~/my scan.pdf", 12)),
        ("/send ~/a b.pdf", Command("send", "~/a b.pdf")),
        ("/report 4-6 he is rude", Command("report", "4-6 he is rude")),
    ],
)
def test_a_line_means(typed: str, command: Command) -> None:
    assert parse(typed) == command


def test_a_file_shows_name_size_and_how_to_get_it() -> None:
    assert line() == "  12  09:41  ben: [file] scan.pdf, 2.1 MB  /save 12"
    assert line(mine=True).endswith("[file] scan.pdf, 2.1 MB")
    assert line(file=replace(FILE, ms=72_400)).endswith(
        "[voice 1:12] scan.pdf, 2.1 MB  /save 12"
    )


def test_a_file_says_what_became_of_it() -> None:
    assert line(seq=0).endswith("2.1 MB (waiting to be sent)")
    assert line(seq=0, failed="quota_exceeded").endswith(
        "(not sent: your storage on this server is full)"
    )
    assert line(deleted=True, file=None, text="").endswith("(deleted)")


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (10 * 1024 * 1024, "10 MB"),
        (134_217_728, "134 MB"),
    ],
)
def test_a_size_has_three_digits_at_most(octets: int, words: str) -> None:
    assert show_size(octets) == words


def test_a_bar_says_which_file_and_how_far() -> None:
    sending = Transfer("c", "m", "scan.pdf", True, 450, 1000)
    fetching = Transfer("c", "n", "a\x1bb.ogg", False, 1000, 1000)
    assert show_transfers([]) == ""
    assert show_transfers([sending]) == "↑ scan.pdf ████░░░░░░ 45 %"
    both = show_transfers([sending, fetching])
    assert both.endswith("   ↓ a\N{REPLACEMENT CHARACTER}b.ogg ██████████ 100 %")


def test_paths_are_read_as_people_type_or_drop_them(tmp_path: Path) -> None:
    odd = tmp_path / "it's here.pdf"
    odd.write_bytes(b"")
    typed = str(odd)
    assert typed_path(typed) == odd
    assert typed_path(f'"{typed}"') == odd
    assert typed_path(typed.replace("'", "\\'").replace(" ", "\\ ")) == odd
    assert typed_path("~/x") == Path.home() / "x"
    assert typed_path("'~/x y'") == Path.home() / "x y"
    assert typed_path("it's not there") == Path("it's not there")


@pytest.mark.parametrize(
    ("typed", "numbers", "reason"),
    [
        ("4", [4], ""),
        ("4 7 he is rude", [4, 7], "he is rude"),
        ("4-6, 9 rude", [4, 5, 6, 9], "rude"),
        ("rude 4", [], "rude 4"),
        ("4-x", [], "4-x"),
        ("1-999999999", [], "1-999999999"),
        ("6-4 backwards", [], "6-4 backwards"),
    ],
)
def test_a_report_names_numbers_and_a_reason(
    typed: str, numbers: list[int], reason: str
) -> None:
    assert parse_report(typed) == ({number: set() for number in numbers}, reason)


def test_a_report_names_wordings_of_a_message() -> None:
    assert parse_report("4.2 4.7 9 rude") == ({4: {2, 7}, 9: set()}, "rude")
    assert parse_report("4.x") == ({}, "4.x")
    assert parse_report("9" * 5_000) == ({}, "9" * 5_000)


@settings(database=None, deadline=None, derandomize=True)
@given(st.text())
def test_no_report_is_too_odd_to_read(typed: str) -> None:
    numbers, _ = parse_report(typed)
    assert all(number >= 0 for number in numbers)


def test_a_report_is_shown_before_it_is_sent() -> None:
    lines = show_report([SHOWN], "he is rude").plain.splitlines()
    assert lines[1] == "  12  ben: first → then edited to: later"
    assert "  Your reason: he is rude" in lines
    assert "What you report can be proven to come from the sender." in lines
    assert lines[-1] == QUESTION
    assert not any("yourself" in each for each in lines)


def test_what_does_not_fit_is_told_apart_from_what_is_sent() -> None:
    shown = show_report([replace(SHOWN, left_out={2: "x" * 99, 3: "near"})], "").plain
    assert "The report says that 2 are left out:" in shown
    assert "12.2  " + "x" * 60 + " …" in shown
    assert "12.3  near" in shown
    assert "/report 12.2" in shown


def test_what_a_report_gives_away_besides_is_said() -> None:
    own = replace(
        SHOWN,
        message=replace(MESSAGE, mine=True),
        wordings=("scan.pdf",),
        quote="are you there?",
        opens_file=True,
        is_proven=False,
    )
    shown = show_report([own], "").plain
    assert "(answers “are you there?”) the file scan.pdf" in shown
    assert "cannot prove who wrote it" in shown
    assert "What you wrote yourself can be proven to come from you." in shown
