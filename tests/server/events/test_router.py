"""The router: every command of the registry has its handler, and nothing else."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mentalverse_server.router import Handler, Router
from mentalverse_server.transport.connections import Connection
from mentalverse_signaling.events import (
    COMMANDS,
    Command,
    Empty,
    Fact,
    MessageSend,
    Payload,
)
from mentalverse_signaling.quota import Lane

NOBODY = cast(Connection, SimpleNamespace(principal=SimpleNamespace(is_guest=False)))
COLD = {name: c for name, c in COMMANDS.items() if c.lane is not Lane.HOT}


def hot(connection: Connection, payload: MessageSend) -> asyncio.Future[Fact]:
    raise AssertionError


def handler_for(name: str, called: list[str]) -> Handler:
    async def handle(connection: Connection, payload: Any) -> Fact:
        called.append(name)
        return Empty()

    return handle


@pytest.mark.parametrize("command", COLD.values(), ids=lambda c: c.name)
async def test_a_command_reaches_its_own_handler(command: Command) -> None:
    called: list[str] = []
    router = Router(hot, [{name: handler_for(name, called)} for name in COLD])
    await router.dispatch(NOBODY, command, cast(Payload, None))
    assert called == [command.name]


@pytest.mark.parametrize("missing", COLD)
def test_a_command_without_a_handler_is_found_at_start(missing: str) -> None:
    handlers = {name: handler_for(name, []) for name in COLD if name != missing}
    with pytest.raises(ValueError, match=missing):
        Router(hot, [handlers])


@pytest.mark.parametrize("extra", ["message.send", "connect", "message.sent"])
def test_a_handler_without_a_command_is_found_at_start(extra: str) -> None:
    handlers = {name: handler_for(name, []) for name in [*COLD, extra]}
    with pytest.raises(ValueError, match=extra):
        Router(hot, [handlers])


def test_two_handlers_of_one_command_are_found_at_start() -> None:
    handlers = {name: handler_for(name, []) for name in COLD}
    with pytest.raises(ValueError, match="keys.take"):
        Router(hot, [handlers, {"keys.take": handler_for("keys.take", [])}])
