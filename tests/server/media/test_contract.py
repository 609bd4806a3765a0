"""The forwarder's test at the start: it passes here, and refuses what has changed."""

from __future__ import annotations

import functools
from typing import Any

import aioice.ice
import aiortc
import pytest
from aiortc import rtp

from mentalverse_server.media.driver import DriverUnfit
from mentalverse_server.media.forwarder import contract, hooks

OWNERS: dict[str, Any] = {
    "receiver": aiortc.RTCRtpReceiver,
    "sender": aiortc.RTCRtpSender,
    "transceiver": aiortc.RTCRtpTransceiver,
    "dtls": aiortc.RTCDtlsTransport,
    "ice": aiortc.RTCIceTransport,
    "connection": aioice.ice.Connection,
    "candidate": aioice.Candidate,
    "protocol": aioice.ice.StunProtocol,
    "aioice": aioice.ice,
    "rtp": rtp,
}


async def test_the_libraries_of_this_machine_pass() -> None:
    assert hooks.missing() == []
    await contract.check()


@pytest.mark.parametrize(
    ("where", "name"), [(where, name) for where, name, _ in hooks.NAMES]
)
async def test_each_name_that_is_removed_is_missed(
    where: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M12."""
    monkeypatch.setattr(contract, "SECONDS", 2)
    _remove(OWNERS[where], name, monkeypatch)
    with pytest.raises(DriverUnfit):
        await contract.check()


@pytest.mark.parametrize(
    ("where", "name"), [(where, name) for where, name, called in hooks.NAMES if called]
)
async def test_each_name_that_is_called_otherwise_is_missed(
    where: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(self: object, something_else: object) -> None:
        """Not what we call."""

    monkeypatch.setattr(OWNERS[where], name, other)
    with pytest.raises(DriverUnfit, match=name):
        await contract.check()


async def test_a_version_that_was_not_tested_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(hooks.TESTED, "aiortc", "1.15.")
    with pytest.raises(DriverUnfit, match="aiortc"):
        await contract.check()


async def test_names_that_are_there_and_do_nothing_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if packets came by another way than the tap."""

    async def handle_rtp_data(self: object, data: bytes, arrival_time_ms: int) -> None:
        """Drop it."""

    monkeypatch.setattr(contract, "SECONDS", 1)
    monkeypatch.setattr(aiortc.RTCDtlsTransport, "_handle_rtp_data", handle_rtp_data)
    with pytest.raises(DriverUnfit, match="packets pass through"):
        await contract.check()


def _remove(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the module or class, or from each object as soon as it is made."""
    if hasattr(owner, name):
        monkeypatch.delattr(owner, name)
        return
    made = owner.__init__

    @functools.wraps(made)
    def make(self: object, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        if name in vars(self):
            delattr(self, name)

    monkeypatch.setattr(owner, "__init__", make)
