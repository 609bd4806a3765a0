"""Minutes of training, assessments, sign-offs and supervision, each recorded once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mentalverse_signaling.errors import BadRequest, Forbidden, RoleRequired
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role

from ..clock import to_millis
from ..hooks.catalogue.people import CaseCountBucket, Supervision, TrainingDone
from ..hooks.defaults import credentials as answers
from ..hooks.defaults.credential_rules import levels
from ..store import credentials as store
from ..store import roles
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .credential_steps import (
    Teller,
    know_each_other,
    refusals,
    require_reviewer,
    trained,
)

Minutes = levels.Minutes
_SOURCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_:.-]{0,63}")


class TrainingRecords:
    """Records training; who has which level follows from it."""

    def __init__(self, writer: Writer, rng: Callable[[int], bytes]) -> None:
        self._writer = writer
        self._teller = Teller(rng)

    async def minutes(
        self,
        account: AccountId,
        fresh: levels.Minutes,
        by: AccountId | None = None,
    ) -> None:
        """Record minutes; the same source with the same minutes changes nothing.

        `by`: who says so; without, this server has seen it.

        Raises `RoleRequired`, `Forbidden` (one's own), `Conflict` (the source counts
        for another training), `BadRequest` (no such module, or minutes that cannot be).
        """
        if _SOURCE.fullmatch(fresh.source_id) is None:
            raise BadRequest("a source is an id of at most 64 characters")

        def script(transaction: Transaction) -> None:
            if by is not None:
                require_reviewer(transaction.connection, by)
                _require_other(by, account)
            before = trained(transaction.connection, account)
            with refusals():
                after = levels.recorded(answers.PACKS["peer"], before, fresh)
            if after is before:
                return
            told = (fresh.source_id, fresh.module, fresh.minutes)
            at_ms = to_millis(transaction.now)
            store.put_minutes(transaction.connection, account, told, at_ms)
            data = TrainingDone(
                account=account,
                module=fresh.module,
                minutes=fresh.minutes,
                source_id=fresh.source_id,
            )
            self._teller.of_account(transaction, "training.minutes_recorded", data)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def passed(self, by: AccountId, account: AccountId, module: str) -> None:
        """Record that somebody passed the assessment of a module.

        Raises `RoleRequired`, `Forbidden` (one's own), `BadRequest` (no such module).
        """
        if answers.PACKS["peer"].module(module) is None:
            raise BadRequest("no such module")

        def script(transaction: Transaction) -> None:
            require_reviewer(transaction.connection, by)
            if self._mark(transaction, account, ("assessment", module), by):
                training = trained(transaction.connection, account)
                data = TrainingDone(
                    account=account,
                    module=module,
                    minutes=training.minutes_of(module),
                    source_id=f"assessment:{module}",
                )
                self._teller.of_account(transaction, "training.assessment_passed", data)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def signed_off(self, by: AccountId, account: AccountId, level: str) -> None:
        """Record a supervisor's word that a level is reached.

        Raises `RoleRequired`, `Forbidden` (one's own), `BadRequest` (no such level).
        """
        if answers.PACKS["peer"].level(level) is None:
            raise BadRequest("no such level")

        def script(transaction: Transaction) -> None:
            _require_supervisor(transaction, by)
            self._mark(transaction, account, ("sign_off", level), by)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def supervised(
        self,
        by: AccountId,
        account: AccountId,
        minutes: int,
        cases: CaseCountBucket,
    ) -> None:
        """Record that somebody was supervised now; from the first time on it is due.

        `cases`: how many there were to talk about.

        Raises `RoleRequired`, `Forbidden` (one's own), `BadRequest`.
        """
        if not 1 <= minutes <= levels.MAX_MINUTES_AT_ONCE:
            raise BadRequest("a supervision has minutes")

        def script(transaction: Transaction) -> None:
            _require_supervisor(transaction, by)
            _require_other(by, account)
            connection, at_ms = transaction.connection, to_millis(transaction.now)
            for row in store.of_account(connection, account):
                store.change(connection, row.id, supervised_ms=at_ms)
            data = Supervision(account=account, minutes=minutes, case_count=cases)
            self._teller.of_account(transaction, "supervision.held", data)
            know_each_other(transaction, by, account)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def reached(self, account: AccountId) -> Sequence[str]:
        """The levels that somebody has, from the first to the highest."""

        def script(transaction: Transaction) -> Sequence[str]:
            training = trained(transaction.connection, account)
            found = levels.reached(answers.PACKS["peer"], training)
            return [level.code for level in found]

        return await self._writer.run(script, lane=WriterLane.OTHER)

    def _mark(
        self,
        transaction: Transaction,
        account: AccountId,
        mark: tuple[str, str],
        by: AccountId,
    ) -> bool:
        _require_other(by, account)
        kind, code = mark
        rows = store.training(transaction.connection, account)
        if code in (rows.passed if kind == "assessment" else rows.signed_off):
            return False
        at_ms = to_millis(transaction.now)
        store.put_mark(transaction.connection, account, mark, by, at_ms)
        know_each_other(transaction, by, account)
        return True


def _require_other(by: AccountId, account: AccountId) -> None:
    if by == account:
        raise Forbidden("this is somebody else's to say")


def _require_supervisor(transaction: Transaction, by: AccountId) -> None:
    if Role.SUPERVISOR not in roles.roles_of(transaction.connection, by):
        raise RoleRequired("this is for supervisors")
