"""What the desk promises: shown, tried, proposed by one supervisor, adopted by another.

Nobody changes alone what everybody is promised. The second person names the revision
and the hash of what they have read, so they cannot adopt something else that came in
between. A call whose answer was lost may be made again: what is adopted is adopted.

Where a desk is open, whoever proposes or adopts has used their passkey within the last
minutes (`services.proofs`). Cases that are open keep the revision they opened under.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import structlog

from mentalverse_crisis.errors import MalformedPolicy
from mentalverse_crisis.policy import Policy
from mentalverse_crisis.policy_document import read, written
from mentalverse_signaling.desk_events import DeskChanged, DeskNews
from mentalverse_signaling.errors import BadRequest, Forbidden, NotFound, NotNow
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.policy_events import (
    PolicyAdopt,
    PolicyFinding,
    PolicyPropose,
    PolicyTrial,
    PolicyTry,
    PolicyView,
)
from mentalverse_signaling.proof_api import Act

from ..config_sections import CrisisSection
from ..services.proofs import check_proof
from ..store import policies
from ..store.desk_time import DeskTime
from ..store.engine import Connection, Database
from ..store.policies import Signed, document_hash
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..transport.connections import Connections, Principal
from ..transport.frames import encode_push
from .glance import Glance
from .in_force import InForce
from .pages.on_call import read_on_call
from .policy_findings import Linter
from .policy_trial import Ask
from .policy_view import policy_view
from .team import Member, Team
from .trial_process import Trials

log = structlog.get_logger()

_Changed = TypeVar("_Changed")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is expected to sign, and whether help is promised: the settings' word."""

    settings: CrisisSection

    @property
    def is_open(self) -> bool:
        """Whether the desk promises help."""
        return self.settings.mode == "open"

    @property
    def signed(self) -> Signed:
        """Who signed the policy that the desk was made with."""
        return Signed(self.settings.clinical_owner, self.settings.policy_signed_on)


