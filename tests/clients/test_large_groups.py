"""A group is not kept small by what one message can carry."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from mentalverse_client import AlarmKind, Client, Conversation, Standing
from mentalverse_client.account.device import Device
from mentalverse_client.account.suites import HYBRID
from mentalverse_client.groups import bundle
from mentalverse_client.groups.bundle import carried, carried_from_outside
from mentalverse_client.store.records import Outgoing, Staged
from mentalverse_client.sync import parts as moving
from mentalverse_crypto.detached import is_detached, read_detached
from mentalverse_crypto.framing import ContentType
from mentalverse_crypto.headers import read_header
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.envelope import MAX_BUNDLE_BYTES, MAX_CIPHERTEXT_BYTES
from support.clients import (
    eventually,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.mls_frames import private_message
from support.rooms import World, founded, joined, package_of, plan
from support.server import ServerProcess

COMMIT = private_message("a" * 32, 7, "b" * 32, ContentType.COMMIT, body=bytes(30_000))


def whole(staged: Staged, sent: bytes | None) -> bytes:
    """The part that was sent, or what it stands for."""
    assert sent is not None
    stands_for = read_detached(sent)
    if stands_for is None:
        return sent
    octets = {part.blob: part.octets for part in staged.parts}[stands_for.blob]
    assert stands_for.is_of(octets)
    return octets


# --- what goes by blob ---


def test_a_small_bundle_goes_as_it_is() -> None:
    sent = carried(os.urandom, COMMIT, b"welcome", b"info")
    assert (sent.commit, sent.welcome, sent.group_info) == (COMMIT, b"welcome", b"info")
    assert sent.parts == ()


def test_parts_that_are_too_large_go_by_blob_and_the_others_with_the_commit() -> None:
    welcome, info = os.urandom(bundle.MAX_CARRIED_BYTES + 1), b"info"
    sent = carried(os.urandom, COMMIT, welcome, info)
    assert (sent.commit, sent.group_info) == (COMMIT, info)
    assert [part.octets for part in sent.parts] == [welcome]


def test_of_parts_that_are_too_large_together_the_largest_go_by_blob() -> None:
    welcome, info = os.urandom(20_000), os.urandom(19_000)
    sent = carried(os.urandom, COMMIT, welcome, info)
    assert [part.octets for part in sent.parts] == [COMMIT]
    assert read_header(sent.commit)._replace(size=0) == read_header(COMMIT)._replace(
        size=0
    )
    outside = carried_from_outside(os.urandom, COMMIT, os.urandom(30_000))
    assert outside.commit == COMMIT
    assert len(outside.parts) == 1


def test_a_hybrid_group_of_24_devices_is_founded_and_joined(tmp_path: Path) -> None:
    """Eight people with three devices each, in one commit, and back to one message."""
    world = World(tmp_path)
    people = [world.device(f"person-{n}") for n in range(8)]
    founder, *others = people + [
        world.device(f"device-{n}", sibling=people[n % 8]) for n in range(16)
    ]
    room = founded(world, founder, ConversationKind.CIRCLE)
    staged = room.stage(_plan_for(others), [package_of(other) for other in others])
    sent = [staged.commit, staged.welcome or b"", staged.group_info or b""]
    assert all(is_detached(part) for part in sent)
    assert sum(map(len, sent)) <= MAX_BUNDLE_BYTES
    assert len(staged.commit) <= MAX_CIPHERTEXT_BYTES
    row = world.append(staged.commit)
    world.read(room)
    assert (room.state.suite, len(room.leaves)) == (HYBRID, 24)
    theirs = joined(others[-1], room, row.seq, whole(staged, staged.welcome))
    assert theirs.leaves == room.leaves
    world.send(room, "hello to 24")
    theirs.update_record(cursor=row.seq)
    world.read(theirs)
    world.close()


# --- over a server ---


@pytest.fixture
def everything_by_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a large group, with two or three people."""
    monkeypatch.setattr(bundle, "MAX_CARRIED_BYTES", 0)


def _plan_for(devices: list[Device]) -> Outgoing:
    """A change that adds these devices, some of them of the founder's account."""
    leaves = tuple(device.leaf for device in devices)
    return msgspec.structs.replace(plan(), add_devices=leaves)


def blob_files(server: ServerProcess) -> Iterator[Path]:
    return (path for path in (server.data / "blobs").rglob("*") if path.is_file())


