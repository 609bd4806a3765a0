"""Messages and conversations: what a device may do in those it is in.

Membership is decided inside the services, by what the database says at the
moment of the write; here is only who asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from mentalverse_signaling.events import (
    ConversationCreate,
    ConversationFind,
    ConversationLeave,
    ConversationList,
    Conversations,
    ConversationsFound,
    ConversationSync,
    ConversationView,
    CursorAdvance,
    Empty,
    Fact,
    LogPage,
    MessageSend,
)

from ..router import Handler, HotHandler
from ..services.conversations import ConversationService
from ..services.delivery import Delivery
from ..transport.connections import Connection


def hot_handler(delivery: Delivery) -> HotHandler:
    """`message.send`."""

    def send(connection: Connection, payload: MessageSend) -> asyncio.Future[Fact]:
        return delivery.send(connection.device, payload)

    return send


def handlers(service: ConversationService) -> Mapping[str, Handler]:
    """`conversation.*` and `cursor.advance`."""

    async def create(c: Connection, payload: ConversationCreate) -> ConversationView:
        return await service.create(c.principal, payload)

    async def list_(c: Connection, payload: ConversationList) -> Conversations:
        return await service.list(c.principal, payload.after)

    async def find(c: Connection, payload: ConversationFind) -> ConversationsFound:
        return await service.find(c.principal, payload.after)

    async def sync(c: Connection, payload: ConversationSync) -> LogPage:
        return await service.sync(c.principal, payload)

    async def leave(c: Connection, payload: ConversationLeave) -> Empty:
        await service.leave(c.principal, payload.conversation)
        return Empty()

    async def advance(c: Connection, payload: CursorAdvance) -> Empty:
        await service.advance(c.principal, payload)
        return Empty()

    return {
        "conversation.create": create,
        "conversation.list": list_,
        "conversation.find": find,
        "conversation.sync": sync,
        "conversation.leave": leave,
        "cursor.advance": advance,
    }
