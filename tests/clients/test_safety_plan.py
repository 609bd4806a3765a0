"""The safety plan: both sides write, nothing is lost; answers reach members alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_client import Conversation, MessageKind, UnknownMessage
from mentalverse_client.store import session_page
from mentalverse_client.store.vault import Vault
from mentalverse_crypto.errors import ContentUnsendable
from mentalverse_crypto.safety_plan import PlanChange, PlanLine, PlanPart
from mentalverse_crypto.screening import Asked, Screening
from mentalverse_crypto.session_page import Agenda
from support.backups import backed_up, read_back, restored, vault_of
from support.clients import eventually, only_conversation, opened, person
from support.page_fold import TALK, a_vault, take
from support.server import ServerProcess, start_server

repeatable = settings(database=None, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


# --- the fold ---


def plan_of(vault: Vault) -> list[tuple[int, int, object]]:
    found = session_page.held(vault, TALK)
    return sorted(
        (one.entry.seq, one.entry.since, repr(one.body) + str(_text(one.body)))
        for one in found
    )


def _text(body: object) -> str | None:
    return body.lines[0].text if isinstance(body, PlanChange) and body.lines else None


lines = st.builds(
    PlanLine,
    st.integers(0, 4).map(lambda each: UUID(int=each)),
    st.sampled_from(PlanPart),
    st.none() | st.sampled_from(["a", "b", "c"]),
)
changes = st.builds(
    PlanChange,
    st.lists(lines, max_size=4, unique_by=lambda line: line.line).map(tuple),
    st.none() | st.integers(0, 9),
)


@settings(repeatable, max_examples=40)
@given(said=st.lists(changes, max_size=10), order=st.randoms(use_true_random=False))
def test_the_order_of_reading_makes_no_difference(
    said: list[PlanChange], order: random.Random
) -> None:
    """Of each line the last change in the order of the log holds, on every device."""
    rows = list(enumerate(said, 1))
    shuffled = order.sample(rows, len(rows))
    with a_vault() as one, a_vault() as other:
        for seq, body in rows:
            take(one, body, seq)
        for seq, body in shuffled:
            take(other, body, seq)
        assert plan_of(one) == plan_of(other)


@settings(repeatable, max_examples=40)
@given(said=st.lists(changes, max_size=10))
def test_a_change_touches_its_own_lines_and_no_other(said: list[PlanChange]) -> None:
    """Against the plain model: a dictionary of lines, written one after the other."""
    expected: dict[UUID, PlanLine] = {}
    reviewed = None
    with a_vault() as vault:
        for seq, change in enumerate(said, 1):
            take(vault, change, seq)
            expected |= {line.line: line for line in change.lines}
            reviewed = reviewed if change.reviewed_at is None else change.reviewed_at
        bodies = [one.body for one in session_page.held(vault, TALK)]
    held = [body for body in bodies if isinstance(body, PlanChange)]
    found = {line.line: line for body in held for line in body.lines}
    dates = [body.reviewed_at for body in held if body.reviewed_at is not None]
    assert found == expected
    assert dates == ([] if reviewed is None else [reviewed])


def test_a_flood_of_lines_is_bounded_and_takes_nothing_else_from_the_page() -> None:
    most = session_page.MOST_OF[PlanChange.type]
    with a_vault() as vault:
        take(vault, Agenda(UUID(int=1), 7, 50, "UTC"), 1)
        for seq in range(2, most // 16 + 4):
            some = (PlanLine(UUID(int=seq * 16 + n), PlanPart.SIGNS) for n in range(16))
            take(vault, PlanChange(tuple(some)), seq)
        kinds = [one.body.type for one in session_page.held(vault, TALK)]
    assert kinds.count(Agenda.type) == 1
    assert kinds.count(PlanChange.type) == most


# --- between people ---


def lines_of(talk: Conversation) -> list[str]:
    return [m.text for m in talk.history(1_000) if m.kind is MessageKind.PLANNED]


def texts_of(talk: Conversation) -> list[tuple[PlanPart, str]]:
    return [(line.part, line.text) for line in talk.safety_plan.lines()]


@pytest.mark.capability("X03")
async def test_both_write_one_plan_and_the_history_repeats_nothing_of_it(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Lines are added, changed and removed by either; nobody else learns of it."""
    async with (
        person(server, tmp_path, "ada") as ada,
        person(server, tmp_path, "ben") as ben,
    ):
        talk = await ada.direct("ben")
        plan = talk.safety_plan
        with pytest.raises(ContentUnsendable):
            plan.add(PlanPart.SIGNS, "t" * 201)
        with pytest.raises(UnknownMessage):
            plan.change(str(UUID(int=7)), "a walk")
        signs = plan.add(PlanPart.SIGNS, "I stop answering")
        walk = plan.add(PlanPart.ALONE, "a walk")
        heard = await only_conversation(ben)
        await eventually(lambda: len(heard.safety_plan.lines()) == 2)
        heard.safety_plan.change(walk, "a walk by the river")
        heard.safety_plan.add(PlanPart.PEOPLE, "my sister")
        heard.safety_plan.reviewed()
        await eventually(lambda: plan.reviewed_at is not None)
        plan.change(signs, None)
        await eventually(lambda: len(heard.safety_plan.lines()) == 2)
        expected = [
            (PlanPart.ALONE, "a walk by the river"),
            (PlanPart.PEOPLE, "my sister"),
        ]
        assert texts_of(heard) == texts_of(talk) == expected
        assert [line.account for line in plan.lines()] == [ben.account] * 2
        assert heard.safety_plan.reviewed_at == plan.reviewed_at
        await eventually(lambda: len(lines_of(heard)) == 6)
        assert lines_of(heard) == [
            "changed the safety plan",
            "changed the safety plan",
            "changed the safety plan",
            "changed the safety plan",
            "went through the safety plan",
            "changed the safety plan",
        ]
        # A line that frightens somebody can be reported like any other message.
        wrote = next(m for m in heard.history() if m.kind is MessageKind.PLANNED)
        (shown,) = heard.report_preview([wrote.id])
        assert shown.wordings == ("I stop answering",)


