"""Fees are asked for beside the server: booked once, or due, and never twice."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mentalverse_modules.rewards.documents import pack_hash, shipped, signed
from mentalverse_modules.rewards.packs import MICRO, Fee
from mentalverse_server import books, fees, takings
from mentalverse_server.config import Config, load_config
from mentalverse_server.errors import StartupError
from mentalverse_server.fees import Charged, Outcome, Wanted
from mentalverse_server.hooks.decide import Asking
from mentalverse_server.hooks.policy import RULES, Decision
from mentalverse_server.hooks.ports import (
    UNKNOWN,
    Answer,
    Payment,
    Reason,
    Verdict,
)
from mentalverse_server.keyring import open_keyring
from mentalverse_server.operator import beside_the_server
from mentalverse_server.services.reward_packs import PolicyKey
from mentalverse_server.store import accounts
from mentalverse_server.store import ledger as rows
from mentalverse_server.store import rewards as store
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.personal import forget
from mentalverse_server.store.rewards import PackRow
from mentalverse_signaling.ids import AccountId
from support.installed_provider import Register, installed_provider

MIA = AccountId("a" * 32)
NOW = datetime(2026, 1, 5, tzinfo=UTC)
SCALE = (("full", 60 * MICRO), ("half", 30 * MICRO), ("none", 0))
PACK = msgspec.structs.replace(
    shipped("professional"),
    effective_from="2026-01-05T00:00:00Z",
    fees=(Fee("session", SCALE), Fee("session.extended", SCALE)),
)
HALF = Wanted("session", "half", "2026/7", "mia")
YES, NO = Answer(Verdict.ALLOW), Answer(Verdict.DENY, Reason.TOO_LITTLE_CREDIT)
AUTHORISE = RULES[Decision.PAYMENT_AUTHORISE]


@dataclass
class House:
    """An installation with a pack that has fees, and somebody who pays."""

    alone: Config
    asking: Config
    """With a provider of payments."""
    register: Register

    def charge(self, wanted: Wanted = HALF, says: Answer = YES) -> Charged:
        self.register.says = lambda: says
        return fees.charge(self.asking, "professional", wanted)

    def again(self, says: Answer = YES) -> list[Outcome]:
        self.register.says = lambda: says
        found = fees.charge_due(self.asking, "professional")
        return [one.outcome for one in found]

    def refund(self) -> None:
        takings.take_back(self.alone, "professional", HALF.reference, "refunded")

    @property
    def due(self) -> list[tuple[str, str, int, str]]:
        found = fees.due(self.alone, "professional")
        return [(one.reference, one.service, one.micro, one.handle) for one in found]

    @property
    def held(self) -> int:
        """In all buckets, which is what was taken: the books agree with that."""
        names = [f"bucket:{name}" for name, _ in PACK.buckets]
        with beside_the_server(self.alone) as database:
            balances = database.write(rows.balances, [*names, "src:revenue"])
            debits, credits = database.write(rows.sums)
        assert debits == credits
        assert sum(balances.values()) == 0
        found = books.verified(self.alone)
        assert (found.broken_row, found.flaws) == (None, ())
        return -balances.get("src:revenue", 0)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    flags = {"server.data_dir": tmp_path / "data"}
    named = flags | {"hooks.providers": ["register payment.authorise"]}
    alone, asking = (load_config(None, {}, one).config for one in (flags, named))
    with (
        installed_provider(tmp_path, monkeypatch) as register,
        beside_the_server(alone) as database,
    ):
        key = PolicyKey(open_keyring(alone.server.data_dir, secrets.token_bytes))

        def script(connection: Connection) -> None:
            paper = signed(PACK, key.seed)
            row = PackRow(
                pack_hash(PACK),
                PACK.name,
                PACK.rev,
                PACK.effective_ms,
                paper.document,
                paper.key,
                paper.signature,
                None,
                None,
                PACK.effective_ms,
            )
            store.put_pack(connection, row)
            accounts.create_account(connection, MIA, "mia", b"a" * 32, now=NOW)

        database.write(script)
        yield House(alone, asking, register)


@pytest.mark.usefixtures("patient")
@pytest.mark.capability("T14")
def test_a_yes_is_booked_once_by_its_reference(house: House) -> None:
    """The provider hears of the account, the service and the amount, and of no step."""
    assert house.charge() == Charged("2026/7", 30 * MICRO, Outcome.BOOKED)
    assert house.charge().outcome is Outcome.BEFORE
    question = Payment(MIA, "session", 30 * MICRO, "2026/7")
    assert house.register.asked == [("authorise", question)]
    assert (house.held, house.due) == (30 * MICRO, [])
    with pytest.raises(StartupError, match="another amount"):
        house.charge(replace(HALF, step="full"))
    assert house.held == 30 * MICRO


@pytest.mark.usefixtures("patient")
@pytest.mark.capability("T14")
def test_at_a_no_nothing_is_booked_and_nothing_is_due(house: House) -> None:
    found = house.charge(says=NO)
    assert found == Charged("2026/7", 30 * MICRO, Outcome.REFUSED, NO.reason_code)
    assert (house.held, house.due) == (0, [])
    assert house.charge().outcome is Outcome.BOOKED


@pytest.mark.usefixtures("patient")
@pytest.mark.capability("T14")
def test_silence_is_billed_later_and_never_twice(house: House) -> None:
    """Neither a no nor more silence loses what is due."""
    assert house.charge(says=UNKNOWN).outcome is Outcome.DUE
    due = [("2026/7", "session", 30 * MICRO, "mia")]
    assert (house.held, house.due) == (0, due)
    assert house.charge(says=UNKNOWN).outcome is Outcome.DUE
    assert house.again(UNKNOWN) == [Outcome.DUE]
    assert house.again(NO) == [Outcome.REFUSED]
    assert (house.held, house.due) == (0, due)
    with pytest.raises(StartupError, match="something else"):
        house.charge(replace(HALF, step="full"))
    with pytest.raises(StartupError, match="something else"):
        house.charge(replace(HALF, service="session.extended"))
    assert house.again() == [Outcome.BOOKED]
    assert house.again() == []
    assert (house.held, house.due) == (30 * MICRO, [])
    assert house.charge().outcome is Outcome.BEFORE
    references = {q.reference for _, q in house.register.asked if type(q) is Payment}
    assert references == {"2026/7"}


@pytest.mark.capability("T14")
def test_a_provider_that_hangs_holds_nothing_up_beyond_its_deadline(
    house: House,
) -> None:
    """It is asked; the wait is that of the table, and what is due is kept."""
    let_go, waited = threading.Event(), []
    began = time.monotonic()

    def hangs() -> Answer:
        waited.append(time.monotonic() - began)
        let_go.wait(60)
        return YES

    house.register.says = hangs
    found = fees.charge(house.asking, "professional", HALF)
    spent = time.monotonic() - began
    let_go.set()
    assert found.outcome is Outcome.DUE
    # What is left is that of opening the database twice, on whatever machine this is.
    assert AUTHORISE.deadline_seconds <= spent < 30
    assert len(waited) == 1
    assert (house.held, len(house.due)) == (0, 1)


@pytest.mark.usefixtures("patient")
@pytest.mark.capability("T14")
def test_who_is_cut_off_while_asking_leaves_it_due(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutOff(Exception):
        pass

    async def ask(*_: object) -> object:
        raise CutOff

    with monkeypatch.context() as patched:
        patched.setattr(Asking, "ask", ask)
        with pytest.raises(CutOff):
            house.charge()
    assert (house.held, len(house.due)) == (0, 1)
    assert house.charge().outcome is Outcome.BOOKED
    assert (house.held, house.due) == (30 * MICRO, [])


@pytest.mark.usefixtures("patient")
@pytest.mark.capability("T14")
def test_what_is_booked_while_a_provider_thinks_is_booked_once(house: House) -> None:
    """It holds up nobody who books meanwhile."""

    def books_first() -> Answer:
        takings.book(house.alone, "professional", 30 * MICRO, HALF.reference)
        return YES

    house.register.says = books_first
    found = fees.charge(house.asking, "professional", HALF)
    assert found.outcome is Outcome.BEFORE
    assert (house.held, house.due) == (30 * MICRO, [])


@pytest.mark.usefixtures("patient")
@pytest.mark.capability("T14")
def test_a_refund_restores_every_balance(house: House) -> None:
    """By one row more; the reference stays used."""
    before = takings.buckets(house.alone, "professional")
    house.charge()
    house.refund()
    assert takings.buckets(house.alone, "professional") == before
    assert house.held == 0
    assert books.verified(house.alone).rows == 2
    with pytest.raises(StartupError, match="put back"):
        house.charge()
    with pytest.raises(StartupError):
        house.refund()


@pytest.mark.usefixtures("patient")
@pytest.mark.capability("T14")
def test_what_is_due_is_let_go_or_booked_by_hand(house: House) -> None:
    """And not asked for again; by hand with the amount that is due."""
    house.charge(says=UNKNOWN)
    with pytest.raises(StartupError, match="a reason"):
        takings.take_back(house.alone, "professional", HALF.reference, "")
    house.refund()
    assert (house.held, house.due, house.again()) == (0, [], [])
    house.charge(says=UNKNOWN)
    with pytest.raises(StartupError, match="another amount"):
        takings.book(house.alone, "professional", 1, HALF.reference)
    assert len(house.due) == 1
    takings.book(house.alone, "professional", 30 * MICRO, HALF.reference)
    assert (house.held, house.due, house.again()) == (30 * MICRO, [], [])


@pytest.mark.capability("T14")
def test_with_no_provider_the_operators_word_stands(house: House) -> None:
    """Of one charge, also of one that is due; not of everything that is."""
    wanted = replace(HALF, handle="")
    assert fees.charge(house.alone, "professional", wanted).outcome is Outcome.BOOKED
    assert house.held == 30 * MICRO
    house.charge(replace(HALF, reference="2026/8"), says=UNKNOWN)
    other = replace(wanted, reference="2026/8")
    assert fees.charge(house.alone, "professional", other).outcome is Outcome.BOOKED
    assert (house.held, house.due) == (60 * MICRO, [])
    with pytest.raises(StartupError, match="payment.authorise"):
        fees.charge_due(house.alone, "professional")


@pytest.mark.usefixtures("patient")
def test_a_fee_of_nothing_is_asked_of_nobody(house: House) -> None:
    wanted = replace(HALF, step="none", handle="")
    assert house.charge(wanted).outcome is Outcome.NOTHING
    assert (house.register.asked, house.held, house.due) == ([], 0, [])


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (replace(HALF, service="crisis"), "a service with a fee"),
        (replace(HALF, step="quarter"), "a step of the scale"),
        (replace(HALF, reference="a b"), "a reference"),
        (replace(HALF, handle=""), "whose account"),
        (replace(HALF, handle="nobody"), "nobody has this handle"),
    ],
)
def test_what_cannot_be_charged_is_asked_of_nobody(
    house: House, wanted: Wanted, said: str
) -> None:
    with pytest.raises(StartupError, match=said):
        house.charge(wanted)
    assert (house.register.asked, house.held, house.due) == ([], 0, [])


@pytest.mark.usefixtures("patient")
def test_what_is_due_goes_with_the_account(house: House) -> None:
    house.charge(says=UNKNOWN)
    with beside_the_server(house.alone) as database:
        database.write(forget, MIA)
    assert house.due == []
