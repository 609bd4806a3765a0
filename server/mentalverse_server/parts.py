"""Parts that take many settings; `app` says in which order and puts them together."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta

from mentalverse_signaling.quota import Lane, Rate

from .clock import Clock
from .config import BlobsSection, Config
from .http.blobs import BlobApi
from .http.throttle import Throttle
from .operator import BLOB_FOLDER
from .services.blob_rules import BlobLimits
from .services.blobs import Blobs
from .services.identity import Identity
from .store.blob_files import BlobFiles
from .store.engine import Database
from .store.writer import Writer


async def open_blobs(
    config: Config,
    database: Database,
    writer: Writer,
    clock: Clock,
    stack: AsyncExitStack,
) -> Blobs:
    """Blobs in the data folder, swept and counted; closed with `stack`.

    Raises `StartupError` for a folder that will not do.
    """
    files = BlobFiles(config.server.data_dir / BLOB_FOLDER, config.blobs.min_free_bytes)
    files.prepare()
    blobs = Blobs(database, writer, files, clock, _blob_limits(config.blobs))
    stack.callback(blobs.close)
    await blobs.start()
    return blobs


def blob_api(config: Config, blobs: Blobs, identity: Identity, clock: Clock) -> BlobApi:
    """The endpoints of blobs, with an account's limits on asking and on beginning."""
    per_minute = config.blobs.creations_per_minute
    requests = Throttle(
        config.quota.rates()[Lane.READ], clock, "too many requests of this account"
    )
    creations = Throttle(
        Rate(rate_per_second=per_minute / 60, burst=per_minute),
        clock,
        "too many uploads of this account",
    )
    return BlobApi(blobs, identity, requests, creations)


def _blob_limits(settings: BlobsSection) -> BlobLimits:
    return BlobLimits(
        max_attachment_bytes=settings.max_attachment_bytes,
        attachment_quota_bytes=settings.attachment_quota_bytes,
        archive_quota_bytes=settings.archive_quota_bytes,
        max_open_uploads=settings.max_open_uploads,
        attachment_lifetime=timedelta(days=settings.attachment_days),
        upload_lifetime=timedelta(days=settings.incomplete_days),
    )
