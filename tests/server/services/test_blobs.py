"""Blobs on both engines: one life of each, and two who want the same id."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from mentalverse_server.services.blobs import Blobs
from mentalverse_server.store import blobs as store
from mentalverse_server.store import reports
from mentalverse_server.store.blob_files import BlobFiles
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.reports import ReportedRow, ReportHead, StoredReport
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_server.transport.connections import Principal
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.errors import Conflict, NotFound, Unavailable
from mentalverse_signaling.ids import (
    AccountId,
    BlobId,
    ConversationId,
    DeviceId,
    ReportId,
)
from mentalverse_signaling.reports import Course, Decision, ReportOutcome
from support.blobs import announce, octets
from support.hub import Hub
from support.stored import ids

CONTENT = octets(300_000)


@pytest.fixture
async def blobs(any_hub: Hub, tmp_path: Path) -> AsyncIterator[Blobs]:
    files = BlobFiles(tmp_path / "blobs")
    files.prepare()
    running = Blobs(any_hub.database, any_hub.writer, files, any_hub.clock)
    await running.start()
    yield running
    running.close()


def someone(hub: Hub) -> Principal:
    return Principal(ids(), ids(), ids(), hub.clock.now() + timedelta(days=1))


async def pieces(*octets: bytes) -> AsyncIterator[bytes]:
    for piece in octets:
        yield piece


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop turn until `holds`."""
    while not holds():  # noqa: ASYNC110 - a gauge has no event
        await asyncio.sleep(0)


async def test_a_blob_lives_from_its_announcement_to_its_end(
    any_hub: Hub, blobs: Blobs, tmp_path: Path
) -> None:
    ada, request = someone(any_hub), announce(CONTENT)
    await blobs.create(ada, request)
    await blobs.append(ada, request.blob, 0, pieces(CONTENT[:1000]))
    status = await blobs.append(
        ada, request.blob, 1000, pieces(CONTENT[1000:200_000], CONTENT[200_000:])
    )
    assert status.complete
    row = await blobs.complete(request.blob)
    read = [piece async for piece in blobs.read(row, 10, len(CONTENT))]
    assert b"".join(read) == CONTENT[10:]
    assert blobs.gauges.stored_bytes == len(CONTENT)

    any_hub.clock.advance(90 * 24 * 3600)
    with pytest.raises(NotFound):
        await blobs.complete(request.blob)
    await blobs.expire()
    assert blobs.gauges.stored_bytes == 0
    assert list((tmp_path / "blobs").glob("*/*")) == []


async def test_of_two_who_want_the_same_id_one_gets_it(
    any_hub: Hub, blobs: Blobs
) -> None:
    request = announce(CONTENT)
    people = [someone(any_hub) for _ in range(4)]
    answers = await asyncio.gather(
        *(blobs.create(person, request) for person in people), return_exceptions=True
    )
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(lost) == 3
    assert blobs.gauges.open_uploads == 1


async def test_a_blob_is_not_completed_twice_at_once(
    any_hub: Hub, blobs: Blobs
) -> None:
    ada, request = someone(any_hub), announce(CONTENT)
    await blobs.create(ada, request)
    await blobs.append(ada, request.blob, 0, pieces(CONTENT[:-1]))
    first = asyncio.create_task(
        blobs.append(ada, request.blob, len(CONTENT) - 1, pieces(CONTENT[-1:]))
    )
    others: list[BaseException | object] = []
    while not first.done():
        others += await asyncio.gather(
            blobs.append(ada, request.blob, len(CONTENT), pieces()),
            return_exceptions=True,
        )
    assert (await first).complete
    assert blobs.gauges.stored_bytes == len(CONTENT)
    assert blobs.gauges.open_uploads == 0


