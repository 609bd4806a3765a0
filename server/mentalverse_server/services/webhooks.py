"""What operators do to endpoints: `webhook.*`.

What is done is noted in the transaction that does it, under the caller's request: the
same request again has no second effect, and is told what became of it. An endpoint that
was added here is called in the public internet alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mentalverse_signaling.errors import BadRequest, Conflict, NotNow, Unavailable
from mentalverse_signaling.proof_api import Act as Proven
from mentalverse_signaling.quota import Rate
from mentalverse_signaling.webhook_events import (
    WebhookAct,
    WebhookAdd,
    WebhookDisable,
    WebhookEnable,
    WebhookEndpoint,
    WebhookKeyed,
    WebhookReplay,
    WebhookReplayed,
    WebhookRotate,
    WebhookTest,
    WebhookTested,
)

from ..clock import Clock
from ..errors import StartupError
from ..hooks import endpoint_steps
from ..hooks.egress import Reply
from ..hooks.endpoint_keys import EndpointKeys
from ..hooks.endpoint_steps import REASON, EndpointRefused, Rng, Wanted
from ..hooks.outward import Rendered
from ..store import delivery_upkeep, endpoints, webhook_acts
from ..store.deliveries import DeliveryState
from ..store.delivery_upkeep import Selection
from ..store.desk_time import DeskTime
from ..store.endpoints import EndpointRow, EndpointState
from ..store.engine import Connection, Database
from ..store.transaction import Transaction
from ..store.webhook_acts import Act, Answer
from ..store.writer import Writer, WriterLane
from ..throttle import Throttle
from ..transport.connections import Principal
from .proofs import check_proof
from .webhook_reading import WebhookReading, endpoint_of, require_operator

TEST_SECONDS = 8.0
"""Less than a call has."""
TESTS = Rate(rate_per_second=0.1, burst=1)
"""Of one endpoint."""

Reach = Callable[[EndpointRow, Rendered, float], Awaitable[Reply]]
"""Signs and posts once, within so many seconds; raises `StartupError` without a key."""
OnEndpoint = (
    WebhookTest | WebhookRotate | WebhookReplay | WebhookDisable | WebhookEnable
)

T = TypeVar("T")


class WebhookService:
    """Each call for one principal; `RoleRequired` for who is no operator."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        rng: Rng,
        keys: EndpointKeys,
        reach: Reach,
        wake: Callable[[], None],
    ) -> None:
        """`wake`: there is something to send."""
        self._database = database
        self._writer = writer
        self._time = DeskTime(clock)
        self._rng = rng
        self._keys = keys
        self._reach = reach
        self._wake = wake
        refusal = "an endpoint is tested once in ten seconds"
        self._tests = Throttle[str](TESTS, clock, refusal)
        self.reading = WebhookReading(database, self._time, keys)

    async def add(self, principal: Principal, asked: WebhookAdd) -> WebhookKeyed:
        """Tell a new endpoint of what happens from now on."""
        act, now_ms = WebhookAct.ADD, self._time.own_ms()
        try:
            row = endpoint_steps.new_endpoint(_wanted(asked), self._rng, now_ms, None)
        except EndpointRefused as error:
            raise BadRequest(str(error)) from None

        def script(transaction: Transaction) -> tuple[str, str | None]:
            connection = transaction.connection
            known = _known(connection, principal, asked.request, act)
            if known is not None:
                before = endpoint_of(connection, known.endpoint)
                if before.url != row.url:
                    raise Conflict("this request added another endpoint")
                return before.id, None
            check_proof(connection, principal, Proven.WEBHOOKS, transaction.now)
            shared, keys, rng = asked.shared_secret, self._keys, self._rng
            keyed = endpoint_steps.add(connection, keys, row, rng, shared_secret=shared)
            done = Act(now_ms, act, row.id, principal.account, asked.request)
            webhook_acts.add(connection, done)
            return row.id, keyed.verifies

        endpoint, key = await self._write(script)
        return await self._keyed(endpoint, key)

    async def rotate(self, principal: Principal, asked: WebhookRotate) -> WebhookKeyed:
        """Sign with a fresh key; one that was changed before signs no more."""
        act = WebhookAct.ROTATE

        def script(transaction: Transaction) -> tuple[str | None, str | None]:
            connection, now_ms = transaction.connection, self._time.own_ms()
            if _was(connection, principal, asked, act) is not None:
                return None, None
            check_proof(connection, principal, Proven.WEBHOOKS, transaction.now)
            before = endpoint_of(connection, asked.endpoint)
            keyed = endpoint_steps.rotate(
                connection, self._keys, before, self._rng, now_ms
            )
            self._note(connection, principal, asked, act)
            return keyed.verifies, before.previous_key

        try:
            key, over = await self._write(script)
        except StartupError:
            raise Unavailable("the key of this endpoint is missing here") from None
        if over is not None:
            await asyncio.to_thread(self._keys.forget, over)
        return await self._keyed(asked.endpoint, key)

    async def test(self, principal: Principal, asked: WebhookTest) -> WebhookTested:
        """Send it a signed request that tells of nothing; what it said."""
        act = WebhookAct.TEST

        def look(connection: Connection) -> tuple[EndpointRow, Act | None]:
            known = _was(connection, principal, asked, act)
            return endpoint_of(connection, asked.endpoint), known

        endpoint, known = await self._database.read(look)
        if known is not None:
            return _tested(known.answer)
        self._tests.check(endpoint.id)
        reply = await self._tested(endpoint)
        answer: Answer = {
            "status": reply.status or None,
            "outcome": reply.outcome.value,
        }

        def note(transaction: Transaction) -> None:
            connection = transaction.connection
            if _was(connection, principal, asked, act) is None:
                self._note(connection, principal, asked, act, answer)

        await self._write(note)
        return _tested(answer)

    async def replay(
        self, principal: Principal, asked: WebhookReplay
    ) -> WebhookReplayed:
        """Send again what was given up, or one event."""
        act, chosen = WebhookAct.REPLAY, Selection(state=DeliveryState.DEAD)
        if asked.event is not None:
            chosen = Selection(event=bytes.fromhex(asked.event))

        def script(transaction: Transaction) -> int:
            connection, now_ms = transaction.connection, self._time.own_ms()
            known = _was(connection, principal, asked, act)
            if known is not None:
                return int(known.answer["queued"] or 0)
            endpoint = endpoint_of(connection, asked.endpoint)
            if endpoint.state is EndpointState.DISABLED:
                raise NotNow("it is disabled: enable it first")
            number = delivery_upkeep.replay(connection, endpoint.id, chosen, now_ms)
            self._note(connection, principal, asked, act, {"queued": number})
            return number

        number = await self._write(script)
        self._wake()
        return WebhookReplayed(number)

    async def disable(
        self, principal: Principal, asked: WebhookDisable
    ) -> WebhookEndpoint:
        """Send it nothing more; what waits is given up."""
        act, evt_id = WebhookAct.DISABLE, self._rng(16)

        def script(transaction: Transaction) -> None:
            connection, now_ms = transaction.connection, self._time.own_ms()
            if _was(connection, principal, asked, act) is None:
                id_ = endpoint_of(connection, asked.endpoint).id
                delivery_upkeep.disable(transaction, id_, REASON, evt_id, now_ms)
                self._note(connection, principal, asked, act)

        await self._write(script)
        return await self.reading.one(asked.endpoint)

    async def enable(
        self, principal: Principal, asked: WebhookEnable
    ) -> WebhookEndpoint:
        """Tell it again of what happens from now on."""
        act = WebhookAct.ENABLE

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            if _was(connection, principal, asked, act) is None:
                check_proof(connection, principal, Proven.WEBHOOKS, transaction.now)
                id_ = endpoint_of(connection, asked.endpoint).id
                endpoints.enable(connection, id_)
                self._note(connection, principal, asked, act)

        await self._write(script)
        return await self.reading.one(asked.endpoint)

    # --- what they have in common ---

    async def _tested(self, endpoint: EndpointRow) -> Reply:
        now_ms, keys, rng = self._time.own_ms(), self._keys, self._rng
        try:
            message = await asyncio.to_thread(
                endpoint_steps.test_message, keys, endpoint, rng, now_ms
            )
            return await self._reach(endpoint, message, TEST_SECONDS)
        except StartupError:
            raise Unavailable("the key of this endpoint is missing here") from None

    async def _keyed(self, endpoint: str, key: str | None) -> WebhookKeyed:
        """`key` None: the call is repeated, and a secret is not told again."""
        shown = await self.reading.one(endpoint)
        return WebhookKeyed(shown, key or shown.public_key)

    def _note(
        self,
        connection: Connection,
        principal: Principal,
        asked: OnEndpoint,
        act: WebhookAct,
        answer: Answer | None = None,
    ) -> None:
        done = Act(
            self._time.own_ms(),
            act,
            asked.endpoint,
            principal.account,
            asked.request,
            answer or {},
        )
        webhook_acts.add(connection, done)

    async def _write(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)


# --- in a thread that reads, or the writer's ------------------------------------------


def _known(
    connection: Connection, principal: Principal, request: str, act: WebhookAct
) -> Act | None:
    """What came of this request of an operator before; raises where it was another."""
    require_operator(connection, principal.account)
    known = webhook_acts.of_request(connection, principal.account, request)
    if known is not None and known.act is not act:
        raise Conflict("this request was another one")
    return known


def _was(
    connection: Connection, principal: Principal, asked: OnEndpoint, act: WebhookAct
) -> Act | None:
    """The same of an endpoint that there is already."""
    known = _known(connection, principal, asked.request, act)
    if known is not None and known.endpoint != asked.endpoint:
        raise Conflict("this request was about another endpoint")
    return known


def _wanted(asked: WebhookAdd) -> Wanted:
    return Wanted(
        asked.url,
        asked.purpose,
        asked.types,
        asked.max_tier,
        asked.drills,
        asked.shared_secret,
    )


def _tested(answer: Answer) -> WebhookTested:
    status = answer["status"]
    return WebhookTested(
        status if isinstance(status, int) else None, str(answer["outcome"])
    )
