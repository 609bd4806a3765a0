"""Rewards over the wire: from a session that was attended to a receipt, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from mentalverse_client.rewards import recompute
from mentalverse_modules.rewards import documents
from mentalverse_modules.rewards.errors import UntrustedPack
from mentalverse_modules.rewards.facts import Fact, Measured
from mentalverse_modules.rewards.receipt import receipt_bytes
from mentalverse_server.hooks.defaults import rewards as ledger
from mentalverse_server.services.erasure import erase
from mentalverse_server.store import calls, credentials, rewards
from mentalverse_server.store.credentials import CredentialRow
from mentalverse_server.store.tables_crisis import crisis_cases
from mentalverse_server.store.tables_rewards import ledger_rights, reward_inbox
from mentalverse_server.store.transaction import Transaction
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotNow,
    PasskeyRequired,
    RewardsOff,
    RoleRequired,
)
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.reward_events import EntryState
from mentalverse_signaling.roles import Role
from support.call_wire import call_wire, relay
from support.clock import ManualClock
from support.reward_house import MINUTES, reward_house

REQUEST = "a" * 32


@pytest.mark.capability("T01")
@pytest.mark.capability("T13")
async def test_an_attended_session_becomes_a_receipt_that_anybody_recomputes(
    tmp_path: Path,
) -> None:
    """Pending at once, settled with its week, the same octets by the pure module."""
    async with reward_house(tmp_path) as house:
        await house.credential()
        await house.met()
        for who, rule in ((house.mentor, "peer.session"), (house.mentee, "mentee.s")):
            await who.told("reward.changed")
            (entry,) = await house.entries(who, rule)
            assert (entry.state, entry.minutes) == (EntryState.PENDING, MINUTES)
            assert int(entry.micro) > 0
            with pytest.raises(NotFound):
                await who.call("reward.receipt", entry=entry.entry)
        await house.week_over()
        (entry,) = await house.entries(house.mentor, "peer.session")
        assert (entry.state, entry.reason) == (EntryState.POSTED, None)
        papers = await house.mentor.call("reward.receipt", entry=entry.entry)
        found = await house.mentor.call("reward.list")
        checked = recompute(papers, bytes.fromhex(found.policy_key))
        receipt = checked.receipt
        assert checked.flaws == ()
        assert receipt_bytes(receipt) == papers.document.encode()
        for other in (
            msgspec.structs.replace(papers, event="another"),
            msgspec.structs.replace(papers, beneficiary=house.mentee.account),
        ):
            with_other = recompute(other, bytes.fromhex(found.policy_key))
            assert with_other.flaws == ("subject",)
        with pytest.raises(UntrustedPack):
            recompute(papers, bytes(32))
        assert str(receipt.paid_micro) == entry.micro
        assert house.mentor.account not in papers.document
        total = sum(int(each.micro) for each in found.entries)
        assert (found.balance_micro, found.pending_micro) == (str(total), "0")
        with pytest.raises(NotFound):
            await house.mentee.call("reward.receipt", entry=entry.entry)


@pytest.mark.capability("T01")
async def test_every_right_is_told_pending_and_settled_once_and_the_books_are_signed(
    tmp_path: Path,
) -> None:
    """However often the week is closed, and after a start of the same server again."""
    clock = ManualClock()
    async with reward_house(tmp_path, clock) as house:
        await house.credential()
        await house.met()
        for _ in range(2):
            await house.books.hear()
        await house.week_over()
        await house.books.tend()
        mine = await house.entries(house.mentor)
        everybody = [*mine, *await house.entries(house.mentee)]
        settled = await house.told("reward.posted") + await house.told("reward.voided")
        assert len(await house.told("reward.pending")) == len(everybody)
        assert len(settled) == len(everybody)
        (activated, other) = await house.told("policy.activated")
        assert {activated["name"], other["name"]} == {"peer", "professional"}
        checkpoints = await house.told("ledger.checkpoint")
        assert checkpoints[-1]["seq"] == len(everybody)
        assert await house.write(ledger.verify) is None
    async with call_wire(tmp_path, clock, relay(tmp_path)) as again:
        after = await again.api.server.database.read(
            lambda link: len(link.execute(select(ledger_rights)).all())
        )
        assert after == len(everybody)


@pytest.mark.capability("T05")
async def test_who_opted_out_has_nothing_written_down(tmp_path: Path) -> None:
    """From then on; and again once they want it."""
    async with reward_house(tmp_path) as house:
        for out in (True, True, False, True):
            choice = await house.mentee.call("reward.opt", request=REQUEST, out=out)
            assert choice.opted_out is out
        await house.met()
        assert await house.entries(house.mentee) == []
        rows = await house.wire.api.server.database.read(
            lambda link: list(link.execute(select(ledger_rights.c.beneficiary)))
        )
        assert house.mentee.account not in str(rows)
        assert (await house.mentee.call("reward.list")).opted_out


@pytest.mark.capability("T13")
async def test_a_dispute_holds_until_two_have_looked(tmp_path: Path) -> None:
    """What is held is settled by no week; released, by the next."""
    async with reward_house(tmp_path) as house:
        await house.met()
        (entry,) = await house.entries(house.mentee)
        said = {"request": REQUEST, "entry": entry.entry, "reason": "it was longer"}
        for _ in range(2):
            (held,) = (await house.mentee.call("reward.dispute", **said)).entries
            assert (held.state, held.reason) == (EntryState.HELD, "disputed")
        await house.week_over()
        (entry,) = await house.entries(house.mentee)
        assert entry.state is EntryState.HELD
        await house.fresh(house.one, house.two)
        which = {"account": house.mentee.account, "entry": entry.entry}
        with pytest.raises(RoleRequired):
            await house.mentee.call("reward.decide", **which, correct=True)
        (waiting,) = (await house.one.call("reward.disputes")).disputes
        assert (waiting.reason, waiting.mine) == ("it was longer", None)
        for _ in range(2):
            (waiting,) = (
                await house.one.call("reward.decide", **which, correct=False)
            ).disputes
            assert (waiting.mine, waiting.others) == (False, 0)
        left = await house.two.call("reward.decide", **which, correct=False)
        assert left.disputes == ()
        with pytest.raises(NotNow):
            await house.mentee.call("reward.dispute", **said)
        await house.week_over()
        (entry,) = await house.entries(house.mentee)
        assert entry.state is EntryState.POSTED
        assert len(await house.told("reward.disputed")) == 1


@pytest.mark.capability("T03")
@pytest.mark.capability("T14")
async def test_a_posted_entry_that_two_find_wrong_is_put_back(tmp_path: Path) -> None:
    """By an entry of its own: the balance is what it was, and the chain holds."""
    async with reward_house(tmp_path) as house:
        await house.met()
        await house.week_over()
        (entry,) = await house.entries(house.mentee)
        said = {"request": REQUEST, "entry": entry.entry, "reason": "I was not there"}
        (same,) = (await house.mentee.call("reward.dispute", **said)).entries
        assert same.state is EntryState.POSTED
        which = {"account": house.mentee.account, "entry": entry.entry}
        await house.fresh(house.one, house.two)
        for each in (house.one, house.two):
            await each.call("reward.decide", **which, correct=True)
        found = await house.mentee.call("reward.list")
        assert (found.entries[0].state, found.balance_micro) == (
            EntryState.CORRECTED,
            "0",
        )
        assert len(await house.told("reward.reversed")) == 1
        assert await house.write(ledger.verify) is None


@pytest.mark.capability("T14")
async def test_what_was_given_for_a_revoked_credential_is_taken_back(
    tmp_path: Path,
) -> None:
    async with reward_house(tmp_path) as house:
        id_ = await house.credential()
        await house.books.hear()
        kinds = {each.rule for each in await house.entries(house.mentor)}
        assert kinds == {"peer.training", "peer.certification", "peer.skill"}
        await house.week_over()
        await house.fresh(house.two)
        await house.two.call("credential.revoke", credential=id_, reason="conduct")
        await house.books.hear()
        (skill,) = await house.entries(house.mentor, "peer.skill")
        assert skill.state is EntryState.CORRECTED


@pytest.mark.capability("T03")
async def test_an_award_takes_two_and_neither_is_who_gets_it(tmp_path: Path) -> None:
    async with reward_house(tmp_path) as house:
        asked: dict[str, Any] = {"rule": "peer.knowledge"}
        asked["account"] = house.mentor.account
        asked |= {"reason": "a guide"}
        with pytest.raises(BadRequest):
            await house.one.call("reward.award", award=REQUEST, **asked, amount_mvt=999)
        asked["amount_mvt"] = 50
        for _ in range(2):
            view = await house.one.call("reward.award", award=REQUEST, **asked)
            assert (view.state, view.approvals, view.mine) == ("proposed", 1, True)
        with pytest.raises(Conflict):
            other = asked | {"reason": "another"}
            await house.two.call("reward.award", award=REQUEST, **other)
        own = asked | {"account": house.one.account}
        with pytest.raises(Forbidden):
            await house.one.call("reward.award", award="b" * 32, **own)
        assert await house.entries(house.mentor) == []
        await house.one.call("reward.approve", award=REQUEST)
        view = await house.two.call("reward.approve", award=REQUEST)
        assert (view.state, view.approvals) == ("approved", 2)
        with pytest.raises(NotNow):
            await house.two.call("reward.refuse", award=REQUEST)
        await house.week_over()
        (entry,) = await house.entries(house.mentor)
        assert (entry.state, entry.micro) == (EntryState.POSTED, "50000000")
        (shown,) = (await house.two.call("reward.awards")).awards
        assert shown.handle == "max"


@pytest.mark.capability("T13")
async def test_another_pack_takes_two_operators_and_a_time_to_come(
    tmp_path: Path,
) -> None:
    """What happened before is judged by the pack of its own time."""
    async with reward_house(tmp_path) as house:
        ann = await house.wire.member("ann", Role.OPERATOR)
        bob = await house.wire.member("bob", Role.OPERATOR)
        past = house.wire.clock.now() - timedelta(days=1)
        soon = house.wire.clock.now() + timedelta(days=1)
        with pytest.raises(RoleRequired):
            await house.one.call("reward.activate", document=_pack(soon, 2))
        with pytest.raises(PasskeyRequired):
            await ann.call("reward.activate", document=_pack(soon, 2))
        await house.fresh(ann, bob)
        with pytest.raises(NotNow):
            await ann.call("reward.activate", document=_pack(past, 2))
        with pytest.raises(Conflict):
            await ann.call("reward.activate", document=_pack(soon, 1))
        with pytest.raises(BadRequest, match="range"):
            await ann.call("reward.activate", document=_pack(soon, 2, lo=999))
        for _ in range(2):
            found = await ann.call("reward.activate", document=_pack(soon, 2))
            (waiting,) = [each for each in found.packs if not each.is_active]
            assert waiting.mine
        found = await bob.call("reward.activate", document=_pack(soon, 2))
        assert all(each.is_active for each in found.packs)
        assert len(await house.told("policy.activated")) == 3
        await house.met()
        house.wire.clock.advance(86_400)
        await house.met()
        micros = {int(each.micro) for each in await house.entries(house.mentee)}
        assert micros == {30_000_000, 29_000_000}


@pytest.mark.capability("T10")
@pytest.mark.parametrize("is_drill", [True, False])
async def test_a_shift_is_paid_by_the_minute_with_no_case_and_with_five(
    tmp_path: Path, *, is_drill: bool
) -> None:
    """What is told is the same, and of a drill nothing is."""
    streams = []
    for cases in (0, 5):
        folder = tmp_path / str(cases)
        folder.mkdir()
        async with reward_house(folder) as house:
            await house.write(partial(_licensed, house.one.account, house.now_ms()))
            for number in range(cases):
                case = {"case": f"{number:032}", "state": "closed"}
                await house.tell("crisis.closed", f"case:{number:032}", case)
            shift: dict[str, Any] = {"shift": "s1", "role": "responder"}
            shift |= {"account": house.one.account, "minutes": 480}
            await house.tell("duty.ended", "shift:s1", shift, drill=is_drill)
            told = await house.told("reward.pending")
            await house.week_over()
            told += [
                *await house.told("reward.posted"),
                *await house.told("reward.voided"),
            ]
            streams.append([{k: each[k] for k in _OF_A_STREAM} for each in told])
            rows = await house.wire.api.server.database.read(
                lambda link: list(link.execute(select(reward_inbox)))
            )
            assert rows == []
    assert streams[0] == streams[1]
    assert [each["code"] for each in streams[0]] == ([] if is_drill else ["duty"] * 2)


@pytest.mark.capability("T11")
async def test_sessions_that_were_kept_are_measured_when_their_calls_are_forgotten(
    tmp_path: Path,
) -> None:
    """What professionals do later has the quarter's availability, by the minute."""
    async with reward_house(tmp_path) as house:
        await house.write(partial(_licensed, house.one.account, house.now_ms()))
        house.mentor = house.one
        await house.met()
        house.wire.clock.advance(130 * 86_400)
        now_ms = house.now_ms()
        await house.write(lambda each: calls.forget(each.connection, now_ms))
        await house.write(
            lambda each: credentials.change(
                each.connection, "e" * 32, supervised_ms=now_ms
            )
        )
        shift: dict[str, Any] = {"shift": "s1", "role": "responder", "minutes": 60}
        shift["account"] = house.one.account
        await house.tell("duty.ended", "shift:s1", shift)
        rights = await house.wire.api.server.database.read(
            rewards.of_account, house.one.account
        )
        found = {
            right.rule: msgspec.json.decode(right.fact, type=Fact) for right in rights
        }
        assert found["professional.session"].measures == {}
        measured = {"availability": Measured(MINUTES, MINUTES)}
        assert found["professional.duty"].measures == measured


