"""Blobs under `/api/v1/blobs` (`mentalverse_signaling.blob_api`)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import hdrs, web

from mentalverse_signaling.blob_api import (
    MAX_PATCH_BYTES,
    UPLOAD_OFFSET,
    BlobCreate,
)
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    TooLarge,
)
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import BlobId, parse_id

from ..services.blobs import Blobs
from ..services.identity import Identity
from ..store.blob_files import WrongOffset
from ..throttle import Throttle
from ..transport.connections import Principal
from .api import BASE
from .callers import caller_of
from .security import error_response, json_response, read_body
from .streaming import stream
from .transfers import Transfers

PIECE_BYTES = 256 * 1024
"""Collected from the network before the disk is asked."""
_OFFSET = re.compile(r"[0-9]{1,15}", re.ASCII)
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII)


class BlobApi:
    """Handlers: who asks, bounds, then one call of the service."""

    def __init__(
        self,
        blobs: Blobs,
        identity: Identity,
        requests: Throttle[str],
        creations: Throttle[str],
    ) -> None:
        """The throttles count by account."""
        self._blobs = blobs
        self._identity = identity
        self._requests = requests
        self._creations = creations
        self._transfers = Transfers()

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of blobs."""
        one = f"{BASE}/blobs/{{blob}}"
        return [
            web.post(f"{BASE}/blobs", self._create),
            web.patch(one, self._append),
            web.get(f"{one}/status", self._status),
            web.get(one, self._fetch),
            web.delete(one, self._delete),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        self._creations.check(principal.account)
        body = await read_body(request, BlobCreate)
        return json_response(await self._blobs.create(principal, body))

    async def _append(self, request: web.Request) -> web.Response:
        principal, blob = await self._caller(request), _blob(request)
        offset = _offset(request)
        _check_body(request)
        try:
            with self._transfers.one(principal.account):
                status = await self._blobs.append(
                    principal, blob, offset, _pieces(request)
                )
        except WrongOffset as wrong:
            response = error_response(Conflict("the octets belong elsewhere"))
            response.headers[UPLOAD_OFFSET] = str(wrong.length)
            return response
        response = json_response(status)
        response.headers[UPLOAD_OFFSET] = str(status.offset)
        return response

    async def _status(self, request: web.Request) -> web.Response:
        principal, blob = await self._caller(request), _blob(request)
        return json_response(await self._blobs.status(principal, blob))

    async def _delete(self, request: web.Request) -> web.Response:
        principal, blob = await self._caller(request), _blob(request)
        await self._blobs.delete(principal, blob)
        return json_response(Empty())

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        principal, blob = await self._caller(request), _blob(request)
        with self._transfers.one(principal.account):
            row = await self._blobs.complete(blob)
            span = _span(request, row.size, _etag(row.sha256))
            if span is None:
                response = error_response(BadRequest("the range lies outside"))
                response.set_status(416)
                response.headers[hdrs.CONTENT_RANGE] = f"bytes */{row.size}"
                return response
            answer = _answer(span, row.size, _etag(row.sha256))
            pieces = self._blobs.read(row, span.start, span.stop)
            await stream(request, answer, pieces)
            return answer

    async def _caller(self, request: web.Request) -> Principal:
        principal = await caller_of(request, self._identity)
        self._requests.check(principal.account)
        return principal


# --- uploads ------------------------------------------------------------------


def _blob(request: web.Request) -> BlobId:
    return BlobId(parse_id(request.match_info["blob"]))


def _offset(request: web.Request) -> int:
    text = request.headers.get(UPLOAD_OFFSET, "")
    if _OFFSET.fullmatch(text) is None:
        raise BadRequest("Upload-Offset must be the number of octets sent before")
    return int(text)


def _check_body(request: web.Request) -> None:
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        raise BadRequest("compressed bodies are not accepted")
    if request.content_type != "application/octet-stream":
        raise BadRequest("the body must be application/octet-stream")
    if (request.content_length or 0) > MAX_PATCH_BYTES:
        raise TooLarge("the body is over the limit")


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    """The body, 256 KiB at a time; of one that breaks off, what arrived.

    Raises `TooLarge` beyond `MAX_PATCH_BYTES`, `BadRequest` for a broken body.
    """
    buffer = bytearray()
    total, broken = 0, False
    try:
        async for chunk in request.content.iter_any():
            total += len(chunk)
            if total > MAX_PATCH_BYTES:
                raise TooLarge("the body is over the limit")
            buffer += chunk
            if len(buffer) >= PIECE_BYTES:
                yield bytes(buffer)
                buffer.clear()
    except (OSError, web.RequestPayloadError):
        broken = True
    if buffer:
        yield bytes(buffer)
    if broken:
        raise BadRequest("the body ended early")


# --- downloads ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Span:
    """Octets from `start` up to, not including, `stop`."""

    start: int
    stop: int
    is_part: bool


def _span(request: web.Request, size: int, etag: str) -> _Span | None:
    """What to send (RFC 9110 §14.2); None for a range that lies outside.

    A Range of another form, of several parts, or for another version than
    `If-Range` names is ignored, as §14.2 and §13.1.5 allow and ask.
    """
    whole = _Span(0, size, False)
    match = _RANGE.fullmatch(request.headers.get(hdrs.RANGE, ""))
    if match is None or request.headers.get(hdrs.IF_RANGE, etag) != etag:
        return whole
    first, last = match.groups()
    if not first:
        if not last:
            return whole
        count = min(int(last), size)
        return _Span(size - count, size, True) if count else None
    start = int(first)
    if last and int(last) < start:
        return whole
    stop = min(int(last) + 1, size) if last else size
    return _Span(start, stop, True) if start < size else None


def _answer(span: _Span, size: int, etag: str) -> web.StreamResponse:
    answer = web.StreamResponse(status=206 if span.is_part else 200)
    answer.content_type = "application/octet-stream"
    answer.content_length = span.stop - span.start
    answer.headers[hdrs.ACCEPT_RANGES] = "bytes"
    answer.headers[hdrs.ETAG] = etag
    answer.headers[hdrs.CONTENT_DISPOSITION] = "attachment"
    if span.is_part:
        last = span.stop - 1
        answer.headers[hdrs.CONTENT_RANGE] = f"bytes {span.start}-{last}/{size}"
    return answer


def _etag(sha256: bytes) -> str:
    return f'"{sha256.hex()}"'
