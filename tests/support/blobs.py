"""Blobs over plain HTTP, as a client in any language would send them."""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec

from mentalverse_client.account.profile import open_profile
from mentalverse_client.account.sign_in import SignInSource
from mentalverse_server.config import Config
from mentalverse_server.operator import BLOB_FOLDER
from mentalverse_signaling.blob_api import (
    UPLOAD_OFFSET,
    BlobCreate,
    BlobPurpose,
    BlobStatus,
)
from mentalverse_signaling.envelope import unwrap
from mentalverse_signaling.ids import BlobId, new_id
from support.account_api import Api
from support.clients import PASSPHRASE, register
from support.devices import DeviceKeys
from support.server import ServerProcess

T = TypeVar("T")
OCTETS = {"Content-Type": "application/octet-stream"}


def octets(size: int, seed: int = 0) -> bytes:
    """Content that is the same in every run and does not repeat."""
    return random.Random(seed).randbytes(size)


def announce(
    content: bytes,
    blob: str | None = None,
    purpose: BlobPurpose = BlobPurpose.ATTACHMENT,
) -> BlobCreate:
    """What a client says before it uploads `content`."""
    name = BlobId(blob or new_id(random.SystemRandom().randbytes))
    return BlobCreate(name, purpose, len(content), hashlib.sha256(content).digest())


def blob_files(config: Config) -> list[Path]:
    """Every file among the blobs of a server."""
    return list((config.server.data_dir / BLOB_FOLDER).glob("*/*"))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes

    def of(self, shape: type[T]) -> T:
        """The body in its type; an error of the server is raised."""
        if self.status >= 400:
            unwrap(msgspec.json.decode(self.body))
        return msgspec.json.decode(self.body, type=shape)


@dataclass(frozen=True)
class BlobCaller:
    """One signed-in device."""

    url: str
    http: aiohttp.ClientSession
    token: str
    device: DeviceKeys | None = None

    async def request(
        self, method: str, path: str, data: Any = None, **headers: str
    ) -> Answer:
        authorised = {"Authorization": f"Bearer {self.token}"} | headers
        async with self.http.request(
            method, f"{self.url}/api/v1/blobs{path}", data=data, headers=authorised
        ) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def create(self, request: BlobCreate) -> BlobStatus:
        json = {"Content-Type": "application/json"}
        body = msgspec.json.encode(request)
        return (await self.request("POST", "", body, **json)).of(BlobStatus)

    async def patch(self, blob: str, offset: int, content: bytes) -> Answer:
        headers = {UPLOAD_OFFSET: str(offset), **OCTETS}
        return await self.request("PATCH", f"/{blob}", content, **headers)

    async def append(self, blob: str, offset: int, content: bytes) -> BlobStatus:
        return (await self.patch(blob, offset, content)).of(BlobStatus)

    async def status(self, blob: str) -> BlobStatus:
        return (await self.request("GET", f"/{blob}/status")).of(BlobStatus)

    async def fetch(self, blob: str, **headers: str) -> Answer:
        return await self.request("GET", f"/{blob}", **headers)

    async def delete(self, blob: str) -> Answer:
        return await self.request("DELETE", f"/{blob}")

    async def upload(
        self, content: bytes, purpose: BlobPurpose = BlobPurpose.ATTACHMENT
    ) -> BlobId:
        """A complete blob with this content."""
        request = announce(content, purpose=purpose)
        await self.create(request)
        offset = 0
        while offset < len(content):
            piece = content[offset : offset + 1024 * 1024]
            offset = (await self.append(request.blob, offset, piece)).offset
        return request.blob


@asynccontextmanager
async def signed_in(
    server: ServerProcess, folder: Path, handle: str
) -> AsyncIterator[SignInSource]:
    """Where the tokens of a new account on a server process come from."""
    profile = open_profile(
        await register(server, folder, handle), PASSPHRASE, os.urandom
    )
    try:
        yield SignInSource(profile, lambda: int(time.time() * 1000))
    finally:
        profile.vault.close()


async def blob_caller(api: Api, handle: str) -> BlobCaller:
    """A new account, signed in, on a server in this process."""
    caller = await api.newcomer(handle)
    return BlobCaller(api.server.url, api.http, caller.token, caller.device)
