"""What follows a decision on a call: notices to sockets, groups, and the engine.

Runs after the decision is written, in the order in which decisions were taken. A notice
that finds no socket is lost; the roster tells the same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Protocol

from mentalverse_signaling.calls import effects as then
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.fields import Fact
from mentalverse_signaling.ids import AccountId, ClientId, ConversationId

from ...transport.connections import Connections
from ...transport.frames import Push, encode_push
from ..directory import Directory
from ..directory import Room as Group
from .access import Access
from .rooms import Room

EngineWork = then.Kick | then.DropFeed | then.PauseFeed | then.DestroyRoom


class EngineOut(Protocol):
    """What the media engine is told. Never blocks."""

    def carry_out(self, room: Room, effect: EngineWork) -> None:
        """Begin to."""
        ...


class NoticesOut:
    """Carries out effects; made once the live connections are there."""

    def __init__(
        self,
        connections: Connections,
        directory: Directory,
        access: Access,
        engine: EngineOut | None = None,
    ) -> None:
        self._connections = connections
        self._directory = directory
        self._access = access
        self._engine = engine

    def carry_out(
        self, room: Room, effects: tuple[then.Effect, ...], before: Call
    ) -> None:
        """In their order. Whoever had a seat hears of a call until its end."""
        seen = room.call if room.call.end is None else before
        for effect in effects:
            match effect:
                case then.Push():
                    self._push(room, seen, effect)
                case then.Ended():
                    self._access.forget(room.call.id)
                case then.Kick() | then.DropFeed() | then.PauseFeed():
                    self._tell_engine(room, effect)
                case then.DestroyRoom():
                    self._tell_engine(room, effect)

    def tell_conversation(
        self, conversation: ConversationId, event: str, fact: Fact
    ) -> None:
        """To every device that is in it."""
        self._tell(conversation, encode_push(event, fact), {})

    def _tell(
        self, conversation: ConversationId, push: Push, own: Mapping[AccountId, Push]
    ) -> None:
        group = self._directory.get(conversation)
        if group is not None:
            self._to_group(push, own, group)
        else:
            then_told = partial(self._to_group, push, own)
            self._directory.when_loaded(conversation, then_told)

    def _push(self, room: Room, call: Call, push: then.Push) -> None:
        match push.to:
            case then.Conversation():
                own = {
                    account: encode_push(push.event, fact)
                    for account, fact in push.own.items()
                }
                self._tell(call.conversation, encode_push(push.event, push.fact), own)
            case then.Everybody():
                self._send(room, call, push, call.seats)
            case then.Staff(also):
                leads = {s.account for s in call.seats.values() if s.leads}
                self._send(room, call, push, leads | ({also} if also else set()))
            case then.Member(account):
                self._send(room, call, push, (account,))
            case then.Connection(_, conn_id):
                self._send_to(room, encode_push(push.event, push.fact), conn_id)

    def _send(
        self,
        room: Room,
        call: Call,
        push: then.Push,
        accounts: Iterable[AccountId],
    ) -> None:
        encoded = encode_push(push.event, push.fact)
        for account in accounts:
            held = call.seats.get(account) or call.line.get(account)
            if held is not None:
                self._send_to(room, encoded, held.conn_id)

    def _send_to(self, room: Room, push: Push, conn_id: ClientId) -> None:
        socket = room.sockets.get(conn_id)
        if socket is not None:
            socket.send(push)

    def _to_group(
        self, push: Push, own: Mapping[AccountId, Push], found: Group | SignalingError
    ) -> None:
        if isinstance(found, Group):
            for device in found.devices:
                for connection in self._connections.by_device(device):
                    connection.send(own.get(connection.account, push))

    def _tell_engine(self, room: Room, effect: EngineWork) -> None:
        if self._engine is not None:
            self._engine.carry_out(room, effect)
