"""The session page: the same for everybody, in whatever order it was read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_client import Conversation, MessageKind, UnknownMessage
from mentalverse_client.calendar_file import calendar_file
from mentalverse_client.store import session_page
from mentalverse_client.store.planned import Planned
from mentalverse_client.store.vault import Vault
from mentalverse_crypto.errors import ContentUnsendable
from mentalverse_crypto.session_page import Agenda, Goal, Note
from support.backups import backed_up, read_back, restored, vault_of
from support.calendars import read_calendar
from support.clients import eventually, only_conversation, opened, person
from support.page_fold import START, TALK, a_vault, take
from support.server import ServerProcess, start_server

repeatable = settings(database=None, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


# --- the fold ---


def page_of(vault: Vault) -> list[tuple[int, int, Planned]]:
    found = session_page.held(vault, TALK)
    return sorted((one.entry.seq, one.entry.since, one.body) for one in found)


bodies: st.SearchStrategy[Planned] = st.one_of(
    st.builds(
        Agenda,
        st.integers(0, 3).map(lambda each: UUID(int=each)),
        st.integers(0, 10**12),
        st.sampled_from([50, 90]),
        st.just("UTC"),
        cancelled=st.booleans(),
    ),
    st.builds(Goal, st.integers(0, 2).map(lambda each: UUID(int=each)), st.just("a")),
    st.builds(
        Note,
        st.integers(0, 2).map(lambda each: UUID(int=each)),
        st.none() | st.just("b"),
    ),
)


@settings(repeatable, max_examples=40)
@given(said=st.lists(bodies, max_size=12), order=st.randoms(use_true_random=False))
def test_the_order_of_reading_makes_no_difference(
    said: list[Planned], order: random.Random
) -> None:
    """Of each the last in the order of the log holds: archives are read afterwards."""
    rows = list(enumerate(said, 1))
    shuffled = order.sample(rows, len(rows))
    with a_vault() as one, a_vault() as other:
        for seq, body in rows:
            take(one, body, seq)
        for seq, body in shuffled:
            take(other, body, seq)
        assert page_of(one) == page_of(other)


def test_a_flood_of_notes_takes_no_appointment_from_the_page() -> None:
    with a_vault() as vault:
        take(vault, Agenda(UUID(int=1), 7, 50, "UTC"), 1)
        for number in range(session_page.MOST + 5):
            take(vault, Note(UUID(int=number), "n"), 2 + number)
        held = session_page.held(vault, TALK)
        assert len(held) == session_page.MOST + 1
        assert [one.body.type for one in held].count("agenda") == 1
        assert min(one.entry.seq for one in held if one.body.type == "note") == 7


def test_what_a_server_that_was_put_back_takes_next_is_later() -> None:
    """Its rows have numbers that are on the page already."""
    with a_vault() as vault:
        take(vault, Agenda(UUID(int=1), 7, 50, "UTC"), 80)
        with vault.transaction() as write:
            session_page.rewind(vault, write, TALK, 50)
        take(vault, Agenda(UUID(int=1), 9, 90, "UTC"), 51)
        (one,) = session_page.held(vault, TALK)
        assert isinstance(one.body, Agenda)
        assert one.body.minutes == 90


# --- between people ---


def lines_of(talk: Conversation) -> list[str]:
    return [m.text for m in talk.history(1_000) if m.kind is MessageKind.PLANNED]


async def test_either_moves_what_the_other_planned_and_both_see_the_same(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada") as ada,
        person(server, tmp_path, "ben") as ben,
    ):
        talk = await ada.direct("ben")
        page = talk.session_page
        with pytest.raises(ValueError, match="needs a time zone"):
            page.plan(datetime(2026, 12, 1, 18))  # noqa: DTZ001
        with pytest.raises(ContentUnsendable):
            page.plan(START, 241)
        with pytest.raises(UnknownMessage):
            page.cancel("nothing")
        here = START.astimezone(ZoneInfo("Europe/Vienna"))
        meeting = page.plan(here, 50, zone="Europe/Vienna", items=("the week",))
        (planned,) = page.meetings()
        assert (planned.id, planned.starts_at) == (meeting, START)
        goal = page.set_goal("go out every day", step="to the corner")
        note = page.write_note("breathe out longer than in")
        heard = await only_conversation(ben)
        theirs = heard.session_page
        await eventually(lambda: len(theirs.notes()) == 1)
        assert theirs.meetings()[0].items == ("the week",)
        assert theirs.meetings()[0].zone == "Europe/Vienna"

        theirs.move(meeting, START + timedelta(days=1), 90)
        theirs.set_goal("go out every day", progress=100, done=True, goal_id=goal)
        theirs.write_note(None, note)
        await eventually(lambda: page.notes() == [])
        await eventually(lambda: not theirs.meetings()[0].pending)
        (moved,) = page.meetings()
        assert theirs.meetings() == page.meetings() == [moved]
        assert (moved.id, moved.minutes, moved.items) == (meeting, 90, ("the week",))
        assert moved.revision > planned.revision
        assert page.goals() == theirs.goals()
        assert page.goals()[0].done
        assert page.next_meeting(START) == moved
        assert b"\r\nDTSTART:20261202T170000Z\r\n" in page.calendar_file(meeting)
        page.cancel(meeting)
        assert b"\r\nSTATUS:CANCELLED\r\n" in page.calendar_file(meeting)
        assert page.next_meeting(START) is None
        await eventually(lambda: theirs.meetings()[0].cancelled)
        assert lines_of(heard) == [
            "planned an appointment on 1 December 2026, 17:00 UTC, 50 minutes",
            "set a goal: go out every day (0 %)",
            "wrote a note",
            "moved the appointment to 2 December 2026, 17:00 UTC, 90 minutes",
            "reached a goal: go out every day",
            "removed a note",
            "cancelled the appointment on 2 December 2026, 17:00 UTC, 90 minutes",
        ]
        # Whoever threatens somebody in a note can be reported for it, removed or not.
        (wrote,) = [m for m in heard.history() if m.text == "wrote a note"]
        (shown,) = heard.report_preview([wrote.id])
        assert shown.wordings == ("breathe out longer than in",)
        assert shown.is_proven


async def test_a_device_that_comes_back_by_words_has_the_page(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Its history comes from an archive, and so does what was planned."""
    async with (
        person(server, tmp_path, "cleo") as cleo,
        person(server, tmp_path, "dan") as dan,
    ):
        talk = await cleo.direct("dan")
        talk.session_page.plan(START)
        await eventually(lambda: len(dan.conversations()) == 1)
        heard = dan.conversations()[0]
        await eventually(lambda: len(heard.session_page.meetings()) == 1)
        heard.session_page.move(
            heard.session_page.meetings()[0].id, START + timedelta(hours=1), 90
        )
        await eventually(lambda: talk.session_page.meetings()[0].minutes == 90)
        expected = session_page.held(vault_of(cleo), talk.id)
        words = await backed_up(cleo)
    async with opened(await restored(server, words, tmp_path / "new")) as again:
        await read_back(again)
        # Nobody has let the new device into the group yet.
        assert session_page.held(vault_of(again), talk.id) == expected


