"""What a reader is shown of a call, and that a call can be written down."""

from __future__ import annotations

import msgspec
import pytest

from mentalverse_signaling.calls.commands import AskedForHelp
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.calls.snapshot import snapshot
from support.call_life import Life
from support.call_room import Room, account, opened


def test_who_waits_and_who_asked_for_help_is_for_who_leads_alone() -> None:
    room = Room(opened("peer_circle"))
    room.fill("ann", "bob")
    room.join("eve")
    room.do(AskedForHelp(account=account("ann"), tells_staff=True))
    for name, sees in (("fac", True), ("bob", False), ("eve", False)):
        roster = snapshot(room.call, account(name), room.now_ms)
        assert bool(roster.waiting) is sees
        assert bool(roster.flagged) is sees
        assert len(roster.members) == 3


@pytest.mark.parametrize("seed", range(5))
def test_a_call_is_the_same_after_it_was_written_down(seed: int) -> None:
    life = Life(seed)
    life.run(steps=150)
    written = msgspec.msgpack.encode(life.call)
    assert msgspec.msgpack.decode(written, type=Call) == life.call
