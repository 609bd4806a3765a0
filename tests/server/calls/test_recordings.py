"""Recording in a real server: everybody's signature, and anybody's word to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mentalverse_crypto.ciphersuite import sign
from mentalverse_signaling.errors import (
    BadRequest,
    ConsentMissing,
    RecordingForbidden,
)
from mentalverse_signaling.recording_events import OnWithdraw, consent_octets
from support.call_wire import Caller, CallWire, call_wire

TEXT = "7" * 64


async def _asked(wire: CallWire, lead: Caller) -> dict[str, Any]:
    request = wire.id()
    await lead.ask(
        "recording.request",
        request=request,
        purpose="training",
        text_hash=TEXT,
        on_withdraw="discard",
        receivers=[lead.account],
        recorder=lead.device,
    )
    return {"request": request}


def _signed(who: Caller, lead: Caller, request: str) -> bytes:
    octets = consent_octets(
        who.call,  # type: ignore[arg-type]
        request,  # type: ignore[arg-type]
        TEXT,
        (lead.account,),
        OnWithdraw.DISCARD,
    )
    return sign(who.line.caller.device.device_key, octets)


@pytest.mark.capability("C05")
async def test_nothing_is_recorded_until_everybody_has_signed(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, _, late) = await wire.circle("open_circle")
        await one.join()
        asked = await _asked(wire, lead)
        request = asked["request"]
        assert (await one.told("recording.requested"))["recording"]["state"] == (
            "requested"
        )
        await lead.ask(
            "recording.consent", **asked, signature=_signed(lead, lead, request)
        )
        with pytest.raises(ConsentMissing):
            await lead.ask("recording.start", **asked)
        with pytest.raises(BadRequest):
            await one.ask(
                "recording.consent", **asked, signature=_signed(lead, lead, request)
            )
        armed = await one.ask(
            "recording.consent", **asked, signature=_signed(one, lead, request)
        )
        assert (armed.state, armed.missing) == ("armed", ())
        await lead.ask("recording.start", **asked)
        waits = await late.join()
        assert waits.waiting is not None and waits.waiting.is_recording
        assert waits.recording is not None and waits.recording.request == request
        assert (waits.recording.purpose, waits.recording.text_hash) == (
            "training",
            TEXT,
        )
        late_yes = _signed(late, lead, request)
        await late.ask("recording.consent", **asked, signature=late_yes)
        await one.ask("recording.withdraw", **asked)
        withdrawn = await lead.told("recording.withdrawn")
        assert withdrawn["member"] == one.account
        stopped = await lead.told("recording.stopped")
        assert stopped["recording"]["state"] == "stopped"


async def test_a_recorder_that_goes_on_loses_its_seat(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle("open_circle")
        await one.join()
        asked = await _asked(wire, lead)
        for each in (lead, one):
            signature = _signed(each, lead, asked["request"])
            await each.ask("recording.consent", **asked, signature=signature)
        await lead.ask("recording.start", **asked)
        await one.ask("recording.withdraw", **asked)
        wire.clock.advance(2.1)
        told = await one.told("member.removed")
        assert told["member"] == lead.account


async def test_in_a_crisis_nothing_is_recorded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 40)
    secret.chmod(0o400)
    relay = {"turn.urls": ["turn:turn.example.org"], "turn.secret_file": secret}
    async with call_wire(tmp_path, settings=relay) as wire:
        person, helper = await wire.guest(), await wire.member("helper")
        view = await wire.start(person, await wire.talk("crisis", person, helper))
        one = wire.caller(helper, view)
        await one.join()
        with pytest.raises(RecordingForbidden):
            await _asked(wire, one)
