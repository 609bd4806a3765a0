"""Fees by a sliding scale, taken beside the server: an operator's command.

    charge ──> due ── yes ─────> booked, as `takings.book` does it
                │ ── no ───────> nothing is booked; refused at first, due if it was due
                └─ silence ────> due: care begins, and the same is asked for again
    due ── booked by hand, or taken back ──> due no longer

It is written as due before anybody is asked, so whoever dies in between leaves it to be
asked for again, and the provider knows the same payment by the same reference. With no
provider for `payment.authorise` the operator's word stands, as with `takings.book`.

No service, call or case waits for any of this: nothing here is asked by the server.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mentalverse_signaling.ids import AccountId

from .clock import SystemClock, from_micros, to_millis
from .config import Config
from .errors import StartupError
from .hooks.decide import Asking
from .hooks.defaults import rewards as ledger
from .hooks.defaults.reward_rules import Pack, fee
from .hooks.parts import chosen_lines
from .hooks.policy import RULES, Decision
from .hooks.ports import Payment, Verdict
from .store import accounts
from .store import fees as store
from .store.fees import FeeRow
from .store.transaction import Transaction
from .takings import in_force, writing

_DECISION = Decision.PAYMENT_AUTHORISE


class Outcome(StrEnum):
    """What became of a fee."""

    BOOKED = "booked"
    BEFORE = "booked_before"
    """Nothing is changed, and nobody was asked."""
    DUE = "due"
    """The provider says nothing: care begins, and it is asked for again."""
    REFUSED = "refused"
    """The provider says no: nothing is booked."""
    NOTHING = "nothing"
    """The fee is 0: nobody was asked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be paid for."""

    service: str
    step: str
    """Of the sliding scale; kept nowhere."""
    reference: str
    handle: str = ""
    """Of who pays; needed where a provider is asked."""


@dataclass(frozen=True, slots=True)
class Charged:
    """What came of it."""

    reference: str
    micro: int
    outcome: Outcome
    reason_code: str = ""
    """Of a no: one of `hooks.ports.Reason`."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is asked for again."""

    reference: str
    service: str
    micro: int
    handle: str
    since: datetime


def charge(config: Config, pack_name: str, wanted: Wanted) -> Charged:
    """Ask for a fee of the pack in force, and book it if there is a yes.

    The same again asks for what is due, and changes nothing that is booked.

    Raises:
        StartupError: no such service or step, the reference is of another fee or was
            taken back, a provider is asked and nobody is named, and what
            `takings.book` raises.
    """
    return asyncio.run(_charge(config, pack_name, wanted))


def charge_due(config: Config, pack_name: str) -> tuple[Charged, ...]:
    """Ask again for everything that is due, one after the other."""
    return asyncio.run(_charge_due(config, pack_name))


def due(config: Config, pack_name: str) -> tuple[Due, ...]:
    """What is due to a pack, the oldest first."""
    with writing(config) as (transaction, _):
        rows = store.every(transaction.connection, pack_name)
        handles = accounts.handles(
            transaction.connection, {row.account for row in rows}
        )
    return tuple(
        Due(
            row.reference,
            row.service,
            row.micro,
            handles.get(row.account, ""),
            from_micros(row.at_ms * 1000),
        )
        for row in rows
    )


async def _charge(config: Config, pack_name: str, wanted: Wanted) -> Charged:
    async with _provider(config) as provider:
        with writing(config) as (transaction, packs):
            pack = in_force(packs, pack_name, to_millis(transaction.now))
            micro = fee(pack, wanted.service, wanted.step)
            of = (wanted.reference, micro)
            if micro == 0:
                return Charged(*of, Outcome.NOTHING)
            if ledger.was_earned(transaction, pack, micro, wanted.reference):
                return Charged(*of, Outcome.BEFORE)
            before = store.find(transaction.connection, pack_name, wanted.reference)
            if before is not None and (before.service, before.micro) != (
                wanted.service,
                micro,
            ):
                raise StartupError(f"{wanted.reference} is due for something else")
            if provider is None:
                _earn(transaction, pack, *of)
                return Charged(*of, Outcome.BOOKED)
            row = before or _added(transaction, pack_name, wanted, micro)
        return await _ask(config, provider, row, was_due=before is not None)


async def _charge_due(config: Config, pack_name: str) -> tuple[Charged, ...]:
    found = []
    async with _provider(config) as provider:
        if provider is None:
            raise StartupError(f"hooks.providers: nobody is asked for {_DECISION}")
        for each in due(config, pack_name):
            with writing(config) as (transaction, _):
                row = store.find(transaction.connection, pack_name, each.reference)
            if row is not None:
                found.append(await _ask(config, provider, row, was_due=True))
    return tuple(found)


async def _ask(
    config: Config, provider: Asking, row: FeeRow, *, was_due: bool
) -> Charged:
    """Outside of any transaction: nobody who books waits for a provider."""
    question = Payment(AccountId(row.account), row.service, row.micro, row.reference)
    seconds = RULES[_DECISION].deadline_seconds
    answer = (await provider.ask(question, seconds)).answer
    of = (row.reference, row.micro)
    with writing(config) as (transaction, packs):
        if answer.verdict is Verdict.ALLOW:
            pack = in_force(packs, row.pack, to_millis(transaction.now))
            is_new = _earn(transaction, pack, *of)
            return Charged(*of, Outcome.BOOKED if is_new else Outcome.BEFORE)
        if answer.verdict is Verdict.UNKNOWN:
            return Charged(*of, Outcome.DUE)
        if not was_due:
            store.drop(transaction.connection, row.pack, row.reference)
        return Charged(*of, Outcome.REFUSED, answer.reason_code)


@asynccontextmanager
async def _provider(config: Config) -> AsyncIterator[Asking | None]:
    """Whoever is named for payments; None: nobody."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        lines = chosen_lines(config, clock, secrets.token_bytes, stack).get(_DECISION)
        if lines is None:
            yield None
        else:
            yield Asking(_DECISION, lines, lambda: to_millis(clock.now()))


def _earn(transaction: Transaction, pack: Pack, reference: str, micro: int) -> bool:
    now_ms = to_millis(transaction.now)
    is_new = ledger.earn(transaction, pack, micro, reference, now_ms)
    store.drop(transaction.connection, pack.name, reference)
    return is_new


def _added(
    transaction: Transaction, pack_name: str, wanted: Wanted, micro: int
) -> FeeRow:
    if not wanted.handle:
        raise StartupError("a provider is asked for it: say whose account pays")
    account = accounts.account_by_handle(transaction.connection, wanted.handle)
    if account is None:
        raise StartupError("nobody has this handle")
    at_ms = to_millis(transaction.now)
    of = (wanted.reference, account.id, wanted.service, micro)
    row = FeeRow(pack_name, *of, at_ms)
    store.add(transaction.connection, row)
    return row
