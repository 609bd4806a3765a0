"""What shows that a point is met: `client.credentials.documents`.

    documents = client.credentials.documents
    view = await documents.attach(draft.application, "degree", Path("degree.pdf"))
    # … and by whoever reviews it:
    path = await documents.open(case.view.application, document, Path("to-read"))

A document is sealed on this device and stored as any file; what the camera wrote into
a picture is left out. What opens it goes to the server, which keeps it sealed and gives
it to those who review: an account has no key that a document could be sealed to, and
whoever reviews later has to open it too. So whoever runs the server could read it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from mentalverse_crypto.attachments import (
    AttachmentReference,
    ciphertext_bytes,
    clean_name,
)
from mentalverse_crypto.errors import InvalidRequest
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.credential_events import (
    MAX_DOCUMENT_BYTES,
    ApplicationAttach,
    ApplicationDetach,
    ApplicationList,
    Applications,
    ApplicationView,
)
from mentalverse_signaling.errors import Fault, NotFound, SignalingError
from mentalverse_signaling.ids import BlobId, ClientId, id_bytes, new_id
from mentalverse_signaling.review_events import DocumentOpened, ReviewDocument

from .engine import Engine
from .errors import BlobDamaged, FileGone, FileNotSaved, FileNotSendable
from .files.blobs import BlobTransfer
from .files.sealed_files import SealedFiles, require_free

KINDS = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
MAX_NAME_CHARS = 120
"""In octets of UTF-8 it fits the header beside the keys."""


class Header(msgspec.Struct, frozen=True):
    """What opens a document, as JSON with octets in base64; browsers write the same."""

    key: bytes
    sha256: bytes
    name: str
    type: str


class Documents:
    """What `client.credentials.documents` offers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._call = engine.call
        profile = engine.device.profile
        self._server_url = profile.identity.server_url
        self._sealed = SealedFiles(profile.vault.folder / "files")

    async def attach(
        self, application: str, need: str, source: Path
    ) -> ApplicationView:
        """Hand in a PDF or a picture (JPEG, PNG, WebP) for a point of a draft.

        Raises:
            FileNotSendable: another kind, too large, or not readable.
            BadRequest: no such point.
            NotNow: it is no draft.
            QuotaExceeded: no more is handed in for one application, or no room.
            NotFound: no such application.
            NotConnected, SignalingError; so do all of these.
        """
        blob = BlobId(new_id(self._engine.device.rng))
        sealed = self._sealed.outgoing(blob)
        try:
            reference = await self._seal(source, blob)
            async with self._transfer() as way:
                await way.upload(blob, BlobPurpose.ATTACHMENT, sealed)
        finally:
            await asyncio.to_thread(sealed.unlink, missing_ok=True)
        name = clean_name(reference.name[:MAX_NAME_CHARS])
        header = Header(reference.key, reference.sha256, name, reference.media_type)
        request = ApplicationAttach(
            ClientId(application),
            need,
            blob,
            reference.size,
            msgspec.json.encode(header),
        )
        try:
            return await self._call("application.attach", request, ApplicationView)
        except SignalingError as error:
            if error.fault is not Fault.SERVER:
                self._engine.files.forget(blob)
            raise

    async def detach(self, application: str, document: str) -> ApplicationView:
        """Take a document back; one that is gone is fine.

        Raises:
            NotNow: it is no draft.
            NotFound: no such application.
        """
        blobs = await blobs_of(self._engine, application, document)
        request = ApplicationDetach(ClientId(application), ClientId(document))
        view = await self._call("application.detach", request, ApplicationView)
        for blob in blobs:
            self._engine.files.forget(blob)
        return view

    async def open(self, application: str, document: str, target: Path) -> Path:
        """Fetch a document that somebody handed in; that it was asked for is recorded.

        Args:
            target: A path where nothing is, or a folder; the file gets the name
                there that it was handed in with.

        Returns:
            Where it is.

        Raises:
            RoleRequired: for coordinators and supervisors.
            Forbidden: one's own.
            NotFound: no such document.
            NotNow: it is not in review.
            FileGone: the server does not keep it any more.
            BlobDamaged: it does not open.
            FileNotSaved: the target exists, or cannot be written.
        """
        await asyncio.to_thread(require_free, target)
        request = ReviewDocument(ClientId(application), ClientId(document))
        opened = await self._call("review.document", request, DocumentOpened)
        blob, reference = opened.blob, _reference(opened)
        try:
            sealed = await asyncio.to_thread(self._sealed.incoming, blob)
            async with self._transfer() as way:
                size = ciphertext_bytes(reference.size)
                await way.download(blob, sealed, size, reference.sha256)
        except NotFound:
            raise FileGone("the server does not keep this document any more") from None
        except OSError as error:
            raise FileNotSaved((error.strerror or "no room").lower()) from None
        return await asyncio.to_thread(self._sealed.open, blob, reference, target)

    # --- within ---

    async def _seal(self, source: Path, blob: BlobId) -> AttachmentReference:
        most = min(await self._engine.files.max_bytes(), MAX_DOCUMENT_BYTES)
        reference = await asyncio.to_thread(
            self._sealed.seal,
            source,
            blob,
            most,
            keep_metadata=False,
            rng=self._engine.device.rng,
        )
        if reference.media_type not in KINDS:
            raise FileNotSendable("it has to be a PDF, or a JPEG, PNG or WebP picture")
        return reference

    def _transfer(self) -> BlobTransfer:
        return BlobTransfer(self._server_url, self._engine.token)


async def blobs_of(
    engine: Engine, application: str, document: str | None = None
) -> list[BlobId]:
    """The files of a document, or of all, of an application of this account."""
    found = await engine.call("application.list", ApplicationList(), Applications)
    return [
        each.blob
        for view in found.applications
        if view.application == application
        for need in view.needs
        for each in need.documents
        if document in (None, each.document)
    ]


def _reference(opened: DocumentOpened) -> AttachmentReference:
    try:
        header = msgspec.json.decode(opened.header, type=Header)
        if opened.size > MAX_DOCUMENT_BYTES:
            raise BlobDamaged("the document is larger than any may be")
        return AttachmentReference(
            id_bytes(opened.blob),
            header.key,
            header.sha256,
            opened.size,
            header.type,
            header.name,
        )
    except (msgspec.DecodeError, InvalidRequest):
        raise BlobDamaged("what would open the document is damaged") from None
