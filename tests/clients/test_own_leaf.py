"""The leaf of a device: fresh keys about once a week, and a credential that lasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mentalverse_client.account import renewal
from mentalverse_client.account.renewal import Renewal
from mentalverse_client.groups.own_leaf import KEYS_LAST, keys_last_ms, own_credential
from mentalverse_crypto.credential import DeviceCredential
from mentalverse_signaling.device_events import CheckpointReached, DeviceCheckpoint
from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId
from support.clients import (
    eventually,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.server import ServerProcess

WEEK_MS = int(KEYS_LAST.total_seconds() * 1000)


def test_leaves_do_not_all_get_fresh_keys_at_once() -> None:
    own = (AccountId("0" * 32), DeviceId("1" * 32))
    lasting = [keys_last_ms(own, ConversationId(f"{n:032x}")) for n in range(1_000)]
    assert 0.75 * WEEK_MS <= min(lasting) < 0.8 * WEEK_MS
    assert 1.2 * WEEK_MS < max(lasting) <= 1.25 * WEEK_MS
    assert abs(sum(lasting) / len(lasting) - WEEK_MS) < 0.02 * WEEK_MS


async def test_old_keys_are_replaced_without_being_asked(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-k") as ada,
        person(server, tmp_path, "ben-k") as ben,
    ):
        talk = await ada.direct("ben-k")
        await ada.flush()
        theirs = await only_conversation(ben)
        room = talk._room
        before = talk.epoch
        room.update_record(keys_at_ms=room.record.keys_at_ms - 2 * WEEK_MS)
        ada._engine.adopt(room)
        await eventually(lambda: talk.epoch == theirs.epoch == before + 1)
        assert not room.keys_are_due


async def test_a_credential_is_renewed_and_shown_before_it_ends(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        person(server, tmp_path, "ada-m") as ada,
        person(server, tmp_path, "ben-m") as ben,
    ):
        talk = await ada.direct("ben-m")
        await ada.flush()
        theirs = await only_conversation(ben)
        profile = ada._engine.device.profile
        before = profile.identity.credential
        monkeypatch.setattr(renewal, "RENEW_BEFORE", timedelta(days=400))
        # Credentials count in seconds, and this one may be younger than that.
        later = replace(
            ada._engine.device, now=lambda: datetime.now(UTC) + timedelta(seconds=2)
        )
        await Renewal(later).renew_if_due()
        after = profile.identity.credential
        ends = [DeviceCredential.decode(each).not_after for each in (before, after)]
        assert ends[0] < ends[1]
        ada._engine.adopt(talk._room)
        await eventually(lambda: own_credential(talk._room.state) == after)
        await eventually(lambda: theirs.epoch == talk.epoch)
        await talk.send("still me")
        await eventually(lambda: texts(theirs) == ["still me"])


async def test_a_store_that_is_behind_what_it_told_sends_only_under_fresh_keys(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-o")
    async with person(server, tmp_path, "ben-o") as ben:
        async with opened(profile) as ada:
            talk = await ada.direct("ben-o")
            await ada.flush()
            theirs = await only_conversation(ben)
            epoch = talk.epoch
        async with opened(profile) as ada:
            writes = ada._engine.device.profile.vault.writes
            told = DeviceCheckpoint(writes + 1_000)
            await ada._engine.call("device.checkpoint", told, CheckpointReached)
        async with opened(profile) as ada:
            talk = ada.conversations()[0]
            await talk.send("from the copy")
            await eventually(lambda: texts(theirs) == ["from the copy"])
            assert talk.epoch == theirs.epoch == epoch + 1
            assert ada._engine.device.profile.vault.writes > writes + 1_000
        async with opened(profile) as ada:
            await ada.flush()
            assert ada.conversations()[0].epoch == epoch + 1
