"""A milestone that both have signed enters the phase that time has opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mentalverse_crypto.ciphersuite import sign
from mentalverse_server.clock import to_millis
from mentalverse_server.store import matching
from mentalverse_server.store.matching import RelationshipRow
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_signaling.claim_events import DAY_MS, ClaimKind, claim_octets
from mentalverse_signaling.ids import ConversationId
from support.call_wire import CallWire, call_wire
from support.crisis_wire import Line, Talk

TOGETHER = "d" * 32
FOUR_WEEKS_SECONDS = 28 * 24 * 3600


async def _milestone(wire: CallWire, talk: Talk, *people: Line) -> None:
    """Signed by these, today; they alone know what it is."""
    ref, kind = bytes.fromhex(wire.id()), ClaimKind.MILESTONE
    day = to_millis(wire.clock.now()) // DAY_MS
    octets = claim_octets(ConversationId(talk.id), kind, ref, day)
    for each in people:
        signature = sign(each.caller.device.device_key, octets)
        said = {"kind": kind.value, "ref": ref, "day": day, "signature": signature}
        await each.call("claim.attest", conversation=talk.id, **said)


async def _told(wire: CallWire) -> list[Any]:
    read = wire.api.server.database.read
    rows = await read(lambda x: x.execute(select(outbox)).all())
    return [row for row in rows if row.type == "relationship.phase_changed"]


@pytest.mark.capability("S10")
async def test_both_come_into_the_second_phase_by_a_milestone(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        now_ms = to_millis(wire.clock.now())
        row = RelationshipRow(
            *(TOGETHER, ben.account, ada.account, "active", "declined"),
            mentee_oriented=True,
            mentor_oriented=True,
            started_at_ms=now_ms,
            ended_at_ms=None,
        )
        database = wire.api.server.database
        database.write(lambda x: matching.put_relationship(x, row))
        await _milestone(wire, talk, ada, ben)
        assert await _told(wire) == []
        wire.clock.advance(FOUR_WEEKS_SECONDS)
        ada, ben = await wire.again(ada), await wire.again(ben)
        await _milestone(wire, talk, ada)
        assert await _told(wire) == []
        for _ in range(2):
            await _milestone(wire, talk, ada, ben)
        (told,) = await _told(wire)
        assert told.key == f"relationship:{TOGETHER}"
        data = json.loads(told.data)
        assert data["phase"] == 2
        assert [each["party"] for each in data["members"]] == [ben.account, ada.account]
