"""Lines in, blocks out: the terminal chat without a terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_cli.chat_view import (
    Command,
    parse,
    show_message,
    show_safety,
    show_status,
)
from mentalverse_cli.log_view import alarm_line
from mentalverse_cli.printable import printable
from mentalverse_cli.settings import fail
from mentalverse_client import (
    Alarm,
    AlarmKind,
    ConnectionState,
    EncryptionState,
    Message,
    MessageKind,
    Standing,
)
from mentalverse_client.account.suites import CLASSICAL, HYBRID, in_words

MESSAGE = Message(
    id="m",
    conversation="c",
    seq=12,
    at=datetime(2026, 1, 1, 9, 41, tzinfo=UTC),
    account="a",
    sender="ada",
    mine=False,
    kind=MessageKind.TEXT,
    text="hello",
)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("hello there", Command("", "hello there")),
        ("  spaced  ", Command("", "spaced")),
        ("//shrug", Command("", "/shrug")),
        ("/react 12 🙂", Command("react", "🙂", 12)),
        ("/react 🙂", Command("react", "🙂")),
        ("/reply 3 see you at 9", Command("reply", "see you at 9", 3)),
        ("/reply 9", Command("reply", "9")),
        ("/delete 4", Command("delete", "", 4)),
        ("/delete", Command("delete", "")),
        ("/OPEN ben", Command("open", "ben")),
        ("/history 7", Command("history", "7")),
        ("/reply " + "9" * 5000 + " x", Command("reply", "9" * 5000 + " x")),
    ],
)
def test_a_line_means(line: str, command: Command) -> None:
    assert parse(line) == command


def test_an_empty_line_means_nothing() -> None:
    assert parse(" \n") is None


@settings(database=None, deadline=None, derandomize=True)
@given(st.text())
def test_no_line_is_too_odd_to_read(line: str) -> None:
    parse(line)


@settings(database=None, deadline=None, derandomize=True)
@given(st.text())
def test_nothing_that_moves_the_cursor_is_shown(text: str) -> None:
    shown = show_message(replace(MESSAGE, text=text), str, UTC).plain
    for hidden in ("\x1b", "\x9b", "\r", "\x08", "\u202e", "\u2066"):
        assert hidden not in shown
    assert printable("two\nlines") == "two\nlines"


@settings(database=None, deadline=None, derandomize=True)
@given(st.text(), st.text(), st.text())
def test_nobody_writes_a_line_that_looks_like_one_of_somebody_else(
    text: str, name: str, quote: str
) -> None:
    """Each line begins with this message's number, or with a margin."""
    message = replace(MESSAGE, text=text, sender=name, reply_to="x", quote=quote)
    for line in show_message(message, str, UTC).plain.split("\n"):
        assert line.startswith(("  12  09:41  ", " " * 6))


def test_a_reason_of_the_server_is_no_command_to_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit):
        fail("no\x1b[2J")
    assert "\x1b" not in capsys.readouterr().err
    alarm = Alarm(kind=AlarmKind.OUTSIDER, at_ms=0)
    assert "\x1b" not in alarm_line(alarm, "ben\x1b[2J")
    state = EncryptionState(
        suite="suite",
        suite_in_words="words",
        epoch=1,
        standing=Standing.BROKEN,
        cause="\x1b[2J",
        devices=1,
        verified=False,
    )
    assert "\x1b" not in show_status(state, ConnectionState.ONLINE).plain


def shown(**changes: object) -> str:
    return show_message(replace(MESSAGE, **changes), str.upper, UTC).plain  # type: ignore[arg-type]


def test_a_message_shows_number_time_sender_and_text() -> None:
    assert shown() == "  12  09:41  ada: hello"


def test_a_reply_shows_what_it_answers_first() -> None:
    lines = shown(reply_to="x", quote="how are you?").splitlines()
    assert lines == ["      ↳ “how are you?”", "  12  09:41  ada: hello"]


def test_reactions_stand_below_with_names() -> None:
    assert shown(reactions={"🙂": ("ben", "cleo")}).endswith("\n      🙂 BEN, CLEO")


def test_edited_deleted_waiting_and_refused_are_said() -> None:
    assert shown(edits=(13,)).endswith("hello (edited)")
    assert shown(deleted=True, text="").endswith("(deleted)")
    until = datetime(2026, 5, 3, 12, tzinfo=UTC)
    assert shown(deleted=True, text="", reportable_until=until).endswith(
        "(deleted by its sender; you can still report it until 3 May 2026)"
    )
    assert shown(seq=0).endswith("hello (waiting to be sent)")
    assert shown(seq=0, failed="forbidden").endswith("hello (not sent: forbidden)")


def test_a_safety_number_is_shown_in_rows_of_six_groups() -> None:
    number = " ".join(f"{group:05d}" for group in range(12))
    rows = show_safety(number, direct=True).plain.splitlines()
    assert rows[0] == "  00000 00001 00002 00003 00004 00005"
    assert rows[1] == "  00006 00007 00008 00009 00010 00011"


def test_the_status_says_in_words_whether_quantum_computers_are_withstood() -> None:
    """The name of a suite tells most people nothing."""
    words = {
        HYBRID: "hybrid post-quantum (X25519 with ML-KEM-768)",
        CLASSICAL: "classical (X25519)",
    }
    for suite, expected in words.items():
        state = EncryptionState(
            suite=suite.name,
            suite_in_words=in_words(suite),
            epoch=1,
            standing=Standing.ACTIVE,
            cause="",
            devices=2,
            verified=False,
        )
        shown = show_status(state, ConnectionState.ONLINE).plain
        assert f"end to end, MLS (RFC 9420), {expected}\n" in shown
