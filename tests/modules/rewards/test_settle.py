"""An epoch comes out the same in whatever order its facts came."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.epoch import DAY_MS, WEEK_MS, epoch_of
from mentalverse_modules.rewards.facts import AWARDED, PROOFS, Fact
from mentalverse_modules.rewards.ledger import broken
from mentalverse_modules.rewards.packs import MICRO, moment_ms
from mentalverse_modules.rewards.receipt import flaws
from mentalverse_modules.rewards.rights import Key, Step
from mentalverse_modules.rewards.settle import Settled
from support.reward_books import Books
from support.reward_facts import START_MS, fact

PACKS = (shipped("peer"), shipped("professional"))
EPOCH = epoch_of(START_MS)


def week_of_facts(chance: Random) -> list[tuple[int, Fact]]:
    """Two weeks of sessions, circles and shifts with when each came."""
    kinds: list[dict[str, Any]] = [
        {"role": "mentor"},
        {"role": "mentee"},
        {"role": "professional"},
        {"role": "mentor", "kind": "event"},
        {"role": "professional", "type": "duty.ended", "kind": ""},
        {"role": "mentee", "type": "goal.progressed", "kind": ""},
        {"role": "mentor", "minutes": 3},
    ]
    found = []
    for number in range(120):
        at_ms = START_MS + chance.randrange(2 * WEEK_MS)
        who = chance.randrange(4)
        one = fact(
            evt_id=f"evt_{number:03}",
            occurred_at_ms=at_ms,
            beneficiary=f"person_{who}",
            pair=f"pair_{chance.randrange(3)}",
            late_seconds=chance.randrange(900),
            **{"minutes": chance.randrange(20, 60), **chance.choice(kinds)},
        )
        found.append((at_ms + chance.randrange(DAY_MS), one))
    return found


def outcome(books: Books) -> tuple[str, int]:
    assert broken(books.rows) is None
    assert sum(books.balances.values()) == 0
    return books.rows[-1].hash, len(books.rows)


@pytest.mark.capability("T01")
@settings(max_examples=20)
@given(st.integers(0, 50), st.integers(0, 2**32))
def test_doubled_and_shuffled_facts_make_the_same_ledger(
    week: int, shuffle: int
) -> None:
    """Over two epochs, with a budget that is short."""
    arrivals = week_of_facts(Random(week))
    budget = 900 * MICRO
    plain = Books(PACKS, budget)
    plain.run(arrivals)
    twice = arrivals * 2
    Random(shuffle).shuffle(twice)
    other = Books(PACKS, budget)
    settled = other.run(twice)
    assert outcome(plain) == outcome(other)
    keys = [right.key for one in settled for right in one.rights]
    assert len(set(keys)) == len(keys)


@settings(max_examples=30)
@given(st.integers(0, 50), st.integers(0, 3_000))
def test_every_receipt_can_be_computed_again(week: int, budget_mvt: int) -> None:
    """And no bucket pays more than it has; what is owed is a floor."""
    books = Books(PACKS, budget_mvt * MICRO)
    for settled in books.run(week_of_facts(Random(week))):
        paid: dict[tuple[str, str], int] = {}
        for right in settled.rights:
            receipt = right.receipt
            pack = next(one for one in PACKS if one.name == receipt.pack)
            assert flaws(receipt, pack) == ()
            rule = pack.rule(receipt.rule)
            assert rule is not None
            bucket = (pack.name, rule.bucket)
            paid[bucket] = paid.get(bucket, 0) + receipt.paid_micro
            if receipt.owed_micro:
                assert receipt.paid_micro + receipt.owed_micro >= rule.lo * MICRO or (
                    rule.per_minutes
                )
        for (name, bucket_name), micro in paid.items():
            pack = next(one for one in PACKS if one.name == name)
            share = dict(pack.buckets)[bucket_name]
            assert micro <= budget_mvt * MICRO * share // 100 + 1


@pytest.mark.capability("T10")
def test_a_shift_looks_the_same_with_no_case_and_with_five() -> None:
    """Row for row, receipt for receipt: the salts too."""
    shift = fact(
        type="duty.ended",
        role="professional",
        kind="",
        minutes=480,
        planned_minutes=480,
        occurred_at_ms=START_MS + DAY_MS,
    )
    steps = (
        "crisis.opened",
        "crisis.accepted",
        "crisis.closed",
        "crisis.followup_done",
    )
    cases = [
        replace(shift, evt_id=f"case_{case}_{step}", type=step)
        for case in range(5)
        for step in steps
    ]
    calls = [
        replace(shift, evt_id=f"call_{case}", type="session.attended", kind="crisis")
        for case in range(5)
    ]
    quiet, busy = Books(PACKS), Books(PACKS)
    found = quiet.close(EPOCH, [shift])
    assert busy.close(EPOCH, [*cases, shift, *calls]) == found
    assert busy.rows == quiet.rows
    assert [right.receipt.export_as for right in found.rights] == ["duty"]


@pytest.mark.capability("T05")
@pytest.mark.parametrize("spoilt", [{"is_drill": True}, {"proofs": ("receipts",)}])
def test_drills_and_who_opted_out_leave_no_trace(spoilt: dict[str, Any]) -> None:
    books = Books(PACKS)
    of = {"role": "mentee"} | spoilt
    assert books.close(EPOCH, [fact(**of)]) == Settled((), (), ())
    assert books.rows == []


def test_a_shut_gate_leaves_a_voided_right_with_its_reason() -> None:
    books = Books(PACKS)
    right = books.close(EPOCH, [fact(minutes=10)]).rights[0]
    assert (right.entry.step, right.entry.reason) == (Step.VOID, "attended_pct")
    assert right.entry.lines == ()
    assert flaws(right.receipt, PACKS[0]) == ()


@pytest.mark.capability("T01")
def test_the_fourth_session_of_a_pair_in_a_week_is_not_paid() -> None:
    """The last one by its time, not by its arrival; another pair's is."""
    four = [
        fact(evt_id=f"evt_{n}", occurred_at_ms=START_MS + n * DAY_MS) for n in range(4)
    ]
    other = fact(evt_id="evt_o", occurred_at_ms=START_MS + 5 * DAY_MS, pair="pair_2")
    rights = Books(PACKS).close(EPOCH, [other, *reversed(four)]).rights
    assert [right.entry.reason for right in rights] == ["", "", "", "cap", ""]
    assert flaws(rights[3].receipt, PACKS[0]) == ()


