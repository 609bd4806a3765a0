"""The roster follows its notices, and says when one of them is missing."""

from __future__ import annotations

from mentalverse_client.calls.roster import RosterMirror
from mentalverse_signaling.calls import commands
from mentalverse_signaling.calls.snapshot import snapshot
from mentalverse_signaling.fields import Fact
from support.call_room import Room, account, pushes


def start() -> tuple[Room, RosterMirror]:
    room = Room()
    room.fill("ada")
    return room, RosterMirror(snapshot(room.call, account("ada"), room.now_ms))


def lay(mirror: RosterMirror, *facts: Fact) -> None:
    for fact in facts:
        mirror.hear(fact, getattr(fact, "seq", 0))


def said(room: Room, began: int) -> list[Fact]:
    return [each.fact for each in pushes(room.effects[began:])]


def test_whoever_hears_everything_has_the_server_s_roster() -> None:
    room, mirror = start()
    began = len(room.effects)
    room.join("ben")
    room.join("cy")
    room.act(commands.SetState, "ben", is_muted=True, has_camera=False)
    room.act(commands.Leave, "cy")
    lay(mirror, *said(room, began))
    server = snapshot(room.call, account("ada"), room.now_ms)
    assert not mirror.is_behind
    assert mirror.roster.seq == server.seq
    assert set(mirror.roster.members) == set(server.members)


def test_each_missing_notice_is_noticed_with_the_next_one() -> None:
    room, _ = start()
    began = len(room.effects)
    room.join("ben")
    room.join("cy")
    room.act(commands.Leave, "cy")
    facts = said(room, began)
    assert len(facts) > 2
    for missing in range(len(facts) - 1):
        _, mirror = start()
        lay(mirror, *facts[:missing], *facts[missing + 1 :])
        assert mirror.is_behind
        mirror.take(snapshot(room.call, account("ada"), room.now_ms))
        assert not mirror.is_behind
        lay(mirror, *facts)
        assert set(mirror.members) == set(room.call.seats)


def test_an_older_answer_changes_nothing() -> None:
    room, mirror = start()
    older = mirror.roster
    began = len(room.effects)
    room.join("ben")
    lay(mirror, *said(room, began))
    mirror.take(older)
    assert account("ben") in mirror.members