def damage(server: ServerProcess, but: frozenset[Path] = frozenset()) -> None:
    """Flip a bit of every blob; doing it twice repairs them."""
    for path in blob_files(server):
        if path not in but:
            octets = bytearray(path.read_bytes())
            octets[len(octets) // 2] ^= 1
            path.write_bytes(octets)


def _all_of(talk: Conversation) -> str:
    return "\n".join(message.text for message in talk.history(1_000))


async def test_a_full_circle_is_founded_in_one_step(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Nine people: the commit that lets eight of them in is too large for a message."""
    handles = [f"full-{n}" for n in range(9)]
    async with AsyncExitStack() as stack:
        founder, *others = [
            await stack.enter_async_context(person(server, tmp_path, handle))
            for handle in handles
        ]
        before = set(blob_files(server))
        circle = await founder.create_circle(handles[1:])
        assert set(blob_files(server)) > before
        rooms = [circle, *[await only_conversation(other) for other in others]]
        for room in rooms:
            await room.send("here")
        for room in rooms:
            await eventually(lambda r=room: len(texts(r)) == 9)  # type: ignore[misc]
        assert {room.encryption_state.suite for room in rooms} == {HYBRID.name}
        assert len({room.safety_number() for room in rooms}) == 1


async def test_a_welcome_of_which_a_part_is_damaged_is_refused_shown_and_not_lost(
    server: ServerProcess, tmp_path: Path, everything_by_blob: None
) -> None:
    profile = await register(server, tmp_path, "ben-dw")
    async with opened(profile):
        pass
    async with person(server, tmp_path, "ada-dw") as ada:
        talk = await ada.direct("ben-dw")
        await talk.send("hello")
        await ada.flush()
        damage(server)
        async with opened(profile) as ben:
            assert ben.conversations() == []
            assert [alarm.kind for alarm in ben.alarms()] == [AlarmKind.REFUSED]
        damage(server)
        async with opened(profile) as ben:
            theirs = await only_conversation(ben)
            await eventually(lambda: texts(theirs) == ["hello"])


async def test_a_commit_that_is_damaged_is_not_applied_and_the_device_comes_back(
    server: ServerProcess, tmp_path: Path, everything_by_blob: None
) -> None:
    profile = await register(server, tmp_path, "ben-dc")
    async with (
        person(server, tmp_path, "ada-dc") as ada,
        person(server, tmp_path, "cleo-dc") as cleo,
    ):
        async with opened(profile) as ben:
            circle = await ada.create_circle(["ben-dc", "cleo-dc"])
            theirs = await only_conversation(ben)
        before = frozenset(blob_files(server))
        await circle.remove(cleo.account)
        await circle.send("after")
        await ada.flush()
        commits = {p for p in blob_files(server) if p not in before and _is_commit(p)}
        damage(server, but=frozenset(blob_files(server)) - commits)
        async with opened(profile) as ben:
            theirs = await only_conversation(ben)
            await eventually(lambda: "came back on this device" in _all_of(theirs))
            assert theirs.encryption_state.standing is Standing.ACTIVE
            await theirs.send("back")
            await eventually(lambda: "back" in texts(circle))
            assert "after" not in texts(theirs)


async def test_a_welcome_of_which_a_part_does_not_come_is_asked_for_again(
    server: ServerProcess, tmp_path: Path, everything_by_blob: None
) -> None:
    """And nothing else waits for it meanwhile."""
    async with (
        person(server, tmp_path, "ada-nw") as ada,
        person(server, tmp_path, "ben-nw") as ben,
        person(server, tmp_path, "cleo-nw") as cleo,
    ):
        other = await cleo.direct("ben-nw")
        await only_conversation(ben)
        moved = ben._engine.parts
        with pytest.MonkeyPatch.context() as impatient:
            impatient.setattr(moving, "FETCH_SECONDS", 0.5)
            impatient.setattr(moved, "_server_url", "http://127.0.0.1:9")
            talk = await ada.direct("ben-nw")
            await talk.send("hello")
            await other.send("meanwhile")
            theirs = ben.conversation(other.id)
            await eventually(lambda: texts(theirs) == ["meanwhile"])
            assert len(ben.conversations()) == 1
        _look_again(ben)
        await eventually(lambda: len(ben.conversations()) == 2)
        await eventually(lambda: texts(ben.conversation(talk.id)) == ["hello"])


def _look_again(client: Client) -> None:
    """What the client does by itself once a minute."""
    client._engine._look_again.set()


def _is_commit(path: Path) -> bool:
    """Whether a blob is a PrivateMessage, wire format 2 (RFC 9420 §6)."""
    return path.read_bytes()[:4] == b"\x00\x01\x00\x02"