@pytest.mark.capability("T05")
async def test_in_a_crisis_nobody_hears_of_rewards(tmp_path: Path) -> None:
    async with reward_house(tmp_path) as house:
        values: dict[str, Any] = {"id": "c" * 32, "request": "d" * 32}
        values["person"] = house.mentee.account
        values |= {"state": "open", "on_desk": True, "document": "{}"}
        await house.write(
            lambda each: each.connection.execute(insert(crisis_cases).values(values))
        )
        await house.met()
        assert len(await house.entries(house.mentee)) == 1
        heard = [each["data"][0] for each in house.mentee.socket.pushed]
        assert "reward.changed" not in heard


@pytest.mark.capability("T05")
async def test_erasing_an_account_leaves_a_chain_that_holds(tmp_path: Path) -> None:
    """And nothing of whose it was, in any table of rewards."""
    async with reward_house(tmp_path) as house:
        await house.met()
        (entry,) = await house.entries(house.mentee)
        said = {"request": REQUEST, "entry": entry.entry, "reason": "longer"}
        await house.mentee.call("reward.opt", request=REQUEST, out=True)
        await house.week_over()
        await house.mentee.call("reward.dispute", **said)
        gone = house.mentee.account
        await house.write(lambda each: erase(each, gone))
        assert await house.write(ledger.verify) is None
        assert await house.write(lambda each: _left_of(each, gone)) == []


