"""Keeps the books of rewards: hears events, closes weeks, signs how far they came.

    event in the outbox, with a row in `reward_inbox`, in one transaction
      → `hear`: rights of it, pending, and the row gone, in one transaction
      → `tend`: 72 hours after the week's end, posted or voided, with receipts

Whoever dies between two of these has lost nothing and doubled nothing: the row is there
or the rights are, and a right is known by event, rule and person for ever. An event
that the rules stumble over keeps its row and holds up no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec
import structlog

from mentalverse_signaling.errors import SignalingError

from ..hooks.defaults import rewards as ledger
from ..hooks.defaults.reward_rules import (
    MICRO,
    Checkpoint,
    Fact,
    Key,
    Overdraft,
    Pack,
    Receipt,
    State,
    checkpoint,
    closes_ms,
    epoch_name,
    epoch_of,
    owed_key,
    pack_hash,
    read_receipt,
)
from ..store import ledger as rows
from ..store import outbox
from ..store import rewards as store
from ..store.engine import Connection, Database
from ..store.ledger import NEVER_CLOSED, Right
from ..store.outbox import OutboxAdded, OutboxRow
from ..store.rewards import CheckpointRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .reward_facts import facts_of
from .reward_measures import RewardMeasures
from .reward_packs import RewardPacks
from .reward_periods import PERIODS, Period, bounds, period_facts
from .reward_telling import (
    expected_micro,
    of_receipt,
    paid_micro,
    tell_checkpoint,
    tell_entry,
    tell_owners,
    tell_paid_owed,
)

POLL_SECONDS = 2.0
"""Between two looks: another process may have stored something."""
EVENTS_AT_ONCE = 50
REVOKED = "revoked"
_ISSUED, _REVOKED = "credential.issued", "credential.revoked"
_CAN_BE_VOIDED = (State.PENDING.value, State.DISPUTED.value)

log = structlog.get_logger()


class RewardBooks:
    """Owns the task that hears; `start`, then `close`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        packs: RewardPacks,
        now_ms: Callable[[], int],
        measures: RewardMeasures,
        *,
        weekly_mvt: int,
        is_on: bool,
    ) -> None:
        """`weekly_mvt`: of each pack that is paid from sources, for a week."""
        self._database = database
        self._writer = writer
        self._packs = packs
        self._now_ms = now_ms
        self._measures = measures
        self._weekly_mvt = weekly_mvt
        self._is_on = is_on
        self._tallied: dict[Period, int] = {}
        """The last millisecond of what was tallied last."""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what a process before this one left."""
        if self._is_on:
            await self._packs.begin()
        await self._writer.run(
            lambda each: store.try_anew(each.connection), lane=WriterLane.OTHER
        )
        self._task = asyncio.create_task(self._rounds(), name="mentalverse-rewards")

    async def close(self) -> None:
        """Stop; a step that is under way in the writer completes there."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def on_committed(self, facts: Sequence[object]) -> None:
        """Of the writer: look if something was told."""
        if any(isinstance(fact, OutboxAdded) for fact in facts):
            self._wake.set()

    async def hear(self) -> None:
        """Make rights of every event that waits; a stumble ends the round."""
        while await self._database.read(store.has_unheard):
            if not await self._writer.run(self._hear_some, lane=WriterLane.OTHER):
                return

    async def tend(self) -> None:
        """Close what is over, and sign the books of the day."""
        if not self._is_on:
            return
        await self.hear()
        for period in PERIODS:
            await self._tally(period)
        while await self._writer.run(self._close_next, lane=WriterLane.OTHER):
            continue
        await self._writer.run(self._sign_day, lane=WriterLane.OTHER)

    async def _tally(self, period: Period) -> None:
        """Make facts of a period that is complete, once in the life of a process.

        Whoever tallies it again makes the same rights again, which changes nothing.
        """
        now_ms = self._now_ms()
        _, last_ms = bounds(period, now_ms)
        if self._tallied.get(period) == last_ms:
            return
        facts = await self._database.read(period_facts, period, now_ms)
        for at in range(0, len(facts), EVENTS_AT_ONCE):
            some = facts[at : at + EVENTS_AT_ONCE]
            await self._writer.run(partial(self._keep, some), lane=WriterLane.OTHER)
        self._tallied[period] = last_ms

    async def _rounds(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.hear()
            except SignalingError as error:
                log.warning("rewards.postponed", code=error.code)
            except Exception:  # the supervisor of every look
                log.exception("rewards.failed")
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    # --- in the writer's thread: what is heard ---

    def _hear_some(self, transaction: Transaction) -> bool:
        connection, is_fine = transaction.connection, True
        packs = self._packs.known(connection) if self._is_on else ()
        for event in store.unheard(connection, EVENTS_AT_ONCE):
            row = outbox.get(connection, event)
            try:
                with connection.begin_nested():
                    if row is not None and packs:
                        self._hear(transaction, row, packs)
                    store.heard(connection, event)
            except Exception:  # the rest of the events is heard all the same
                is_fine = False
                store.stumbled(connection, event)
                log.exception("rewards.not_heard", type=row and row.type)
        return is_fine

    def _hear(
        self, transaction: Transaction, row: OutboxRow, packs: tuple[Pack, ...]
    ) -> None:
        if row.type == _REVOKED:
            self._take_back(transaction, row, packs)
            return
        for fact in facts_of(transaction.connection, row):
            measured = self._measures.added(transaction.connection, fact, packs)
            self.receive(transaction, measured, packs)

    def _keep(self, facts: tuple[Fact, ...], transaction: Transaction) -> None:
        packs = self._packs.known(transaction.connection)
        for fact in facts:
            self.receive(transaction, fact, packs)

    def receive(
        self, transaction: Transaction, fact: Fact, packs: tuple[Pack, ...]
    ) -> bool:
        """Keep the rights of a fact, and tell of them; whether there is a new one."""
        now_ms = self._now_ms()
        if not ledger.receive(transaction, fact, packs, now_ms):
            return False
        known = {pack_hash(pack): pack for pack in packs}
        connection, who = transaction.connection, fact.beneficiary
        for right in store.of_event(connection, fact.evt_id, who):
            pack = known[right.pack_hash]
            micro = expected_micro(pack, right.rule, fact)
            tell_entry(transaction, "pending", right, pack, micro, now_ms)
        tell_owners(transaction, [who])
        return True

    def _take_back(
        self, transaction: Transaction, row: OutboxRow, packs: tuple[Pack, ...]
    ) -> None:
        """Put back what was given for a credential that is revoked."""
        account, type_ = str(row.data["account"]), row.data["type"]
        known = {pack_hash(pack): pack for pack in packs}
        for right in store.of_account(transaction.connection, account):
            fact = msgspec.json.decode(right.fact, type=Fact)
            pack = known.get(right.pack_hash)
            if pack and (fact.type, fact.item) == (_ISSUED, type_):
                self.undo(transaction, right, pack, REVOKED)

    def undo(
        self, transaction: Transaction, right: Right, pack: Pack, reason: str
    ) -> None:
        """Void what is not posted, reverse what is; what has ended stays as it is."""
        now_ms, key = self._now_ms(), Key(*right.key)
        if right.state in _CAN_BE_VOIDED:
            ledger.void(transaction, key, reason, now_ms)
            tell_entry(transaction, "voided", right, pack, 0, now_ms)
        elif right.state == State.POSTED.value:
            try:
                with transaction.connection.begin_nested():
                    ledger.reverse(transaction, key, reason, now_ms)
            except Overdraft:
                log.warning("rewards.spent_since", rule=right.rule)
                return
            told = None if right.receipt is None else _receipt(right)
            paid = 0 if told is None else paid_micro(right, told)
            tell_entry(transaction, "reversed", right, pack, paid, now_ms)
        tell_owners(transaction, [right.beneficiary])

    # --- in the writer's thread: weeks ---

    def _close_next(self, transaction: Transaction) -> bool:
        """Close the next week, if its time has come; whether there may be more."""
        connection, now_ms = transaction.connection, self._now_ms()
        packs = self._packs.known(connection)
        if not packs:
            return False
        closed = rows.lock(connection).closed_epoch
        first = epoch_of(min(pack.effective_ms for pack in packs))
        epoch = first if closed == NEVER_CLOSED else closed + 1
        if now_ms < closes_ms(epoch):
            return False
        amounts = {pack.name: self._weekly_mvt * MICRO for pack in packs}
        found = ledger.close_epoch(transaction, epoch, packs, amounts, now_ms)
        if found is None:
            return True
        known = {pack_hash(pack): pack for pack in packs}
        for right in found.rights:
            row = _row_of(connection, right.key)
            if row is not None:
                what, micro = of_receipt(right.receipt)
                hashed = right.entry.receipt_hash
                tell_entry(
                    transaction, what, row, known[row.pack_hash], micro, now_ms, hashed
                )
        for entry in found.paid_owed:
            row = _row_of(connection, owed_key(entry))
            if row is not None:
                pack = known[row.pack_hash]
                tell_paid_owed(transaction, row, pack, entry, now_ms)
        tell_owners(transaction, (entry.key.beneficiary for entry in found.entries))
        self._sign(transaction, epoch_name(epoch))
        return True

    def _sign_day(self, transaction: Transaction) -> None:
        last = store.last_checkpoint(transaction.connection)
        if last is None or last.day != _day(self._now_ms()):
            self._sign(transaction, epoch_name(epoch_of(self._now_ms())))

    def _sign(self, transaction: Transaction, epoch: str) -> None:
        """Sign the root of all rows, whether or not there are new ones."""
        connection, now_ms = transaction.connection, self._now_ms()
        hashes = store.hashes(connection)
        made = checkpoint.signed(
            Checkpoint(
                epoch=epoch,
                rows=len(hashes),
                head=hashes[-1] if hashes else ledger.GENESIS,
                root=checkpoint.root(hashes),
                at_ms=now_ms,
            ),
            self._packs.key.seed,
        )
        row = CheckpointRow(
            _day(now_ms),
            made.epoch,
            made.rows,
            made.head,
            made.root,
            now_ms,
            made.signature,
        )
        store.add_checkpoint(connection, row)
        tell_checkpoint(transaction, row)


def _row_of(connection: Connection, key: Key) -> Right | None:
    return rows.find(connection, (key.source_event, key.rule, key.beneficiary))


def _receipt(right: Right) -> Receipt:
    return read_receipt((right.receipt or "").encode())


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).date().isoformat()
