"""What somebody was given for their time: looked up, disputed, or not wanted at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from mentalverse_signaling.errors import NotFound, NotNow, RewardsOff
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.reward_events import (
    MAX_ENTRIES,
    EntryState,
    RewardEntries,
    RewardPapers,
    RewardsView,
    SignedRewardPack,
)

from ..clock import to_millis
from ..hooks.defaults import rewards as ledger
from ..hooks.defaults.reward_rules import Fact, Key, Pack, State, pack_hash
from ..store import ledger as rows
from ..store import rewards as store
from ..store.engine import Connection, Database
from ..store.ledger import Right
from ..store.rewards import DisputeRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .reward_packs import RewardPacks
from .reward_telling import (
    entry_of,
    expected_micro,
    key_of,
    tell_entry,
    tell_owners,
)
from .reward_views import WAITING, entry_view

T = TypeVar("T")
_DONE = (EntryState.VOIDED, EntryState.CORRECTED)


class Rewards:
    """What accounts do with rewards of their own."""

    def __init__(
        self, database: Database, writer: Writer, packs: RewardPacks, *, is_on: bool
    ) -> None:
        self._database = database
        self._writer = writer
        self._packs = packs
        self._is_on = is_on

    async def list(self, account: AccountId, before: str | None) -> RewardsView:
        """Somebody's own entries, the newest first; those behind `before`.

        Raises `RewardsOff`.
        """
        self.require_on()
        return await self._database.read(self._list, account, before)

    async def receipt(self, account: AccountId, entry: str) -> RewardPapers:
        """What it takes to compute an entry again.

        Raises `RewardsOff`, `NotFound` (nobody's, somebody else's, or not settled).
        """
        self.require_on()
        return await self._database.read(self._papers, key_of(entry, account))

    async def dispute(
        self, account: AccountId, entry: str, reason: str
    ) -> RewardEntries:
        """Have two people look at an entry; disputed already, it stays so.

        Raises `RewardsOff`, `NotFound`, `NotNow` (two have looked, or it was put back).
        """
        self.require_on()
        key = key_of(entry, account)
        return await self._run(lambda each: self._dispute(each, key, reason))

    async def opt(self, account: AccountId, *, out: bool) -> bool:
        """Want no entries from now on, or want them again. Raises `RewardsOff`."""
        self.require_on()

        def script(transaction: Transaction) -> bool:
            at_ms = to_millis(transaction.now)
            if store.choose(transaction.connection, account, at_ms, out=out):
                tell_owners(transaction, [account])
            return out

        return await self._run(script)

    def require_on(self) -> None:
        """Raises `RewardsOff`."""
        if not self._is_on:
            raise RewardsOff("nothing is rewarded here")

    def _list(
        self, connection: Connection, account: AccountId, before: str | None
    ) -> RewardsView:
        packs = self._known(connection)
        disputed = store.disputed(connection, account)
        every = [
            entry_view(
                connection, right, packs, is_disputed=disputed.get(right.key, False)
            )
            for right in sorted(
                store.of_account(connection, account), key=_age, reverse=True
            )
        ]
        names = [each.entry for each in every]
        behind = names.index(before) + 1 if before in names else 0
        shown = every[behind : behind + MAX_ENTRIES]
        name = f"member:{account}"
        balance = rows.balances(connection, [name]).get(name, 0)
        return RewardsView(
            entries=tuple(shown),
            more=behind + len(shown) < len(every),
            balance_micro=str(balance),
            pending_micro=str(
                sum(int(each.micro) for each in every if each.state in WAITING)
            ),
            total_minutes=sum(
                each.minutes for each in every if each.state not in _DONE
            ),
            opted_out=store.is_out(connection, account),
            policy_key=self._packs.key.public.hex(),
        )

    def _papers(self, connection: Connection, key: Key) -> RewardPapers:
        right = rows.find(connection, (key.source_event, key.rule, key.beneficiary))
        if right is None or right.receipt is None:
            raise NotFound("there is no receipt of it")
        _, signed = self._packs.papers(connection, right.pack_hash)
        return RewardPapers(
            document=right.receipt,
            pack=SignedRewardPack(signed.document, signed.key, signed.signature),
            event=right.source_event,
            beneficiary=AccountId(right.beneficiary),
        )

    def _dispute(
        self, transaction: Transaction, key: Key, reason: str
    ) -> RewardEntries:
        connection = transaction.connection
        right = own_right(connection, key)
        before = store.dispute(connection, right.key)
        if before is None:
            self._hold(transaction, right, reason)
        elif not before.is_open:
            raise NotNow("two people have looked at it")
        after = own_right(connection, key)
        packs = self._known(connection)
        return RewardEntries((entry_view(connection, after, packs, is_disputed=True),))

    def _hold(self, transaction: Transaction, right: Right, reason: str) -> None:
        connection, at_ms = transaction.connection, to_millis(transaction.now)
        if right.state == State.REVERSED.value:
            raise NotNow("it was put back")
        row = DisputeRow(
            *right.key[:2], AccountId(right.beneficiary), reason, at_ms, is_open=True
        )
        store.add_dispute(connection, row)
        if right.state == State.PENDING.value:
            ledger.dispute(transaction, Key(*right.key))
        pack = self._known(connection)[right.pack_hash]
        fact = msgspec.json.decode(right.fact, type=Fact)
        micro = expected_micro(pack, right.rule, fact)
        tell_entry(transaction, "disputed", right, pack, micro, at_ms)
        tell_owners(transaction, [right.beneficiary])

    def _known(self, connection: Connection) -> dict[str, Pack]:
        return {pack_hash(pack): pack for pack in self._packs.known(connection)}

    async def _run(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)


def own_right(connection: Connection, key: Key) -> Right:
    """A right that a fact gave. Raises `NotFound`."""
    right = rows.find(connection, (key.source_event, key.rule, key.beneficiary))
    if right is None or not right.bucket:
        raise NotFound("there is no such entry")
    return right


def _age(right: Right) -> tuple[int, str]:
    fact = msgspec.json.decode(right.fact, type=Fact)
    return fact.occurred_at_ms, entry_of(*right.key[:2])
