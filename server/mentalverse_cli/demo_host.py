"""The demo's host: somebody who is there when a visitor comes in by a link.

A client like any other, in the demo's process. It begins a conversation with whoever
registers by one of the printed links, answers what they write, and brings mentees and
facilitators into a circle. It says that it is a program.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from mentalverse_client import Client, ClientError, Conversation
from mentalverse_server.app import Server
from mentalverse_server.operator import create_invite
from mentalverse_server.store import accounts
from mentalverse_server.store.accounts import Joined
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import ConversationFull, SignalingError
from mentalverse_signaling.roles import Role

HOST = "host"
LINK_NOTE = "demo: link"
LOOK_SECONDS = 0.5
RETRY_SECONDS = 5.0
"""Every attempt makes a conversation, of which few a minute are allowed."""
IN_CIRCLE = frozenset({Role.MENTEE, Role.FACILITATOR})

GREETING = (
    "Hello, and welcome. I am the host of this demo: a small program, not a person. "
    "What we write is encrypted as it would be in earnest. Write something, and I "
    "will answer."
)
ANSWERS = (
    "Thank you for writing. It arrived, and only our two devices can read it.",
    "I read that. You can react to a message, reply to one, or send a file.",
    "Take your time. I am here for as long as the demo runs.",
)
IN_THE_CIRCLE = "Welcome to the circle, {handle}. Say as much or as little as you like."

log = structlog.get_logger()


async def make_host(server: Server, url: str, profile: Path, passphrase: str) -> None:
    """Register the host, the first time."""
    if not await asyncio.to_thread(profile.exists):
        roles = (Role.MENTOR, Role.FACILITATOR)
        code = await asyncio.to_thread(
            create_invite, server.config, roles, note="demo: host"
        )
        await Client.register(url, code, HOST, profile, passphrase)


@asynccontextmanager
async def hosting(
    server: Server, profile: Path, passphrase: str
) -> AsyncIterator[None]:
    """The host is there for as long as the block runs."""
    async with Client.open(profile, passphrase=passphrase) as client:
        tasks = [
            asyncio.create_task(_welcome_visitors(server, client), name="demo-welcome"),
            asyncio.create_task(_answer(client), name="demo-answer"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _welcome_visitors(server: Server, host: Client) -> None:
    """Look who came in by a link; whoever could not be reached is tried again."""
    welcomed: set[str] = set()
    while True:
        try:
            for visitor in await server.database.read(accounts.joined_by, LINK_NOTE):
                if visitor.handle not in welcomed:
                    await _welcome(host, visitor)
                    welcomed.add(visitor.handle)
        except (ClientError, SignalingError) as error:
            log.warning("demo.not_welcomed", code=error.code)
            await asyncio.sleep(RETRY_SECONDS)
        except Exception:  # the supervisor of every look
            log.exception("demo.welcome_failed")
            await asyncio.sleep(RETRY_SECONDS)
        await asyncio.sleep(LOOK_SECONDS)


async def _welcome(host: Client, visitor: Joined) -> None:
    talk = await host.direct(visitor.handle)
    if not _said(talk):
        await talk.send(GREETING)
    if IN_CIRCLE.intersection(visitor.roles):
        await _into_a_circle(host, visitor)


async def _into_a_circle(host: Client, visitor: Joined) -> None:
    """The newest circle that has a seat, or one of their own."""
    circles = [c for c in host.conversations() if c.kind is ConversationKind.CIRCLE]
    if any(_is_in(circle, visitor) for circle in circles):
        return
    leads = Role.FACILITATOR in visitor.roles
    account = await host.find(visitor.handle)
    for circle in circles:
        try:
            if leads:
                await circle.add([], staff=[account])
            else:
                await circle.add([account])
        except ConversationFull:
            continue
        break
    else:
        people = ([], [visitor.handle]) if leads else ([visitor.handle], [])
        circle = await host.create_circle(*people)
    await circle.send(IN_THE_CIRCLE.format(handle=visitor.handle))


def _is_in(circle: Conversation, visitor: Joined) -> bool:
    return any(member.handle == visitor.handle for member in circle.members())


async def _answer(host: Client) -> None:
    """Answer in conversations of two; in a circle others have the word."""
    async for message in host.messages():
        conversation = host.conversation(message.conversation)
        try:
            if conversation.kind is ConversationKind.DIRECT:
                said = _said(conversation)
                await conversation.send(ANSWERS[max(0, said - 1) % len(ANSWERS)])
            else:
                await conversation.react(message.id, "🙂")
        except (ClientError, SignalingError) as error:
            log.warning("demo.not_answered", code=error.code)
        except Exception:  # the supervisor of every answer
            log.exception("demo.answer_failed")
        conversation.mark_read(message)


def _said(conversation: Conversation) -> int:
    """How often the host has written in a conversation."""
    return sum(m.mine and m.kind == "text" for m in conversation.history(1_000))