@pytest.mark.capability("T05")
async def test_switched_off_nothing_is_written_and_everything_says_so(
    tmp_path: Path,
) -> None:
    async with reward_house(tmp_path, settings={"rewards.enabled": False}) as house:
        await house.met()
        for event in ("list", "awards", "disputes", "packs"):
            with pytest.raises(RewardsOff):
                await house.one.call(f"reward.{event}")
        await house.week_over()
        rows = await house.wire.api.server.database.read(
            lambda link: list(link.execute(select(ledger_rights)))
        )
        assert rows == []


_OF_A_STREAM = ("code", "micro_mvt")
"""What is not a name or a hash of what somebody was told."""


def _licensed(account: AccountId, now_ms: int, transaction: Transaction) -> None:
    row = CredentialRow(
        id="e" * 32,
        account=account,
        credential="professional",
        skill="clinical",
        status="active",
        reason="",
        from_ms=now_ms,
        until_ms=now_ms + 365 * 86_400_000,
        supervised_ms=None,
        status_list=0,
        status_index=1,
        token="",
    )
    credentials.put(transaction.connection, row)


def _pack(begins: datetime, rev: int, lo: int = 10) -> str:
    peer = documents.shipped("peer")
    rules = tuple(
        msgspec.structs.replace(rule, lo=lo, hi=29)
        if rule.code == "mentee.session"
        else rule
        for rule in peer.rules
    )
    text = f"{begins.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    pack = msgspec.structs.replace(peer, rules=rules, rev=rev, effective_from=text)
    return documents.written(pack).decode()


def _left_of(transaction: Transaction, account: str) -> list[str]:
    tables = ledger_rights.metadata.tables
    names = [name for name in tables if name.startswith(("ledger_", "reward_"))]
    rows = {
        name: str(transaction.connection.execute(select(tables[name])).all())
        for name in names
    }
    return [name for name, text in rows.items() if account in text]
