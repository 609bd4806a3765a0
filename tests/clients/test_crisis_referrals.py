"""Services to go on to by the SDK: brought in by the operator, read by responders."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from mentalverse_signaling.referral_events import ReferralContact, ReferralKind
from support.clients import opened
from support.crisis_clients import responder_profile
from support.server import start_server

from .conftest import SETTINGS

SERVICE = {
    "name": "House",
    "what": "A bed for tonight.",
    "kind": "shelter",
    "contacts": [{"channel": "phone", "value": "+43 1 23"}],
    "regions": ["AT"],
}
IN_A_DEMO = SETTINGS | {"CRISIS__MODE": "demo"}


async def test_a_responder_reads_what_the_operator_has_brought_in(
    tmp_path: Path,
) -> None:
    """A server that runs goes on with the list of its start."""
    file = tmp_path / "services.json"
    file.write_text(json.dumps([SERVICE]))
    with start_server(tmp_path / "server", IN_A_DEMO) as server:
        profile = await responder_profile(server, tmp_path, "ann")
        command = ("crisis", "referrals", "import", str(file))
        await asyncio.to_thread(server.mentalverse, *command)
        async with opened(profile) as ann:
            assert (await ann.desk.referrals("AT", "de")).is_list_empty
        await asyncio.to_thread(server.restart)
        async with opened(profile) as ann:
            shown = await ann.desk.referrals("AT", "de")
            (house,) = shown.services
            assert (house.name, house.kind) == ("House", ReferralKind.SHELTER)
            assert house.contacts == (ReferralContact("phone", "+43 1 23"),)
            elsewhere = await ann.desk.referrals("EG")
            assert (elsewhere.services, elsewhere.is_list_empty) == ((), False)