@pytest.mark.capability("X03")
async def test_a_plan_goes_to_another_conversation_only_when_it_is_put_there(
    server: ServerProcess, tmp_path: Path
) -> None:
    """With its ids, so that putting it there again changes lines and doubles none."""
    async with (
        person(server, tmp_path, "eve") as eve,
        person(server, tmp_path, "fay") as fay,
        person(server, tmp_path, "gus") as gus,
    ):
        one, other = await eve.direct("fay"), await eve.direct("gus")
        for number in range(20):
            one.safety_plan.add(PlanPart.PLACES, f"place {number}")
        heard = await only_conversation(gus)
        assert other.safety_plan.lines() == []
        for _ in range(2):
            other.safety_plan.put(one.safety_plan.lines())
        await eventually(lambda: len(lines_of(heard)) == 4)
        assert texts_of(heard) == texts_of(one) == texts_of(other)
        assert heard.safety_plan.reviewed_at is None
        await eventually(lambda: len(fay.conversations()) == 1)


@pytest.mark.capability("X12")
async def test_answers_are_read_in_the_words_of_the_person_and_by_members_alone(
    server: ServerProcess, tmp_path: Path
) -> None:
    """The newest of each instrument; what is stored at the server holds none of it."""
    secret = "canary-answer-5b1"
    asked = (Asked("¿Cómo estás?", secret), Asked("¿Algo más?"))
    first = Screening("mine", "1", "es", "Preguntas", asked, "A2", complete=False)
    async with (
        person(server, tmp_path, "hal") as hal,
        person(server, tmp_path, "ida") as ida,
    ):
        talk = await hal.direct("ida")
        talk.screenings.send(Screening("mine", "1", "es", "P", (), "A3", complete=True))
        talk.screenings.send(first)
        heard = await only_conversation(ida)
        await eventually(lambda: heard.screenings.newest() == [first])
        assert lines_of(heard) == ["answered some questions"] * 2
    stored = [path.read_bytes() for path in server.data.rglob("*") if path.is_file()]
    assert stored
    assert not any(secret.encode() in each for each in stored)


@pytest.mark.capability("X03")
async def test_a_device_that_comes_back_by_words_has_the_plan(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Its history comes from an archive, and so do the lines and the review."""
    async with (
        person(server, tmp_path, "jon") as jon,
        person(server, tmp_path, "kay") as kay,
    ):
        talk = await jon.direct("kay")
        walk = talk.safety_plan.add(PlanPart.ALONE, "a walk")
        talk.safety_plan.reviewed()
        heard = await only_conversation(kay)
        await eventually(lambda: heard.safety_plan.reviewed_at is not None)
        heard.safety_plan.change(walk, "two walks")
        await eventually(lambda: texts_of(talk) == [(PlanPart.ALONE, "two walks")])
        expected = session_page.held(vault_of(jon), talk.id)
        words = await backed_up(jon)
    async with opened(await restored(server, words, tmp_path / "new")) as again:
        await read_back(again)
        assert session_page.held(vault_of(again), talk.id) == expected
