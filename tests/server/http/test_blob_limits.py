"""How much may be stored, for how long, and what a start and a full disk leave."""

from __future__ import annotations

from contextlib import ExitStack

import aiohttp
import msgspec
import pytest

from mentalverse_server.app import running_server
from mentalverse_server.config import Config
from mentalverse_server.config_sections import BlobsSection
from mentalverse_server.housekeeping import Housekeeping
from mentalverse_server.http.transfers import MAX_TRANSFERS_PER_ACCOUNT, Transfers
from mentalverse_server.operator import BLOB_FOLDER
from mentalverse_server.services import blobs as service
from mentalverse_server.services.blob_rules import DEFAULT_LIMITS
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.errors import (
    NotFound,
    Overloaded,
    QuotaExceeded,
    RateLimited,
    TooLarge,
    Unavailable,
)
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import AccountId
from support.account_api import Api
from support.blobs import BlobCaller, announce, blob_caller, blob_files, octets
from support.clock import ManualClock

MIB = 1024 * 1024
DAY_SECONDS = 24 * 3600


def _names(config: Config) -> set[str]:
    return {path.name for path in blob_files(config)}


def _with(config: Config, **settings: object) -> Config:
    section = BlobsSection.model_validate(settings)
    return config.model_copy(update={"blobs": section})


async def test_a_blob_over_the_limit_of_its_purpose_is_refused(
    ada: BlobCaller,
) -> None:
    limits = DEFAULT_LIMITS
    assert limits.max_attachment_bytes == 10 * MIB
    for purpose in BlobPurpose:
        most = limits.max_bytes(purpose)
        request = announce(b"x", purpose=purpose)
        with pytest.raises(TooLarge):
            await ada.create(msgspec.structs.replace(request, size=most + 1))
        await ada.create(msgspec.structs.replace(request, size=most))


async def test_only_so_many_uploads_are_open_at_once(
    ada: BlobCaller, ben: BlobCaller
) -> None:
    content = octets(10)
    requests = [announce(content) for _ in range(4)]
    for request in requests:
        await ada.create(request)

    with pytest.raises(QuotaExceeded, match="4 of 4 uploads are open"):
        await ada.create(announce(content))
    await ada.create(requests[0])
    await ben.create(announce(content))
    await ada.append(requests[0].blob, 0, content)
    await ada.create(announce(content))
    await ada.delete(requests[1].blob)
    await ada.create(announce(content))


async def test_each_purpose_has_its_quota_and_deleting_makes_room(
    config: Config, clock: ManualClock
) -> None:
    small = _with(config, attachment_quota_bytes=MIB, archive_quota_bytes=MIB)
    async with running_server(small, clock) as server, aiohttp.ClientSession() as http:
        api = Api(server, clock, http)
        ada, ben = await blob_caller(api, "ada"), await blob_caller(api, "ben")
        first = await ada.upload(octets(600_000))

        with pytest.raises(QuotaExceeded, match="600000 of 1048576 bytes are used"):
            await ada.upload(octets(600_000))
        await ada.upload(octets(600_000), BlobPurpose.ARCHIVE)
        with pytest.raises(QuotaExceeded):
            await ada.upload(octets(600_000), BlobPurpose.ARCHIVE)
        await ben.upload(octets(600_000))
        await ada.delete(first)
        await ada.upload(octets(600_000))


async def test_deleting_over_and_over_does_not_fill_the_disk(
    config: Config, clock: ManualClock
) -> None:
    """What is deleted is kept for a while: as much as one more share of the store."""
    small = _with(config, attachment_quota_bytes=MIB)
    async with running_server(small, clock) as server, aiohttp.ClientSession() as http:
        ada = await blob_caller(Api(server, clock, http), "ada")
        for _ in range(3):
            await ada.delete(await ada.upload(octets(600_000)))
        with pytest.raises(QuotaExceeded, match="deleted lately"):
            await ada.upload(octets(600_000))


async def test_tiny_blobs_count_for_more_than_their_size(
    config: Config, clock: ManualClock
) -> None:
    """Else a quota of bytes would be no bound on rows and files."""
    small = _with(config, attachment_quota_bytes=40_000)
    async with running_server(small, clock) as server, aiohttp.ClientSession() as http:
        ada = await blob_caller(Api(server, clock, http), "ada")
        await ada.upload(b"1")
        await ada.upload(b"2")
        with pytest.raises(QuotaExceeded):
            await ada.upload(b"3")


async def test_uploads_begun_and_requests_are_limited_by_account(
    config: Config, clock: ManualClock
) -> None:
    strict = _with(config, creations_per_minute=2)
    async with running_server(strict, clock) as server, aiohttp.ClientSession() as http:
        api = Api(server, clock, http)
        ada, ben = await blob_caller(api, "ada"), await blob_caller(api, "ben")
        request = announce(octets(10))
        await ada.create(request)
        await ada.create(request)
        with pytest.raises(RateLimited) as refused:
            await ada.create(request)
        assert refused.value.retry_after_ms == 30_000
        await ben.create(announce(octets(10)))
        clock.advance(30)
        await ada.create(request)


