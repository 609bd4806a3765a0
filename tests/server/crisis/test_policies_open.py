"""On a desk that promises help, a stolen token changes no promise."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mentalverse_crisis.policy import DEFAULT, Rung
from mentalverse_crisis.policy_document import written
from mentalverse_signaling.errors import BadRequest, PasskeyRequired
from support.crisis_wire import crisis_wire
from support.paging import webhook_receiver
from support.passkey_steps import uses_passkey

from .test_page_links import TIERS, Bench, settings_of

SIGNED = {"signed_by": "Dr. Example", "signed_on": "2026-11-30"}


async def test_who_proposes_and_who_adopts_has_just_used_their_passkey(
    tmp_path: Path,
) -> None:
    """And a tier that nobody is behind is refused: the desk would not open again."""
    async with webhook_receiver() as receiver:
        settings = settings_of(tmp_path, receiver) | {
            "crisis.clinical_owner": "Dr. Example",
            "crisis.clinical_owner_contact": "+49 30 000000",
            "crisis.policy_signed_on": "2026-11-30",
            "crisis.emergency_numbers": ("DE 112",),
        }
        async with crisis_wire(tmp_path, "demo", settings=settings) as wire:
            bench = Bench(wire, receiver)
            leads = [await wire.supervisor(name) for name in ("lea", "kim")]
            await wire.responder("ann")
            for tier in TIERS:
                await bench.post(await bench.link(f"/{tier}"))
            clock = wire.clock
        async with crisis_wire(tmp_path, "open", clock, settings) as wire:
            lea, kim = [await wire.again(line) for line in leads]
            first = (await lea.call("policy.get")).history[0]
            assert (first.signed_by, first.signed_on) == tuple(SIGNED.values())
            policy = msgspec.structs.replace(DEFAULT, revision="own-1")
            asked = {"document": written(policy), **SIGNED}
            with pytest.raises(PasskeyRequired):
                await lea.call("policy.propose", **asked)
            await uses_passkey(wire.api, lea)
            seen = (await lea.call("policy.propose", **asked)).proposal
            read = {"revision": "own-1", "document_hash": seen.document_hash}
            with pytest.raises(PasskeyRequired):
                await kim.call("policy.adopt", **read)
            await uses_passkey(wire.api, kim)
            assert (await kim.call("policy.adopt", **read)).revision == "own-1"
            nobody = Rung(at_percent=500, pages=("tier_9",))
            policy = msgspec.structs.replace(
                policy, revision="own-2", ladder=(*policy.ladder, nobody)
            )
            with pytest.raises(BadRequest):
                document = written(policy)
                await lea.call("policy.propose", document=document, **SIGNED)
