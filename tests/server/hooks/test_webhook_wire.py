"""Who is told of events, by operators over the wire: a real server and receiver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mentalverse_server import webhooks
from mentalverse_server.hooks.endpoint_steps import Keyed, Wanted
from mentalverse_server.store import endpoints, outbox
from mentalverse_server.store.outbox import Outgoing
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    NotFound,
    NotNow,
    PasskeyRequired,
    RateLimited,
    SignalingError,
)
from mentalverse_signaling.roles import Role
from mentalverse_signaling.webhook_events import WebhookEndpoint
from support.call_wire import CallWire, call_wire, until
from support.crisis_wire import Line
from support.hook_receiver import HookReceiver, hook_receiver
from support.passkey_steps import uses_passkey
from support.wire_examples import WEBHOOKS

URL = "https://pay.example.org/hook"
TYPE = "match.audit_published"
RUN = {"n": 20, "summary_hash": "ab" * 32}
DAY_MS = 24 * 3_600_000


@dataclass
class Console:
    """An operator, and a receiver in the operator's own network."""

    wire: CallWire
    operator: Line
    receiver: HookReceiver
    keyed: Keyed

    async def ask(self, act: str, request: str = "", **fields: Any) -> Any:
        """One command about the endpoint, under a request of its own."""
        request = request or self.wire.id()
        which = {"endpoint": self.keyed.endpoint.id, "request": request}
        return await self.operator.call(f"webhook.{act}", **{**which, **fields})

    async def add(self, **fields: Any) -> Any:
        """Another endpoint."""
        request = {"request": self.wire.id()}
        return await self.operator.call("webhook.add", **{**request, **fields})

    async def dead(self) -> Any:
        """What was given up."""
        which = self.keyed.endpoint.id
        return await self.operator.call("webhook.dead", endpoint=which)

    async def shown(self) -> WebhookEndpoint:
        """The endpoint as the list has it."""
        (found,) = (await self.operator.call("webhook.list")).endpoints
        assert isinstance(found, WebhookEndpoint)
        return found

    async def tell(self, number: int) -> None:
        """Let something happen."""

        def script(transaction: Transaction) -> None:
            at_ms, evt_id = self.now_ms - 1_000, bytes([number]) * 16
            event = Outgoing(evt_id, TYPE, f"run:{number}", RUN, 0, at_ms)
            outbox.add(transaction, event)

        await self.wire.api.server.writer.run(script, lane=WriterLane.OTHER)

    @property
    def now_ms(self) -> int:
        return round(self.wire.clock.now().timestamp() * 1000)


@asynccontextmanager
async def console(folder: Path) -> AsyncIterator[Console]:
    """With an endpoint that the command line added, which may be on this machine."""
    async with hook_receiver() as receiver:
        private = [receiver.url.removeprefix("http://")]
        settings = {"hooks.allow_private": private}
        async with call_wire(folder, settings=settings) as wire:
            wanted = Wanted(f"{receiver.url}/in", "operations", (TYPE,), 0)
            add = partial(webhooks.add, wire.api.server.config, wanted, wire.clock)
            keyed = await asyncio.to_thread(add)
            operator = await wire.member("ops", Role.OPERATOR)
            yield Console(wire, operator, receiver, keyed)


async def test_an_endpoint_is_tested_and_given_a_fresh_key_once_a_request(
    tmp_path: Path,
) -> None:
    """The same request again does nothing more, and is told the same."""
    async with console(tmp_path) as it:
        before = await it.shown()
        assert before.public_key == it.keyed.verifies
        assert (before.state, before.waiting, before.oldest_at) == ("active", 0, None)
        for _ in range(2):
            tested = await it.ask("test", "a" * 32)
            assert (tested.status, tested.outcome) == (204, "answered")
        assert [hook.body["type"] for hook in it.receiver.hooks] == ["webhook.test"]
        with pytest.raises(RateLimited):
            await it.ask("test")
        it.wire.clock.advance(10)
        it.receiver.status = lambda hook: 503
        assert (await it.ask("test")).status == 503

        with pytest.raises(PasskeyRequired):
            await it.ask("rotate")
        await uses_passkey(it.wire.api, it.operator)
        keys = {(await it.ask("rotate", "b" * 32)).verifies for _ in range(2)}
        assert keys == {(await it.shown()).public_key}
        assert it.keyed.verifies not in keys
        until_ms = it.now_ms + 7 * DAY_MS
        assert (await it.shown()).rotating_until == until_ms
        with pytest.raises(Conflict):
            await it.ask("test", "b" * 32)
        with pytest.raises(Conflict):
            await it.ask("rotate", "b" * 32, endpoint="c" * 32)
        done = (await it.operator.call("webhook.log")).done
        assert [(each.act, each.by) for each in done] == [
            ("rotate", "ops"),
            ("test", "ops"),
            ("test", "ops"),
            ("add", None),
        ]


