"""Four in a circle's room over a real server: its own group, and who has its keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.conversation import ConversationKind
from support.circle_room import circle_room, room_settings, together, waits
from support.clients import eventually
from support.server import ServerProcess, start_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    with start_server(folder, room_settings(folder)) as running:
        yield running


@pytest.mark.capability("C05")
async def test_four_meet_in_a_room_and_who_is_removed_opens_nothing_more(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with circle_room(server, tmp_path, "ada", "ben", "cy") as room:
        lead = await room.enter("lead")
        ada = await room.enter("ada")
        await together(lead, ada)
        ben, cy = await room.enter("ben"), await room.enter("cy")
        await together(lead, ada, ben, cy)
        await lead.call.captions.say("welcome")
        for each in (ada, ben, cy):
            said = await anext(each.call.captions.heard())
            assert (said.member, said.text) == (lead.client.account, "welcome")
        roster = lead.call.roster
        assert roster is not None and roster.group != room.circle.id
        group = lead.client._engine.rooms[roster.group or ""]
        assert group.record.kind is ConversationKind.CALL
        assert [it.id for it in lead.client.conversations()] == [room.circle.id]

        epoch = lead.call.status().epoch
        await lead.call.lead.remove(cy.client.account)
        await eventually(cy.task.done)
        assert cy.over
        stayed = (lead, ada, ben)
        await eventually(
            lambda: all(each.call.status().epoch > epoch for each in stayed)
        )
        await together(*stayed)
        assert cy.leaf not in group.leaves
        until_now = cy.call.sink.decoded.total()
        ring = cy.call._keying.ring
        sealed = lead.call._keying.ring.seal(Slot.MICROPHONE, b"\xf8" + bytes(40))
        assert sealed is not None
        assert ada.call._keying.ring.open(lead.leaf, Slot.MICROPHONE, sealed)
        assert ring.open(lead.leaf, Slot.MICROPHONE, sealed) is None
        assert cy.call.sink.decoded.total() == until_now


async def test_who_is_moved_back_comes_in_again_and_who_led_gets_in_once_more(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with circle_room(server, tmp_path, "ada", "ben") as room:
        lead, ada = await room.enter("lead"), await room.enter("ada")
        await together(lead, ada)
        epoch = lead.call.status().epoch
        await lead.call.lead.hold(ada.client.account)
        await eventually(lambda: ada.call.is_waiting)
        assert ada.call.status().expected == 0
        await eventually(lambda: lead.call.status().epoch > epoch)
        await eventually(lambda: ada.client.account in waits(lead.call))
        await lead.call.lead.admit()
        await eventually(ada.call.joined.is_set)
        await together(lead, ada)

        before = lead.call.roster
        assert before is not None
        await lead.leave()
        again = await room.enter("lead")
        ben = await room.enter("ben")
        await together(again, ada, ben)
