"""Books that balance, and a chain that names the row that somebody changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.epoch import WEEK_MS, epoch_of
from mentalverse_modules.rewards.errors import NotNow, Overdraft, Unbalanced
from mentalverse_modules.rewards.ledger import (
    GENESIS,
    Entry,
    Line,
    Row,
    account_of,
    broken,
    chained,
    erased,
    moved,
    posting,
    revenue,
    reversing,
    spending,
)
from mentalverse_modules.rewards.rights import STEPS, Key, State, Step, after
from support.reward_books import Books, salts
from support.reward_facts import START_MS, fact

PEER, PROFESSIONAL = shipped("peer"), shipped("professional")
KEY = Key("evt_1", "peer.session", "ada")


def entry(*lines: Line, key: Key = KEY) -> Entry:
    return Entry(step=Step.POST, key=key, epoch="2027-W01", at_ms=1, lines=lines)


def ledger(count: int = 5) -> list[Row]:
    books = Books((PEER,))
    for number in range(count):
        one = fact(evt_id=f"evt_{number}", occurred_at_ms=START_MS + number * WEEK_MS)
        books.close(epoch_of(one.occurred_at_ms), [one])
    return books.rows


ROWS = ledger()


@pytest.mark.capability("T08")
def test_more_than_somebody_has_cannot_be_spent() -> None:
    """Neither can a bucket pay what no revenue has filled."""
    balances = {"member:ada": 100}
    left = moved(balances, entry(*spending("extras", 100)))
    assert left == {"member:ada": 0, "fund:extras": 100}
    with pytest.raises(Overdraft):
        moved(balances, entry(*spending("extras", 101)))
    with pytest.raises(Overdraft):
        moved({}, entry(*posting(PROFESSIONAL, "service", 1)))
    assert moved({}, entry(*posting(PEER, "mentor", 1))) == {
        "src:platform": -1,
        "member:ada": 1,
    }


@pytest.mark.capability("T12")
def test_a_revenue_fills_the_buckets_that_rules_pay_from() -> None:
    """1,000,003 by 70, 20, 5 and 5; the statement adds up to the revenue."""
    filled = moved({}, entry(*revenue(PROFESSIONAL, 1_000_003)))
    assert filled == {
        "src:revenue": -1_000_003,
        "bucket:service": 700_002,
        "bucket:contribution": 200_001,
        "bucket:research": 50_000,
        "bucket:community": 50_000,
    }
    paid = moved(filled, entry(*posting(PROFESSIONAL, "service", 700_002)))
    assert paid["bucket:service"] == 0
    assert revenue(PROFESSIONAL, 0) == ()
    assert len(revenue(PROFESSIONAL, 1)) == 2


@pytest.mark.parametrize(
    "lines",
    [
        (Line("src:platform", 5), Line("member", 0, 4)),
        (Line("src:platform", -5), Line("member", 0, -5)),
        (Line("member", 0, 1),),
    ],
)
def test_debits_are_credits(lines: tuple[Line, ...]) -> None:
    with pytest.raises(Unbalanced):
        moved({}, entry(*lines))


def test_one_account_may_stand_on_both_sides() -> None:
    lines = (Line("member", 3, 0), Line("member", 0, 3))
    assert moved({}, entry(*lines)) == {"member:ada": 0}
    assert account_of(Line("src:platform"), KEY) == "src:platform"


@given(st.integers(0, 10**15))
def test_a_posting_balances_whatever_the_amount(micro: int) -> None:
    for pack, bucket in ((PEER, "mentor"), (PROFESSIONAL, "service")):
        lines = posting(pack, bucket, micro)
        full = {"bucket:service": 10**16}
        assert sum(line.credit_micro - line.debit_micro for line in lines) == 0
        assert moved(full, entry(*lines)).get("member:ada", 0) == micro
        assert all(line.credit_micro or line.debit_micro for line in lines)


@pytest.mark.capability("T13")
@pytest.mark.capability("T14")
def test_a_wrong_posting_is_put_right_by_an_entry_of_its_own() -> None:
    """Nothing is changed; both stand, and together they are nothing."""
    books = Books((PEER,))
    books.close(epoch_of(START_MS), [fact()])
    row = books.book(reversing(books.rows[0], 2, "2027-W02", "revoked"))
    assert (row.entry.corrects, row.entry.step) == (0, Step.REVERSE)
    assert set(books.balances.values()) == {0}
    assert broken(books.rows) is None


@pytest.mark.capability("T13")
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_a_right_has_these_steps_and_no_others(state: State, step: Step) -> None:
    """Posted or voided once; what is posted is only ever reversed."""
    allowed = {
        State.PENDING: {Step.POST, Step.VOID, Step.DISPUTE},
        State.DISPUTED: {Step.RELEASE, Step.VOID},
        State.POSTED: {Step.REVERSE},
    }
    if step in allowed.get(state, ()):
        assert after(state, step) is STEPS[state, step]
    else:
        with pytest.raises(NotNow):
            after(state, step)


def of_entry(**changes: object) -> Callable[[Row], Row]:
    return lambda row: replace(row, entry=replace(row.entry, **changes))


def of_key(**changes: str) -> Callable[[Row], Row]:
    return lambda row: of_entry(key=replace(row.entry.key, **changes))(row)


def of_salt(name: str, salt: str) -> Callable[[Row], Row]:
    return lambda row: replace(row, salts={**row.salts, name: salt})


CHANGES = [
    of_entry(at_ms=2),
    of_entry(epoch="2027-W09"),
    of_entry(reason="because"),
    of_entry(step=Step.VOID),
    of_entry(policy_hash="00"),
    of_entry(receipt_hash="00"),
    of_entry(corrects=0),
    of_entry(lines=(Line("src:platform", 1), Line("member", 0, 1))),
    of_key(beneficiary="eve"),
    of_key(source_event="evt_9"),
    of_key(rule="peer.goal"),
    of_salt("beneficiary", "00" * 32),
    lambda row: replace(row, seq=9),
    lambda row: replace(row, hash=GENESIS),
    lambda row: replace(row, prev_hash=GENESIS[::-1]),
    lambda row: replace(row, commitments={}),
    lambda row: replace(row, salts={}),
]


@pytest.mark.capability("T13")
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", range(len(ROWS)))
def test_an_edited_row_is_named(change: Callable[[Row], Row], place: int) -> None:
    rows = [*ROWS]
    rows[place] = change(rows[place])
    assert broken(rows) == place


def test_a_missing_row_and_a_missing_end_are_named() -> None:
    assert broken([ROWS[0], *ROWS[2:]]) == 1
    assert broken(ROWS, ROWS[-1].hash) is None
    assert broken(ROWS, ROWS[1].hash) is None
    assert broken(ROWS[:-1], ROWS[-1].hash) == len(ROWS) - 1
    assert broken([]) is None


@given(st.sets(st.sampled_from(range(len(ROWS)))))
def test_erasing_leaves_nothing_of_a_person_and_the_chain_holds(
    places: set[int],
) -> None:
    """Hash by hash; and a value cannot be put back."""
    rows = [erased(row) if place in places else row for place, row in enumerate(ROWS)]
    assert broken(rows, ROWS[-1].hash) is None
    for place in places:
        assert "ada" not in str(rows[place]) and "evt_" not in str(rows[place])
        rows[place] = of_key(beneficiary="ada")(rows[place])
        assert broken(rows) is not None


def test_salts_are_of_32_octets() -> None:
    with pytest.raises(ValueError, match="32"):
        chained(entry(), None, lambda: b"short")
    assert chained(entry(), None, salts()).prev_hash == GENESIS
