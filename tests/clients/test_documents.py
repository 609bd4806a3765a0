"""Documents of an application: handed in by one client, read by another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from mentalverse_client import Client, FileNotSaved, FileNotSendable
from mentalverse_client.documents import Header
from mentalverse_client.files.blobs import BlobTransfer
from mentalverse_signaling.credential_events import DocumentView, NeedWay
from mentalverse_signaling.errors import BadRequest, NotFound, NotNow, RoleRequired
from mentalverse_signaling.roles import Role
from support.call_wire import until
from support.clients import DEADLINE_SECONDS, PASSPHRASE, opened, person
from support.server import ServerProcess

COURSE = b"%PDF-1.7\n" + bytes(range(256)) * 1_000


@dataclass(frozen=True)
class Draft:
    """Somebody with a draft, and a point of it that a document shows."""

    client: Client
    id: str
    need: str

    async def documents(self) -> list[DocumentView]:
        """All that were handed in."""
        (view,) = await self.client.credentials.applications()
        return [each for need in view.needs for each in need.documents]

    async def is_gone(self, document: DocumentView) -> None:
        """Wait until the server does not have the file any more."""
        engine = self.client._engine
        url = engine.device.profile.identity.server_url

        async def gone() -> bool:
            async with BlobTransfer(url, engine.token) as way:
                try:
                    await way.fetch(document.blob, 1 << 24)
                except NotFound:
                    return True
            return False

        await until(gone, DEADLINE_SECONDS)


@asynccontextmanager
async def draft(
    server: ServerProcess, folder: Path, handle: str
) -> AsyncIterator[Draft]:
    async with person(server, folder, handle) as client:
        view = await client.credentials.begin("peer_mentor")
        needs = [each.need for each in view.needs if each.way is NeedWay.DOCUMENT]
        yield Draft(client, view.application, needs[0])


def course(folder: Path, name: str = "course.pdf") -> Path:
    path = folder / name
    path.write_bytes(COURSE)
    return path


@pytest.mark.capability("K01")
async def test_whoever_reviews_reads_what_was_handed_in(
    server: ServerProcess, tmp_path: Path
) -> None:
    code = await asyncio.to_thread(server.invite, Role.COORDINATOR)
    profile, target = tmp_path / "lea-doc", tmp_path / "read"
    await Client.register(server.url, code, "lea-doc", profile, PASSPHRASE)
    target.mkdir()
    async with opened(profile) as lea, draft(server, tmp_path, "max-doc") as it:
        documents = it.client.credentials.documents
        await documents.attach(it.id, it.need, course(tmp_path))
        (found,) = await it.documents()
        assert found.size == len(COURSE)
        assert not list((tmp_path / "max-doc" / "files").glob("*.out"))
        theirs = lea.credentials.documents
        with pytest.raises(NotNow):
            await theirs.open(it.id, found.document, target)
        await it.client.credentials.submit(it.id)
        path = await theirs.open(it.id, found.document, target)
        assert (path, path.read_bytes()) == (target / "course.pdf", COURSE)
        with pytest.raises(FileNotSaved):
            await theirs.open(it.id, found.document, path)
        with pytest.raises(NotFound):
            await theirs.open(it.id, "a" * 32, target)
        with pytest.raises(RoleRequired):
            await documents.open(it.id, found.document, target)


async def test_what_is_taken_back_is_deleted(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with draft(server, tmp_path, "mia-doc") as it:
        credentials, source = it.client.credentials, course(tmp_path)
        for _ in range(2):
            await credentials.documents.attach(it.id, it.need, source)
        first, second = await it.documents()
        for _ in range(2):
            await credentials.documents.detach(it.id, first.document)
        await it.is_gone(first)
        assert await it.documents() == [second]
        await credentials.withdraw(it.id)
        await it.is_gone(second)


async def test_what_cannot_be_a_document_is_refused_and_leaves_nothing(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with draft(server, tmp_path, "ida-doc") as it:
        documents = it.client.credentials.documents
        for name in ("course.exe", "course.html", "course"):
            with pytest.raises(FileNotSendable):
                await documents.attach(it.id, it.need, course(tmp_path, name))
        with pytest.raises(FileNotSendable):
            await documents.attach(it.id, it.need, tmp_path / "none.pdf")
        with pytest.raises(BadRequest):
            await documents.attach(it.id, "yoga", course(tmp_path))
        assert await it.documents() == []
        assert not list((tmp_path / "ida-doc" / "files").glob("*.out"))


def test_the_header_is_as_browsers_write_it() -> None:
    octets = "/" * 42 + "8="
    text = f'{{"key":"{octets}","sha256":"{octets}","name":"é.pdf",'
    text += '"type":"application/pdf"}'
    header = Header(b"\xff" * 32, b"\xff" * 32, "é.pdf", "application/pdf")
    assert msgspec.json.encode(header) == text.encode()
    assert msgspec.json.decode(text, type=Header) == header
