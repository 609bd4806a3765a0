"""A bundle refers only to blobs that are there, and they stay while they are needed."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from mentalverse_crypto.detached import Detached
from mentalverse_crypto.headers import detach_commit
from mentalverse_server.services.blobs import Blobs
from mentalverse_server.store import blobs as store
from mentalverse_server.store.blob_files import BlobFiles
from mentalverse_server.store.retention import WELCOME_DAYS
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import BadRequest, Forbidden, NotFound
from mentalverse_signaling.events import GroupCommit
from mentalverse_signaling.ids import BlobId, id_bytes
from support.blobs import announce
from support.hub import Device, Hub

DAY = timedelta(days=1)


class Stored:
    """The blobs of a hub's server."""

    def __init__(self, hub: Hub, blobs: Blobs) -> None:
        self.hub = hub
        self.blobs = blobs

    async def store(
        self, by: Device, octets: bytes, purpose: BlobPurpose = BlobPurpose.GROUP
    ) -> bytes:
        """A complete blob; its id."""
        request = announce(octets, purpose=purpose)
        principal = by.connection.principal
        await self.blobs.create(principal, request)
        await self.blobs.append(principal, request.blob, 0, _whole(octets))
        return id_bytes(request.blob)

    async def is_there(self, blob: bytes) -> bool:
        """Whether it can be fetched."""
        try:
            await self.blobs.complete(BlobId(blob.hex()))
        except NotFound:
            return False
        return True

    async def kept_for_ever(self, blob: bytes) -> bool:
        row = await self.hub.database.read(store.find, BlobId(blob.hex()))
        return row is not None and row.expires_at is None


async def _whole(octets: bytes) -> AsyncIterator[bytes]:
    yield octets


@pytest.fixture
async def stored(any_hub: Hub, tmp_path: Path) -> AsyncIterator[Stored]:
    files = BlobFiles(tmp_path / "blobs")
    files.prepare()
    blobs = Blobs(any_hub.database, any_hub.writer, files, any_hub.clock)
    await blobs.start()
    yield Stored(any_hub, blobs)
    blobs.close()


async def detached(
    stored: Stored, by: Device, commit: GroupCommit, welcome: bytes, group_info: bytes
) -> tuple[GroupCommit, tuple[bytes, bytes, bytes]]:
    """The same commit with all its parts stored, and the blobs of these."""
    ids = [
        await stored.store(by, part) for part in (commit.commit, welcome, group_info)
    ]
    sent = msgspec.structs.replace(
        commit,
        commit=detach_commit(commit.commit, ids[0]).encode(),
        welcome=Detached.of(welcome, ids[1]).encode(),
        group_info=Detached.of(group_info, ids[2]).encode(),
    )
    return sent, (ids[0], ids[1], ids[2])


async def test_a_bundle_by_blob_is_delivered_as_any_other(
    any_hub: Hub, stored: Stored
) -> None:
    """Same epoch, same row, same Welcome; and a repeated one has the same answer."""
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    sent, _ = await detached(
        stored, ana, hub.commit(talk, adds=(ben,)), os.urandom(70_000), b"info"
    )
    accepted = await hub.dispatch(ana, sent)
    assert await hub.dispatch(ana, sent) == accepted
    page = await hub.call(ana, "conversation.sync", conversation=talk.id, since=0)
    assert [row.payload for row in page.rows] == [sent.commit]
    waiting = await hub.call(ben, "welcome.list")
    assert [welcomed.payload for welcomed in waiting.welcomes] == [sent.welcome]
    info = await hub.call(ana, "group.info", conversation=talk.id)
    assert (info.epoch, info.group_info) == (1, sent.group_info)


