"""What two people decide: disputes, and amounts that no rule of evidence gives.

    open dispute  --two say "correct"-->  voided if it was held, reversed if posted
                  --two say otherwise-->  the next week settles it if it was held

    award  --proposed, approved by another-->  a fact like any other
           --refused by anybody-->             an end

Coordinators and supervisors decide, each with a fresh passkey, and nobody about
themselves. Proposing an award is the first word for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotNow,
)
from mentalverse_signaling.ids import AccountId, ClientId
from mentalverse_signaling.reward_events import (
    MAX_WAITING,
    Awards,
    AwardState,
    AwardView,
    Disputes,
    DisputeView,
    RewardAward,
)

from ..clock import to_millis
from ..hooks.defaults import reward_rules as rules
from ..hooks.defaults import rewards as ledger
from ..hooks.defaults.reward_rules import (
    Award,
    Key,
    Pack,
    RewardError,
    State,
    awards,
    pack_hash,
    valid_at,
)
from ..store import accounts
from ..store import rewards as store
from ..store.engine import Connection, Database
from ..store.rewards import AwardRow, DisputeRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .credential_steps import Proof, require_reviewer
from .reward_books import RewardBooks
from .reward_facts import consents
from .reward_packs import RewardPacks
from .reward_telling import key_of, tell_owners
from .reward_views import DISPUTED, entry_view
from .rewards import Rewards, own_right

T = TypeVar("T")
GONE = "gone"


class RewardDecisions:
    """What coordinators and supervisors do with rewards of others."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        packs: RewardPacks,
        books: RewardBooks,
        own: Rewards,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._writer = writer
        self._packs = packs
        self._books = books
        self._own = own
        self._now_ms = now_ms

    # --- disputes ---

    async def disputes(self, by: AccountId) -> Disputes:
        """Those that are open. Raises `RewardsOff`, `RoleRequired`."""
        return await self._read(by, self._disputes)

    async def decide(
        self,
        by: AccountId,
        account: AccountId,
        entry: str,
        proof: Proof,
        *,
        correct: bool,
    ) -> Disputes:
        """Say what becomes of a disputed entry.

        Raises what `proof` raises, and `RewardsOff`, `RoleRequired`, `Forbidden`
        (one's own), `NotFound`, `NotNow` (it is decided).
        """
        key = key_of(entry, account)

        def script(transaction: Transaction) -> Disputes:
            connection = transaction.connection
            if account == by:
                raise Forbidden("this is somebody else's to decide")
            found = store.dispute(connection, (key.source_event, key.rule, account))
            if found is None:
                raise NotFound("nobody has disputed it")
            if not found.is_open:
                raise NotNow("it is decided")
            store.say(connection, found.key, by, correct=correct)
            said = list(store.words(connection, found.key).values())
            if said.count(correct) >= awards.APPROVERS:
                self._settle(transaction, found, correct=correct)
            return self._disputes(connection, by)

        return await self._run(by, proof, script)

    def _settle(
        self, transaction: Transaction, row: DisputeRow, *, correct: bool
    ) -> None:
        connection, key = transaction.connection, Key(*row.key)
        right = own_right(connection, key)
        if correct:
            pack = self._by_hash(connection)[right.pack_hash]
            self._books.undo(transaction, right, pack, DISPUTED)
        elif right.state == State.DISPUTED.value:
            ledger.release(transaction, key, self._now_ms())
        store.settle_dispute(connection, row.key)
        tell_owners(transaction, [row.beneficiary])

    def _disputes(self, connection: Connection, by: AccountId) -> Disputes:
        rows = [
            row
            for row in store.open_disputes(connection, MAX_WAITING)
            if row.beneficiary != by
        ]
        handles = accounts.handles(connection, [row.beneficiary for row in rows])
        packs = self._by_hash(connection)
        return Disputes(
            tuple(self._dispute(connection, row, by, handles, packs) for row in rows)
        )

    def _dispute(
        self,
        connection: Connection,
        row: DisputeRow,
        by: AccountId,
        handles: dict[str, str],
        packs: dict[str, Pack],
    ) -> DisputeView:
        right = own_right(connection, Key(*row.key))
        said = store.words(connection, row.key)
        return DisputeView(
            account=row.beneficiary,
            handle=handles.get(row.beneficiary, GONE),
            entry=entry_view(connection, right, packs, is_disputed=True),
            reason=row.reason,
            at=row.at_ms,
            mine=said.get(by),
            others=len(said.keys() - {by}),
        )

    # --- awards ---

    async def awards(self, by: AccountId) -> Awards:
        """The newest first. Raises `RewardsOff`, `RoleRequired`."""

        def look(connection: Connection, by: AccountId) -> Awards:
            rows = store.awards(connection, MAX_WAITING)
            return Awards(tuple(_view(connection, row, by) for row in rows))

        return await self._read(by, look)

    async def propose(
        self, by: AccountId, request: RewardAward, proof: Proof
    ) -> AwardView:
        """Propose an amount, and stand for it; the same again changes nothing.

        Raises what `proof` raises, and `RewardsOff`, `RoleRequired`, `NotFound` (no
        such account), `BadRequest` (no such rule, or beyond its range), `Forbidden`
        (for oneself), `Conflict` (the id is another award's).
        """

        def script(transaction: Transaction) -> AwardView:
            connection, at_ms = transaction.connection, to_millis(transaction.now)
            row = AwardRow(
                request.award,
                request.account,
                request.rule,
                request.amount_mvt,
                request.reason,
                AwardState.PROPOSED.value,
                at_ms,
            )
            before = store.award(connection, row.id)
            if before is not None:
                _require_same(before, row)
                return _view(connection, before, by)
            if request.account == by:
                raise Forbidden("nobody proposes for themselves")
            if not accounts.handles(connection, [request.account]):
                raise NotFound("no such account")
            try:
                awards.proposed(self._pack_of(connection, row.rule), _award(row, by))
            except RewardError as error:
                raise BadRequest(str(error)) from None
            store.put_award(connection, row)
            store.approve(connection, row.id, by, at_ms)
            return _view(connection, row, by)

        return await self._run(by, proof, script)

    async def approve(self, by: AccountId, id_: str, proof: Proof) -> AwardView:
        """Stand for an award; the second who does makes it a fact.

        Raises what `proof` raises, and `RewardsOff`, `RoleRequired`, `NotFound`,
        `Forbidden` (for oneself), `NotNow` (it is decided).
        """

        def script(transaction: Transaction) -> AwardView:
            connection, at_ms = transaction.connection, to_millis(transaction.now)
            row = _found(connection, id_)
            given = store.approvals(connection, id_)
            if by in given:
                return _view(connection, row, by)
            with _refusals():
                after = awards.approved(_award(row, by, given), by)
            store.approve(connection, id_, by, at_ms)
            kept = self._keep(transaction, row, after)
            return _view(connection, kept, by)

        return await self._run(by, proof, script)

    async def refuse(self, by: AccountId, id_: str, proof: Proof) -> AwardView:
        """Let an award not be; refused already, it stays so.

        Raises what `proof` raises, and `RewardsOff`, `RoleRequired`, `NotFound`,
        `NotNow` (two stand for it).
        """

        def script(transaction: Transaction) -> AwardView:
            connection = transaction.connection
            row = _found(connection, id_)
            if row.state == AwardState.REFUSED.value:
                return _view(connection, row, by)
            with _refusals():
                after = awards.refused(_award(row, by))
            return _view(connection, self._keep(transaction, row, after), by)

        return await self._run(by, proof, script)

    def _keep(self, transaction: Transaction, row: AwardRow, after: Award) -> AwardRow:
        connection, now_ms = transaction.connection, self._now_ms()
        kept = AwardRow(
            row.id,
            row.beneficiary,
            row.rule,
            row.amount_mvt,
            row.reason,
            after.state,
            row.at_ms,
        )
        store.put_award(connection, kept)
        if after.state == AwardState.APPROVED.value:
            agrees = consents(connection, row.beneficiary)
            fact = awards.fact_of(after, now_ms, consents=agrees)
            self._books.receive(transaction, fact, self._packs.known(connection))
        return kept

    def _pack_of(self, connection: Connection, rule: str) -> Pack:
        """The pack in force that has this rule. Raises `BadRequest`."""
        packs, now_ms = self._packs.known(connection), self._now_ms()
        for name in sorted({pack.name for pack in packs}):
            pack = valid_at(packs, name, now_ms)
            if pack is not None and pack.rule(rule) is not None:
                return pack
        raise BadRequest("no pack in force has this rule")

    # --- both ---

    def _by_hash(self, connection: Connection) -> dict[str, Pack]:
        return {pack_hash(pack): pack for pack in self._packs.known(connection)}

    async def _read(
        self, by: AccountId, look: Callable[[Connection, AccountId], T]
    ) -> T:
        self._own.require_on()

        def guarded(connection: Connection) -> T:
            require_reviewer(connection, by)
            return look(connection, by)

        return await self._database.read(guarded)

    async def _run(
        self, by: AccountId, proof: Proof, script: Callable[[Transaction], T]
    ) -> T:
        self._own.require_on()

        def guarded(transaction: Transaction) -> T:
            require_reviewer(transaction.connection, by)
            proof(transaction)
            return script(transaction)

        return await self._writer.run(guarded, lane=WriterLane.OTHER)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the rules refuse, in the words of the wire."""
    try:
        yield
    except rules.NotAllowed as error:
        raise Forbidden(str(error)) from None
    except rules.NotNow as error:
        raise NotNow(str(error)) from None


def _found(connection: Connection, id_: str) -> AwardRow:
    row = store.award(connection, id_)
    if row is None:
        raise NotFound("no such award")
    return row


def _award(row: AwardRow, by: str, approved_by: tuple[str, ...] = ()) -> Award:
    return Award(
        award_id=row.id,
        rule=row.rule,
        beneficiary=row.beneficiary,
        amount_mvt=row.amount_mvt,
        reason=row.reason,
        proposed_by=approved_by[0] if approved_by else by,
        approved_by=approved_by,
        state=AwardState(row.state).value,
    )


def _require_same(before: AwardRow, row: AwardRow) -> None:
    said = [
        (each.beneficiary, each.rule, each.amount_mvt, each.reason)
        for each in (before, row)
    ]
    if said[0] != said[1]:
        raise Conflict("this id is another award's")


def _view(connection: Connection, row: AwardRow, by: AccountId) -> AwardView:
    given = store.approvals(connection, row.id)
    handles = accounts.handles(connection, [row.beneficiary])
    return AwardView(
        award=ClientId(row.id),
        account=row.beneficiary,
        handle=handles.get(row.beneficiary, GONE),
        rule=row.rule,
        amount_mvt=row.amount_mvt,
        reason=row.reason,
        state=AwardState(row.state),
        approvals=len(given),
        mine=by in given,
        at=row.at_ms,
    )