# --- calendars ---


def test_a_calendar_gets_when_and_nothing_else() -> None:
    made = calendar_file(
        str(UUID(int=1)), START, 90, sequence=7, cancelled=False, now=START
    )
    read = read_calendar(made)
    assert read["BEGIN"] == ["VCALENDAR", "VEVENT", "VALARM"]
    assert read["END"] == ["VALARM", "VEVENT", "VCALENDAR"]
    assert (read["DTSTART"], read["DTEND"]) == (
        ["20261201T170000Z"],
        ["20261201T183000Z"],
    )
    assert (read["SUMMARY"], read["TRIGGER"]) == (["Appointment"], ["-PT15M"])
    assert (read["UID"], read["SEQUENCE"]) == ([str(UUID(int=1))], ["7"])
    assert set(read) == {
        *("BEGIN", "END", "VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "SEQUENCE"),
        *("DTSTART", "DTEND", "SUMMARY", "CLASS", "STATUS"),
        *("ACTION", "DESCRIPTION", "TRIGGER"),
    }


def test_a_cancelled_appointment_leaves_the_calendar_without_a_reminder() -> None:
    made = calendar_file("a", START, 50, sequence=9, cancelled=True, now=START)
    read = read_calendar(made)
    assert (read["METHOD"], read["STATUS"]) == (["CANCEL"], ["CANCELLED"])
    assert "TRIGGER" not in read