async def test_parts_are_kept_for_as_long_as_somebody_needs_them(
    any_hub: Hub, stored: Stored
) -> None:
    """The commit always, the Welcome longer than its queue, the newest GroupInfo."""
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    first, (commit, welcome, info) = await detached(
        stored, ana, hub.commit(talk, adds=(ben,)), b"a welcome", b"group info"
    )
    await hub.take_epoch(ana, talk, first)
    with pytest.raises(Forbidden):
        await stored.blobs.delete(ana.connection.principal, BlobId(commit.hex()))
    hub.clock.advance(timedelta(days=WELCOME_DAYS).total_seconds())
    await stored.blobs.expire()
    assert await stored.is_there(welcome)
    hub.clock.advance(timedelta(days=400).total_seconds())
    await stored.blobs.expire()
    assert not await stored.is_there(welcome)
    assert await stored.is_there(commit)
    assert await stored.is_there(info)

    second = msgspec.structs.replace(hub.commit(talk), group_info=b"the next")
    await hub.take_epoch(ana, talk, second)
    assert await stored.is_there(info), "somebody may be fetching it"
    hub.clock.advance(2 * DAY.total_seconds())
    await stored.blobs.expire()
    assert not await stored.is_there(info)
    assert await stored.kept_for_ever(commit)


async def test_a_fresh_group_comes_by_blob_and_lets_the_last_group_info_go(
    any_hub: Hub, stored: Stored
) -> None:
    """A frozen group leaves no GroupInfo behind, and the fresh one keeps its own."""
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana, ConversationKind.DIRECT)
    await hub.add(ana, talk, ben)
    last = await stored.store(ana, b"the last")
    sent = Detached.of(b"the last", last).encode()
    bad = msgspec.structs.replace(hub.commit(talk), group_info=sent)
    await hub.take_epoch(ana, talk, bad)
    assert await hub.reject(ben, talk, 1)
    info, welcome = await stored.store(ben, b"info"), await stored.store(ben, b"hello")
    fresh = msgspec.structs.replace(
        hub.recreation(talk, ana),
        group_info=Detached.of(b"info", info).encode(),
        welcome=Detached.of(b"hello", welcome).encode(),
    )
    await hub.recreate(ben, talk, fresh)
    hub.clock.advance(2 * DAY.total_seconds())
    await stored.blobs.expire()
    assert not await stored.is_there(last)
    assert await stored.is_there(welcome)
    assert await stored.kept_for_ever(info)


async def test_a_bundle_is_refused_whose_parts_are_not_the_committers_own_blobs(
    any_hub: Hub, stored: Stored
) -> None:
    """Nobody is welcomed to what cannot be fetched, and the epoch stays open."""
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    plain, body = hub.commit(talk, adds=(ben,)), b"a welcome"
    shared = await stored.store(ana, b"for two")
    bad = {
        "a blob that nobody stored": Detached.of(body, os.urandom(16)),
        "one of somebody else": Detached.of(body, await stored.store(ben, body)),
        "one for another purpose": Detached.of(
            body, await stored.store(ana, body, BlobPurpose.ARCHIVE)
        ),
        "one with other octets": Detached.of(
            body, await stored.store(ana, b"A Welcome")
        ),
    }
    for what, part in bad.items():
        with pytest.raises(BadRequest):
            await hub.dispatch(
                ana, msgspec.structs.replace(plain, welcome=part.encode())
            )
            pytest.fail(what)
    for_two = Detached.of(b"for two", shared).encode()
    with pytest.raises(BadRequest):
        await hub.dispatch(
            ana, msgspec.structs.replace(plain, welcome=for_two, group_info=for_two)
        )
    with pytest.raises(BadRequest):
        await hub.dispatch(ana, msgspec.structs.replace(plain, group_info=for_two[:-1]))
    assert (await hub.call(ben, "welcome.list")).welcomes == ()
    await hub.take_epoch(ana, talk, plain)


async def test_an_upload_that_was_never_committed_goes_away_by_itself(
    any_hub: Hub, stored: Stored
) -> None:
    ana = await any_hub.add_device("ana")
    blob = await stored.store(ana, b"of a commit that lost")
    any_hub.clock.advance(timedelta(days=WELCOME_DAYS).total_seconds())
    await stored.blobs.expire()
    assert await stored.is_there(blob)
    any_hub.clock.advance(2 * DAY.total_seconds())
    await stored.blobs.expire()
    assert not await stored.is_there(blob)