def test_caps_hold_across_epochs() -> None:
    """One month has one payment for consistency; once means once."""
    books = Books(PACKS)
    of: dict[str, Any] = {"count": 8, "planned_count": 8}
    month = fact(type="period.month", **of)
    again = replace(month, evt_id="evt_2", occurred_at_ms=START_MS + WEEK_MS)
    later = replace(month, evt_id="evt_3", occurred_at_ms=START_MS + 5 * WEEK_MS)
    reasons = [
        books.close(EPOCH + week, [one]).rights[0].entry.reason
        for week, one in ((0, month), (1, again), (5, later))
    ]
    assert reasons == ["", "cap", ""]


@pytest.mark.capability("T06")
def test_what_is_missing_of_a_floor_is_paid_first_the_next_time() -> None:
    """The rest of a range is nobody's."""
    books = Books(PACKS, budget=20 * MICRO)
    first = books.close(EPOCH, [fact()]).rights[0].receipt
    assert (first.paid_micro, first.owed_micro) == (12 * MICRO, 13 * MICRO)
    second = books.close(EPOCH + 1, [])
    assert [entry.reason for entry in second.paid_owed] == ["owed"]
    assert books.balances["member:ada"] == 24 * MICRO
    third = books.close(EPOCH + 2, [])
    assert books.balances["member:ada"] == 25 * MICRO
    assert (len(third.paid_owed), third.owed) == (1, ())
    assert outcome(books)


@pytest.mark.capability("T06")
def test_pay_comes_from_the_sources_by_their_shares() -> None:
    """A posting of peers has all four on its debit side."""
    books = Books(PACKS)
    entry = books.close(EPOCH, [fact()]).rights[0].entry
    amount = entry.lines[-1].credit_micro
    assert [line.debit_micro * 100 // amount for line in entry.lines[:-1]] == [
        40,
        30,
        20,
        10,
    ]


@pytest.mark.capability("T13")
def test_a_disputed_right_waits_for_a_later_epoch() -> None:
    books = Books(PACKS)
    one = fact()
    key = Key(one.evt_id, "peer.session", one.beneficiary)
    books.done.add(key)
    assert books.close(EPOCH, [one]).rights == ()
    books.done.remove(key)
    assert books.close(EPOCH + 1, [one]).rights[0].entry.step is Step.POST


@pytest.mark.capability("T03")
def test_an_award_is_capped_like_any_other_fact() -> None:
    """Two a month, whoever approved them."""
    awards = [
        fact(
            evt_id=f"award_{n}",
            type=AWARDED,
            kind="peer.knowledge",
            role="",
            amount_mvt=50,
            proofs=PROOFS,
            occurred_at_ms=START_MS + n,
        )
        for n in range(3)
    ]
    rights = Books(PACKS).close(EPOCH, awards).rights
    assert [right.entry.reason for right in rights] == ["", "", "cap"]


def test_facts_before_the_first_pack_are_nobodys() -> None:
    early = fact(occurred_at_ms=moment_ms("2026-12-31T00:00:00Z"))
    assert Books(PACKS).close(EPOCH, [early]).rights == ()