async def test_status_requests_without_end_are_limited(
    ada: BlobCaller, api: Api
) -> None:
    request = announce(octets(10))
    await ada.create(request)
    burst = int(api.server.config.quota.read_burst)
    with pytest.raises(RateLimited):
        for _ in range(burst + 1):
            await ada.status(request.blob)


def test_transfers_at_once_are_bounded_per_account_and_in_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transfers = Transfers()
    with ExitStack() as stack:
        for _ in range(MAX_TRANSFERS_PER_ACCOUNT):
            stack.enter_context(transfers.one(AccountId("a")))
        with pytest.raises(RateLimited), transfers.one(AccountId("a")):
            pass
        monkeypatch.setattr("mentalverse_server.http.transfers.MAX_TRANSFERS", 8)
        with pytest.raises(Overloaded), transfers.one(AccountId("b")):
            pass
    with transfers.one(AccountId("b")):
        pass


async def test_a_full_disk_is_told_and_loses_nothing(
    config: Config, clock: ManualClock
) -> None:
    content = octets(1000)
    request = announce(content)
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        ada = await blob_caller(Api(server, clock, http), "ada")
        await ada.create(request)
        await ada.append(request.blob, 0, content[:600])
    full = _with(config, min_free_bytes=2**60)
    async with running_server(full, clock) as server, aiohttp.ClientSession() as http:
        ada = BlobCaller(server.url, http, ada.token)
        with pytest.raises(Unavailable) as refused:
            await ada.append(request.blob, 600, content[600:])
        assert refused.value.retry_after_ms
        with pytest.raises(Unavailable):
            await ada.create(announce(content))
        assert (await ada.status(request.blob)).offset == 600
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        ada = BlobCaller(server.url, http, ada.token)
        assert (await ada.append(request.blob, 600, content[600:])).complete


# --- what is kept -------------------------------------------------------------


async def test_what_is_over_is_forgotten_with_its_file_and_archives_are_not(
    ada: BlobCaller, api: Api, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ROWS_PER_STEP", 2)
    content = octets(10)
    attachments = [await ada.upload(content) for _ in range(3)]
    archive = await ada.upload(content, BlobPurpose.ARCHIVE)
    begun = announce(content)
    await ada.create(begun)
    housekeeping = Housekeeping(api.server.writer, also=[api.server.blobs.expire])

    api.clock.advance(DAY_SECONDS)
    with pytest.raises(NotFound):
        await ada.append(begun.blob, 0, content)
    await housekeeping.prune()
    assert begun.blob not in _names(config)
    assert _names(config) == {archive, *attachments}

    api.clock.advance(89 * DAY_SECONDS)
    ada = await blob_caller(api, "ada2")
    for blob in attachments:
        with pytest.raises(NotFound):
            (await ada.fetch(blob)).of(Empty)
    await housekeeping.prune()
    assert _names(config) == {archive}
    assert (await ada.fetch(archive)).body == content


async def test_asking_again_keeps_an_upload_alive(ada: BlobCaller, api: Api) -> None:
    content = octets(1000)
    request = announce(content)
    await ada.create(request)
    await ada.append(request.blob, 0, content[:500])
    for _ in range(3):
        api.clock.advance(DAY_SECONDS - 1)
        assert (await ada.create(request)).offset == 500
    assert (await ada.append(request.blob, 500, content[500:])).complete


async def test_a_start_removes_files_without_a_row_and_nothing_else(
    config: Config, clock: ManualClock
) -> None:
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        ada = await blob_caller(Api(server, clock, http), "ada")
        complete = await ada.upload(octets(10))
        begun = announce(octets(10))
        await ada.create(begun)
    folder = config.server.data_dir / BLOB_FOLDER / "ab"
    folder.mkdir(exist_ok=True)
    orphan, stranger = folder / ("ab" * 16), folder / "notes.txt"
    orphan.write_bytes(b"left by a crash")
    stranger.write_bytes(b"not ours")
    async with running_server(config, clock):
        pass
    assert _names(config) == {complete, begun.blob, stranger.name}


async def test_metrics_tell_how_much_is_stored_and_open(
    ada: BlobCaller, api: Api
) -> None:
    await ada.upload(octets(1000))
    gone = await ada.upload(octets(1000), BlobPurpose.ARCHIVE)
    await ada.delete(gone)
    await ada.create(announce(octets(10)))
    assert api.server.metrics_url is not None
    async with api.http.get(f"{api.server.metrics_url}/metrics") as response:
        text = await response.text()
    assert "mentalverse_blob_bytes 1000.0" in text
    assert "mentalverse_blob_uploads 1.0" in text
    assert "/api/v1/blobs/{blob}" in text
