"""What the desk learns from the conversation of a case: who is in it, and who wrote.

Two promises depend on it: that the first words of a human follow soon, and that nobody
who writes is left without an answer. Neither may rest on what a client says of itself.

Nothing is queued for this. That somebody wrote is a row of the log, stored before its
sender was answered; that a device is in the group follows from the commit that added
it. So the desk reads the log like a member, from the row it was told of last
(`read_seq`), and a committed fact is only a hint to look now. A hint that is lost costs
nothing but time: `case.mine` is one, too, and a server that starts looks everywhere.
Messages are not slowed: a hint is a name in a set, which has no more names than there
are cases.

The desk is told first and `read_seq` moves afterwards. A crash in between has it told
twice, in the same order, which leads to the same state: what counts is who wrote last.
Receipts and corrections (`wakes` false) are no words of a human, and do not count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Final

import structlog

from mentalverse_crisis.case import Case, TransferStep
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import Event, Joined, PersonSpoke, ResponderSpoke
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId, ConversationId

from ..services.desk import CrisisDesk
from ..services.directory import RoomChanged
from ..store import case_conversations
from ..store.case_conversations import Read
from ..store.engine import Connection, Database
from ..store.facts import CaseAttached, RowAppended
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane

MOST_ROWS: Final = 200
"""Of one look; more are read by the next one."""
AT_ONCE: Final = 8
"""Conversations that are looked at together: their decisions share a commit."""
AGAIN_SECONDS: Final = 0.25
"""Until a look that failed is tried again."""

log = structlog.get_logger()


class Attached:
    """Owns the task that reads the conversations of cases; `start`, then `close`."""

    def __init__(self, desk: CrisisDesk, database: Database, writer: Writer) -> None:
        self._desk = desk
        self._database = database
        self._writer = writer
        self._known: set[ConversationId] = set()
        """Conversations of cases that are not over."""
        self._of_case: dict[str, ConversationId] = {}
        self._due: dict[ConversationId, None] = {}
        """Those to be looked at, the first hint first."""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_looking = False
        self.defects = 0

    @property
    def is_idle(self) -> bool:
        """Whether everything has been looked at that there was a hint for."""
        return not self._due and not self._is_looking

    async def start(self) -> None:
        """Begin, with what nobody has looked at since the last process."""
        found = await self._database.read_for_help(case_conversations.of_open_cases)
        self._known.update(found)
        for conversation in found:
            self.look(conversation)
        self._task = asyncio.create_task(self._looks(), name="mentalverse-attached")

    async def close(self) -> None:
        """Stop; what was not looked at is found at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    # --- hints ---

    def watch(self, conversation: ConversationId) -> None:
        """This is the conversation of a case that is open, maybe again."""
        self._known.add(conversation)
        self.look(conversation)

    def look(self, conversation: ConversationId) -> None:
        """Look at the conversation of a case soon; another one is not looked at."""
        if conversation in self._known:
            self._due[conversation] = None
            self._wake.set()

    def on_committed(self, facts: Sequence[object]) -> None:
        """Of the writer: something may have happened in these conversations."""
        for fact in facts:
            if isinstance(fact, RowAppended):
                if fact.wakes:
                    self.look(fact.conversation)
            elif isinstance(fact, RoomChanged):
                self.look(fact.conversation)
            elif isinstance(fact, CaseAttached):
                self.watch(fact.conversation)

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Nothing: all of this is in the log."""

    def carry_out(self, decision: Decision) -> None:
        """Who takes a case may have a device in its conversation already."""
        for case in decision.cases.values():
            conversation = self._of_case.get(case.id)
            if conversation is not None and any(_expected(case)):
                self.look(conversation)
            if case.state.is_final:
                self._of_case.pop(case.id, None)

    # --- looking ---

    async def _looks(self) -> None:
        while True:
            if not self._due:
                self._wake.clear()
                await self._wake.wait()
            some = tuple(islice(self._due, AT_ONCE))
            for conversation in some:
                del self._due[conversation]
            self._is_looking = True
            try:
                # Each of them once: a hint meanwhile is for the next round.
                await asyncio.gather(*map(self._look_somehow, some))
            finally:
                self._is_looking = False

    async def _look_somehow(self, conversation: ConversationId) -> None:
        try:
            await self._look_at(conversation)
        except SignalingError as error:
            log.warning("attached.postponed", code=error.code)
            await self._again(conversation)
        except Exception:  # the supervisor of every look
            self.defects += 1
            log.exception("attached.failed")
            await self._again(conversation)

    async def _again(self, conversation: ConversationId) -> None:
        self.look(conversation)
        await asyncio.sleep(AGAIN_SECONDS)

    async def _look_at(self, conversation: ConversationId) -> None:
        found = await self._read(conversation)
        if not found:
            self._known.discard(conversation)
        joins = [event for one in found for event in joined(one)]
        for event in joins:
            await self._tell(event)
        # Whose words count may be another one's by now.
        for one in await self._read(conversation) if joins else found:
            self._of_case[one.case.id] = conversation
            for said in spoke(one):
                await self._tell(said)
            if one.spoken:
                await self._told(one.case.id, conversation, one.spoken[-1].seq)
            if len(one.spoken) == MOST_ROWS:
                self.look(conversation)

    async def _read(self, conversation: ConversationId) -> list[Read]:
        return await self._database.read_for_help(
            case_conversations.read, conversation, MOST_ROWS
        )

    async def _tell(self, event: Event) -> None:
        """The case may have gone another way since it was read."""
        try:
            await self._desk.decide(event)
        except CrisisError as error:
            log.info("attached.too_late", code=error.code)

    async def _told(self, case: str, conversation: ConversationId, seq: int) -> None:
        def script(transaction: Transaction) -> None:
            case_conversations.told(transaction.connection, case, conversation, seq)

        await self._writer.run(script, lane=WriterLane.CRISIS)


def joined(read: Read) -> Iterator[Joined]:
    """Who is in the group by now, of those whom the desk waits for. Pure."""
    for responder in _expected(read.case):
        if responder in read.present:
            yield Joined(case=read.case.id, responder=responder)


def spoke(read: Read) -> Iterator[PersonSpoke | ResponderSpoke]:
    """Who wrote, in order. Pure.

    Several messages of one without any of another in between are told once.
    """
    for account, _ in groupby(spoken.account for spoken in read.spoken):
        event = _words(read.case, account)
        if event is not None:
            yield event


def _expected(case: Case) -> Iterator[str]:
    """Whom the person's device has yet to let in, as far as the desk waits for it."""
    if case.hold is not None and not case.hold.is_joined:
        yield case.hold.responder
    transfer = case.transfer
    if transfer is not None and transfer.step is TransferStep.COMING:
        yield transfer.to


def _words(case: Case, account: AccountId) -> PersonSpoke | ResponderSpoke | None:
    """Whose words these are; None of somebody who is not, or no more, of the case."""
    if account == case.person:
        return PersonSpoke(case=case.id)
    hold = case.hold
    if hold is not None and account == hold.responder:
        return ResponderSpoke(case=case.id, responder=account, fence=hold.fence)
    if account in case.guests:
        return ResponderSpoke(case=case.id, responder=account, fence=0)
    return None
