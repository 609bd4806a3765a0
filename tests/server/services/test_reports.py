"""Reports: what the server adds of its own, and who may report what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mentalverse_server.clock import to_millis
from mentalverse_server.services.reports import ReportLimits, Reports
from mentalverse_server.store import blobs, reports
from mentalverse_server.store.blobs import BlobRow
from mentalverse_server.store.reports import ReportedRow
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    SignalingError,
)
from mentalverse_signaling.ids import BlobId
from mentalverse_signaling.recovery_api import ReportReceived, ReportSend
from support.hub import Device, Hub, Talk


def service_of(hub: Hub, *, team: bool = True, per_day: int = 50) -> Reports:
    return Reports(hub.writer, has_safety_team=team, limits=ReportLimits(per_day))


async def talk_of_two(hub: Hub) -> tuple[Device, Device, Talk]:
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    return ana, ben, talk


def report_of(hub: Hub, talk: Talk, *seqs: int, **fields: Any) -> ReportSend:
    given = {"report": hub.id(), "sealed": b"sealed"} | fields
    return ReportSend(conversation=talk.id, seqs=seqs, **given)


async def test_the_server_adds_when_the_rows_came_and_how_long_they_are(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, ben, talk = await talk_of_two(hub)
    sent = []
    for n in (10, 300):
        message = hub.message(talk, bytes(n))
        accepted = await hub.send(ana, message)
        sent.append((accepted, len(message.payload)))
        hub.clock.advance(60)
    request = report_of(hub, talk, 3, 2)
    received = await service_of(hub).send(ben.connection.principal, request)
    assert received == ReportReceived(request.report, to_millis(hub.clock.now()))
    stored = await hub.database.read(reports.find, request.report)
    assert stored is not None and stored.sealed == b"sealed"
    assert (stored.head.account, stored.head.device) == ben.leaf
    rows = [(row.seq, to_millis(row.at), row.size) for row in stored.rows]
    assert rows == [(a.seq, a.at, size) for a, size in sent]
    assert await hub.database.read(reports.newest, 10) == [(stored.head, 2)]


async def test_the_same_report_is_one_report(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await talk_of_two(hub)
    service, request = service_of(hub, per_day=1), report_of(hub, talk, 1)
    first = await service.send(ana.connection.principal, request)
    hub.clock.advance(60)
    assert await service.send(ana.connection.principal, request) == first
    phone = await hub.add_device("ana", of=ana)
    assert await service.send(phone.connection.principal, request) == first
    changed = report_of(hub, talk, 1, report=request.report, sealed=b"other")
    for device, other in ((ana, changed), (ben, request)):
        with pytest.raises(Conflict):
            await service.send(device.connection.principal, other)


async def test_rows_are_reported_by_who_could_read_them(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await talk_of_two(hub)
    eve, service = await hub.add_device("eve"), service_of(hub)
    await hub.send(ana, hub.message(talk))
    phone = await hub.add_device("ben", of=ben)
    await hub.remove(ana, talk, ben)
    await hub.send(ana, hub.message(talk))
    cases: list[tuple[Device, tuple[int, ...], type[SignalingError] | None]] = [
        (ben, (1, 2, 3), None),
        (phone, (2,), None),
        (ben, (2, 4), BadRequest),
        (ana, (4,), None),
        (ana, (5,), BadRequest),
        (ana, (2, 2), BadRequest),
        (eve, (2,), NotFound),
    ]
    for device, seqs, error in cases:
        request = report_of(hub, talk, *seqs)
        if error is None:
            await service.send(device.connection.principal, request)
            continue
        with pytest.raises(error):
            await service.send(device.connection.principal, request)
        assert await hub.database.read(reports.find, request.report) is None


async def test_strangers_cannot_tell_a_conversation_from_none(hub: Hub) -> None:
    _, _, talk = await talk_of_two(hub)
    eve, told = await hub.add_device("eve"), []
    for place in (talk, Talk(hub.id(), hub.id())):
        with pytest.raises(NotFound) as refused:
            request = report_of(hub, place, 1)
            await service_of(hub).send(eve.connection.principal, request)
        told.append(refused.value.detail)
    assert told[0] == told[1]


async def test_reports_of_one_account_are_limited_by_the_day(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await talk_of_two(hub)
    service = service_of(hub, per_day=2)
    for _ in range(2):
        await service.send(ana.connection.principal, report_of(hub, talk, 1))
        hub.clock.advance(3600)
    with pytest.raises(RateLimited) as refused:
        await service.send(ana.connection.principal, report_of(hub, talk, 1))
    assert refused.value.retry_after_ms == 22 * 3600 * 1000 + 1
    await service.send(ben.connection.principal, report_of(hub, talk, 1))
    hub.clock.advance(22 * 3600 + 1)
    await service.send(ana.connection.principal, report_of(hub, talk, 1))


async def test_without_a_safety_team_nothing_is_taken(hub: Hub) -> None:
    ana, _, talk = await talk_of_two(hub)
    with pytest.raises(Forbidden):
        await service_of(hub, team=False).send(
            ana.connection.principal, report_of(hub, talk, 1)
        )


def test_a_reported_row_says_nothing_of_its_sender() -> None:
    assert set(ReportedRow.__dataclass_fields__) == {"seq", "at", "size"}


# --- files that a report names --------------------------------------------------


def stored_blob(
    hub: Hub, size: int, purpose: BlobPurpose = BlobPurpose.ATTACHMENT
) -> Callable[[Transaction], BlobId]:
    """A script that stores a complete blob of somebody; its id."""
    blob, owner = BlobId(hub.id()), hub.id()

    def script(transaction: Transaction) -> BlobId:
        now = transaction.now
        row = BlobRow(blob, owner, purpose, size, bytes(32), now, now, None)
        blobs.create(transaction.connection, row)
        return blob

    return script


async def test_named_files_are_held_and_the_report_is_taken_whatever_they_are(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, _, talk = await talk_of_two(hub)
    there = await hub.writer.run(stored_blob(hub, 10), lane=WriterLane.OTHER)
    archive = await hub.writer.run(
        stored_blob(hub, 10, BlobPurpose.ARCHIVE), lane=WriterLane.OTHER
    )
    named = (there, archive, BlobId(hub.id()))
    request = report_of(hub, talk, 1, blobs=named)
    service = service_of(hub)
    for _ in range(2):
        received = await service.send(ana.connection.principal, request)
        assert received.held == (there,)


async def test_an_account_holds_so_many_bytes_for_so_long(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await talk_of_two(hub)
    limits = ReportLimits(held_bytes=25, held_for=timedelta(days=180))
    service = Reports(hub.writer, has_safety_team=True, limits=limits)

    async def held(by: Device) -> int:
        """How many of two files of ten bytes each are held."""
        named = [
            await hub.writer.run(stored_blob(hub, 10), lane=WriterLane.OTHER)
            for _ in range(2)
        ]
        request = report_of(hub, talk, 1, blobs=tuple(named))
        return len((await service.send(by.connection.principal, request)).held)

    assert [await held(ana), await held(ana), await held(ben)] == [2, 0, 2]
    hub.clock.advance(180 * 24 * 3600)
    assert await held(ana) == 2