class Policies:
    """Each call for one principal, who supervises."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        team: Team,
        glance: Glance,
        time: DeskTime,
        in_force: InForce,
        settings: CrisisSection,
    ) -> None:
        self._database = database
        self._writer = writer
        self._team = team
        self._glance = glance
        self._time = time
        self._in_force = in_force
        self._owner = Owner(settings)
        on_call = read_on_call(settings.on_call)
        self._linter = Linter(on_call, is_open=self._owner.is_open)
        self._trials = Trials(database.url.render_as_string(hide_password=False))
        self._connections: Connections | None = None

    def tells(self, connections: Connections) -> None:
        """From here on supervisors with a socket hear that something has changed."""
        self._connections = connections

    async def close(self) -> None:
        """End what is being tried."""
        await self._trials.close()

    async def get(self, principal: Principal) -> PolicyView:
        """What is in force, what is proposed, and what was."""
        return await self._view(await self._team.supervisor(principal))

    async def try_(self, principal: Principal, payload: PolicyTry) -> PolicyTrial:
        """What would come of a document."""
        await self._team.supervisor(principal)
        try:
            policy = read(payload.document)
        except MalformedPolicy as error:
            return _nothing(str(error))
        ask = Ask(policy, payload.days, payload.people, self._time.own_ms())
        tried, found = await asyncio.gather(
            self._trials.of(ask), self._database.read(self._found, policy)
        )
        return PolicyTrial(
            problem="",
            findings=found,
            past=tried.past,
            twin=tried.twin,
            assumptions=tried.assumptions,
        )

    async def propose(self, principal: Principal, payload: PolicyPropose) -> PolicyView:
        """Let a revision wait for a second supervisor."""
        member = await self._team.supervisor(principal)
        policy, signed = _read(payload.document), _signed(payload)
        if self._linter.refuses(policy):
            raise BadRequest("somebody would wait for nobody: try it first")

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            self._require_proof(transaction, principal)
            now_ms = self._time.now_ms(connection)
            try:
                policies.propose(connection, policy, member.account, signed, now_ms)
            except ValueError:
                raise BadRequest("another policy has this revision: name it") from None

        await self._change(script)
        return await self._view(member)

    async def adopt(self, principal: Principal, payload: PolicyAdopt) -> PolicyView:
        """Let cases open under what another supervisor has proposed."""
        member = await self._team.supervisor(principal)

        def script(transaction: Transaction) -> Policy:
            return self._adopt(transaction, principal, member, payload)

        policy = await self._change(script)
        self._in_force.saw(policy)
        log.info("policy.adopted", revision=policy.revision)
        return await self._view(member)

    async def discard(self, principal: Principal) -> PolicyView:
        """Let nothing wait."""
        member = await self._team.supervisor(principal)
        await self._change(lambda transaction: policies.discard(transaction.connection))
        return await self._view(member)

    # --- what they have in common ---

    async def _view(self, member: Member) -> PolicyView:
        return await self._database.read_for_help(self._look, member)

    async def _change(self, script: Callable[[Transaction], _Changed]) -> _Changed:
        # In the lane of decisions: whoever takes the lock of the desk takes it first.
        changed = await self._writer.run(script, lane=WriterLane.CRISIS)
        await self._tell()
        return changed

    async def _tell(self) -> None:
        if self._connections is None:
            return
        desk = await self._database.read_for_help(self._glance.of)
        push = encode_push("desk.changed", DeskChanged(None, DeskNews.CHANGED))
        for one in desk.responders.values():
            if one.is_supervisor:
                for connection in self._connections.by_account(AccountId(one.id)):
                    connection.send(push)

    # --- in a thread that reads ---

    def _look(self, connection: Connection, member: Member) -> PolicyView:
        return policy_view(
            connection,
            member.account,
            self._time.now_ms(connection),
            self._owner.signed,
            lambda policy: self._found(connection, policy),
        )

    def _found(
        self, connection: Connection, policy: Policy
    ) -> tuple[PolicyFinding, ...]:
        return self._linter.findings(connection, policy, self._time.now_ms(connection))

    # --- in the writer's thread ---

    def _require_proof(self, transaction: Transaction, principal: Principal) -> None:
        if self._owner.is_open:
            connection, now = transaction.connection, transaction.now
            check_proof(connection, principal, Act.POLICY, now)

    def _adopt(
        self,
        transaction: Transaction,
        principal: Principal,
        member: Member,
        payload: PolicyAdopt,
    ) -> Policy:
        connection = transaction.connection
        waiting = policies.proposal(connection)
        if waiting is None:
            return _adopted_before(connection, payload)
        if (waiting.policy.revision, waiting.document_hash) != (
            payload.revision,
            payload.document_hash,
        ):
            raise NotNow("another proposal has taken its place: read that one")
        if waiting.proposed_by == member.account:
            raise Forbidden("somebody else than who proposed it has to adopt it")
        self._require_proof(transaction, principal)
        if self._linter.refuses(waiting.policy):
            raise NotNow("somebody would wait for nobody by now: try it again")
        policies.adopt(
            connection,
            waiting.policy,
            waiting.signed,
            self._time.now_ms(connection),
            waiting.proposed_by,
            member.account,
        )
        return waiting.policy


def _adopted_before(connection: Connection, payload: PolicyAdopt) -> Policy:
    """The answer was lost, or somebody else was faster: it is in force."""
    policy = policies.in_force(connection)
    is_it = policy.revision == payload.revision
    if is_it and document_hash(written(policy)) == payload.document_hash:
        return policy
    raise NotFound("nothing is proposed")


def _read(document: str) -> Policy:
    try:
        return read(document)
    except MalformedPolicy:
        raise BadRequest("this cannot be followed: try it to hear why") from None


def _signed(payload: PolicyPropose) -> Signed:
    by = payload.signed_by.strip()
    try:
        date.fromisoformat(payload.signed_on)
    except ValueError:
        raise BadRequest("signed_on is no day, such as 2026-11-30") from None
    if not by or not by.isprintable():
        raise BadRequest("signed_by: who signed it off")
    return Signed(by, payload.signed_on)


def _nothing(problem: str) -> PolicyTrial:
    return PolicyTrial(problem=problem, findings=(), past=(), twin=(), assumptions=())
