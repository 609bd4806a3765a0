"""Epoch changes and Welcomes: `group.*`, `welcome.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.events import (
    CommitAccepted,
    Empty,
    GroupCommit,
    GroupInfoRequest,
    GroupInfoView,
    GroupRejoin,
    WelcomeConfirm,
    WelcomeList,
    Welcomes,
)
from mentalverse_signaling.freeze_events import (
    GroupRecreate,
    GroupReject,
    RejectionNoted,
)

from ..router import Handler
from ..services.freezing import Freezing
from ..services.groups import Groups
from ..services.rejoin import Rejoin
from ..transport.connections import Connection


def handlers(
    service: Groups, rejoining: Rejoin, freezing: Freezing
) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def commit(c: Connection, payload: GroupCommit) -> CommitAccepted:
        return await service.commit(c.principal, payload)

    async def info(c: Connection, payload: GroupInfoRequest) -> GroupInfoView:
        return await rejoining.info(c.principal, payload.conversation)

    async def rejoin(c: Connection, payload: GroupRejoin) -> CommitAccepted:
        return await rejoining.rejoin(c.principal, payload)

    async def reject(c: Connection, payload: GroupReject) -> RejectionNoted:
        return await freezing.reject(c.principal, payload)

    async def recreate(c: Connection, payload: GroupRecreate) -> CommitAccepted:
        return await freezing.recreate(c.principal, payload)

    async def list_(c: Connection, payload: WelcomeList) -> Welcomes:
        return await service.welcomes(c.principal)

    async def confirm(c: Connection, payload: WelcomeConfirm) -> Empty:
        await service.confirm_welcome(c.principal, payload.welcome)
        return Empty()

    return {
        "group.commit": commit,
        "group.info": info,
        "group.rejoin": rejoin,
        "group.reject": reject,
        "group.recreate": recreate,
        "welcome.list": list_,
        "welcome.confirm": confirm,
    }