async def test_what_was_given_up_is_seen_and_sent_again(tmp_path: Path) -> None:
    """Disabled: nothing is sent. Enabled: what was given up goes again, marked so."""
    async with console(tmp_path) as it:
        await uses_passkey(it.wire.api, it.operator)
        it.receiver.status = lambda hook: 404
        await it.tell(1)
        await it.receiver.until_ids(1)
        await until(lambda: _is(it, waiting=1))
        assert (await it.shown()).oldest_at == it.now_ms - 1_000
        off = await it.ask("disable")
        assert (off.state, off.reason, off.waiting, off.dead) == (
            ("disabled", "operator", 0, 1)
        )
        (event,) = (await it.dead()).events
        assert (event.event, event.type) == ("01" * 16, TYPE)
        assert (event.occurred_at, event.last) == (it.now_ms - 1_000, "operator")
        with pytest.raises(NotNow):
            await it.ask("replay")
        assert (await it.ask("enable")).state == "active"
        it.receiver.status = lambda hook: 204
        for _ in range(2):
            assert (await it.ask("replay", "d" * 32)).queued == 1
        await it.receiver.until(lambda: it.receiver.hooks[-1].body.get("replay", False))
        await until(lambda: _is(it, waiting=0))
        assert len(it.receiver.ids()) == 1
        assert (await it.ask("replay")).queued == 0
        assert (await it.ask("replay", event="01" * 16)).queued == 1
        with pytest.raises(NotFound):
            await it.ask("disable", endpoint="c" * 32)


async def test_who_adds_over_the_wire_reaches_the_public_internet_alone(
    tmp_path: Path,
) -> None:
    """Whatever the settings allow; and a secret is told once."""
    async with console(tmp_path) as it:
        wanted = {"url": URL, "purpose": "reward", "types": ["duty.*"]}
        with pytest.raises(PasskeyRequired):
            await it.add(**wanted)
        await uses_passkey(it.wire.api, it.operator)
        for wrong in (
            {"url": f"{it.receiver.url}/in"},
            {"purpose": "paging"},
            {"types": ["duty.noticed"]},
        ):
            with pytest.raises(BadRequest):
                await it.add(**{**wanted, **wrong})
        secret = {**wanted, "request": "e" * 32, "shared_secret": True}
        made, again = await it.add(**secret), await it.add(**secret)
        assert made.verifies.startswith("whsec_")
        assert (again.endpoint, again.verifies) == (made.endpoint, None)
        assert made.endpoint.public_key is None
        with pytest.raises(Conflict):
            await it.add(**{**secret, "url": f"{URL}/other"})
        rows = await it.wire.api.server.database.read(endpoints.every)
        alone = {row.types: row.public_only for row in rows}
        assert alone == {(TYPE,): False, ("duty.*",): True}


async def test_nobody_but_operators_sees_or_does_any_of_it(tmp_path: Path) -> None:
    """A guest neither, and every command is tried."""
    async with call_wire(tmp_path) as wire:
        others = [await wire.member("sup", Role.SUPERVISOR), await wire.member("ida")]
        guest = await wire.guest()
        for event, fields in WEBHOOKS.items():
            assert await _outcome(guest, event, fields) == "forbidden", event
            for other in others:
                assert await _outcome(other, event, fields) == "role_required", event
        operator = await wire.member("ops", Role.OPERATOR)
        shown = await operator.call("webhook.types")
        assert TYPE in {each.type for each in shown.types}
        assert "paging" not in shown.purposes


async def _is(it: Console, waiting: int) -> bool:
    return (await it.shown()).waiting == waiting


async def _outcome(line: Line, event: str, fields: dict[str, Any]) -> str:
    try:
        await line.call(event, **fields)
    except SignalingError as error:
        return error.code
    return "ok"
