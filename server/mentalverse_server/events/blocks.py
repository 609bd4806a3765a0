"""Blocks: `block.*`, each about the caller's own."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.block_events import BlockList, Blocks, BlockSet
from mentalverse_signaling.events import Empty

from ..router import Handler
from ..services.blocks import Blocking
from ..transport.connections import Connection


def handlers(service: Blocking) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def set_(c: Connection, payload: BlockSet) -> Empty:
        await service.set(c.principal, payload)
        return Empty()

    async def list_(c: Connection, payload: BlockList) -> Blocks:
        return await service.list(c.principal)

    return {"block.set": set_, "block.list": list_}