async def test_an_upload_that_is_deleted_while_it_completes_is_gone(
    any_hub: Hub, blobs: Blobs, tmp_path: Path
) -> None:
    ada, request = someone(any_hub), announce(CONTENT)
    await blobs.create(ada, request)

    async def deleted_half_way() -> AsyncIterator[bytes]:
        yield CONTENT[:1000]
        await blobs.delete(ada, request.blob)
        yield CONTENT[1000:]

    with pytest.raises(NotFound):
        await blobs.append(ada, request.blob, 0, deleted_half_way())
    assert list((tmp_path / "blobs").glob("*/*")) == []
    assert await any_hub.database.read(store.totals) == store.Totals(0, 0)
    assert blobs.gauges.open_uploads == 0


async def test_a_blob_announced_anew_while_it_expires_keeps_what_is_sent(
    any_hub: Hub, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, requests = someone(any_hub), [announce(CONTENT), announce(CONTENT)]
    for request in requests:
        await blobs.create(ada, request)
    any_hub.clock.advance(2 * 24 * 3600)
    removing, go_on = asyncio.Event(), threading.Event()
    loop, remove = asyncio.get_running_loop(), BlobFiles.remove

    def slowly(files: BlobFiles, *ids: BlobId) -> None:
        loop.call_soon_threadsafe(removing.set)
        assert go_on.wait(60)
        remove(files, *ids)

    monkeypatch.setattr(BlobFiles, "remove", slowly)
    expiring = asyncio.create_task(blobs.expire())
    await asyncio.wait_for(removing.wait(), 60)
    again = [asyncio.create_task(blobs.create(ada, request)) for request in requests]
    async with asyncio.timeout(60):
        await until(lambda: blobs.gauges.open_uploads == 4)
    go_on.set()
    await asyncio.gather(expiring, *again)
    for request in requests:
        assert (await blobs.append(ada, request.blob, 0, pieces(CONTENT))).complete


async def test_what_was_sealed_completes_no_blob_announced_after_it(
    any_hub: Hub, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, request = someone(any_hub), announce(CONTENT)
    await blobs.create(ada, request)
    sealed, go_on = asyncio.Event(), threading.Event()
    loop, seal = asyncio.get_running_loop(), BlobFiles.seal

    def slowly(files: BlobFiles, blob: BlobId, sha256: bytes) -> bool:
        is_right = seal(files, blob, sha256)
        loop.call_soon_threadsafe(sealed.set)
        assert go_on.wait(60)
        return is_right

    monkeypatch.setattr(BlobFiles, "seal", slowly)
    sending = asyncio.create_task(blobs.append(ada, request.blob, 0, pieces(CONTENT)))
    await asyncio.wait_for(sealed.wait(), 60)
    any_hub.clock.advance(1)
    deleting = asyncio.create_task(blobs.delete(ada, request.blob))
    async with asyncio.timeout(60):
        await until(lambda: blobs.gauges.open_uploads == 0)
        creating = asyncio.create_task(blobs.create(ada, request))
        await until(lambda: blobs.gauges.open_uploads == 1)
    go_on.set()
    with pytest.raises(NotFound):
        await sending
    await asyncio.gather(deleting, creating)
    assert not (await blobs.status(ada, request.blob)).complete


async def test_a_disk_that_fails_while_completing_loses_nothing(
    any_hub: Hub, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, request = someone(any_hub), announce(CONTENT)
    await blobs.create(ada, request)

    def fail(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(BlobFiles, "seal", fail)
        with pytest.raises(Unavailable):
            await blobs.append(ada, request.blob, 0, pieces(CONTENT))
    with pytest.raises(NotFound):
        await blobs.complete(request.blob)
    assert (await blobs.append(ada, request.blob, len(CONTENT), pieces())).complete


async def test_a_crash_between_row_and_file_is_mended_by_asking_again(
    any_hub: Hub, blobs: Blobs
) -> None:
    ada, request = someone(any_hub), announce(CONTENT, purpose=BlobPurpose.ARCHIVE)
    row = store.BlobRow(
        request.blob,
        ada.account,
        request.purpose,
        request.size,
        request.sha256,
        any_hub.clock.now(),
        None,
        any_hub.clock.now() + timedelta(days=1),
    )
    await any_hub.writer.run(
        lambda t: store.create(t.connection, row), lane=WriterLane.OTHER
    )
    with pytest.raises(NotFound):
        await blobs.append(ada, request.blob, 0, pieces(CONTENT))
    assert (await blobs.create(ada, request)).offset == 0
    status = await blobs.append(ada, request.blob, 0, pieces(CONTENT))
    assert (status.complete, status.expires_at) == (True, None)


# --- deleted, and held for a report --------------------------------------------

DAY = 24 * 3600


async def stored(blobs: Blobs, ada: Principal, content: bytes = CONTENT) -> BlobId:
    request = announce(content)
    await blobs.create(ada, request)
    await blobs.append(ada, request.blob, 0, pieces(content))
    return request.blob


async def hold(hub: Hub, blob: BlobId, days: int) -> ReportId:
    """What a report does that names a blob."""
    report = ReportId(hub.id())

    def script(transaction: Transaction) -> None:
        now, connection = transaction.now, transaction.connection
        by = AccountId(hub.id()), DeviceId(hub.id())
        head = ReportHead(report, *by, ConversationId(hub.id()), now)
        rows = (ReportedRow(1, now, 1),)
        reports.add(connection, StoredReport(head, rows, b"sealed"))
        until = now + timedelta(days=days)
        reports.hold(connection, report, [blob], until)

    await hub.writer.run(script, lane=WriterLane.OTHER)
    return report


async def test_what_was_deleted_is_shown_to_nobody_and_gone_after_30_days(
    any_hub: Hub, blobs: Blobs
) -> None:
    ada = someone(any_hub)
    blob = await stored(blobs, ada)
    await blobs.delete(ada, blob)
    with pytest.raises(NotFound):
        await blobs.complete(blob)
    any_hub.clock.advance(30 * DAY - 1)
    await blobs.delete(ada, blob)
    await blobs.expire()
    assert blobs.gauges.stored_bytes == len(CONTENT)
    any_hub.clock.advance(1)
    await blobs.expire()
    assert blobs.gauges.stored_bytes == 0


async def test_what_a_report_holds_stays_until_the_case_is_over(
    any_hub: Hub, blobs: Blobs
) -> None:
    ada = someone(any_hub)
    deleted, expired = await stored(blobs, ada), await stored(blobs, ada, octets(9))
    held = [await hold(any_hub, blob, 180) for blob in (deleted, expired)]
    await blobs.delete(ada, deleted)
    any_hub.clock.advance(100 * DAY)
    await blobs.expire()
    assert blobs.gauges.stored_bytes == len(CONTENT) + 9
    for blob in (deleted, expired):
        with pytest.raises(NotFound):
            await blobs.complete(blob)

    decided = Decision(ReportOutcome.DISMISSED, any_hub.clock.now())

    def close(transaction: Transaction) -> None:
        reports.move(transaction.connection, held[0], Course(decided))

    def named(connection: Connection) -> list[tuple[BlobId, ...]]:
        return [reports.held(connection, each) for each in held]

    await any_hub.writer.run(close, lane=WriterLane.OTHER)
    any_hub.clock.advance(30 * DAY - 1)
    await blobs.expire()
    assert blobs.gauges.stored_bytes == len(CONTENT) + 9, "it may still be appealed"
    any_hub.clock.advance(1)
    await blobs.expire()
    assert blobs.gauges.stored_bytes == 9
    assert await any_hub.database.read(named) == [(), (expired,)]
    any_hub.clock.advance(50 * DAY)
    await blobs.expire()
    assert blobs.gauges.stored_bytes == 0
    assert await any_hub.database.read(named) == [(), ()]


async def test_what_is_kept_after_deletion_counts_apart_for_its_sender(
    any_hub: Hub, blobs: Blobs
) -> None:
    """Deleting makes room, and over and over it does not fill the disk."""
    ada = someone(any_hub)
    await blobs.delete(ada, await stored(blobs, ada))
    usage = await any_hub.database.read(
        store.usage, ada.account, BlobPurpose.ATTACHMENT
    )
    assert usage == store.Usage(0, len(CONTENT), 0)
