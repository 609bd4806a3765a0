"""Headers, body bounds and error answers of every HTTP response.

Requests carry a bearer token or nothing: no cookie gives any authority here, so
a foreign page cannot act for a signed-in person and needs no Origin check. The
Socket.IO handshake has its own, in `transport`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TypeVar

import msgspec
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from mentalverse_signaling.errors import (
    BadRequest,
    Internal,
    NotFound,
    SignalingError,
    TooLarge,
)

from ..errors import http_body, http_status
from ..metrics import HttpCounters

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_T = TypeVar("_T")

MAX_BODY_BYTES = 16 * 1024

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    "Cache-Control": "no-store",
}

log = structlog.get_logger()


def count_requests(counters: HttpCounters) -> Middleware:
    """Middleware that counts every answer by its route and status."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        status = 500
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            counters.requests[route_of(request), status] += 1
        return response

    return count


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: the same protective headers on every response."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall(hdrs.SERVER, None)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error becomes a code and a status; a defect also becomes a log line."""
    try:
        return await handler(request)
    except SignalingError as error:
        return error_response(error)
    except web.HTTPRequestEntityTooLarge:
        return error_response(TooLarge("the body is over the limit"))
    except web.HTTPNotFound:
        return error_response(NotFound("no such page"))
    except web.HTTPException:
        raise
    except Exception:  # the funnel of HTTP: nothing below may leak text
        log.exception("http.failed", route=route_of(request))
        return error_response(Internal("the server failed; it has been logged"))


def error_response(error: SignalingError) -> web.Response:
    """The answer that carries an error, with Retry-After where it has one."""
    response = json_response(http_body(error), status=http_status(error))
    if response.status == 401:
        response.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
    if error.retry_after_ms is not None:
        response.headers[hdrs.RETRY_AFTER] = str(-(-error.retry_after_ms // 1000))
    return response


def json_response(value: object, status: int = 200) -> web.Response:
    """`value` (a msgspec Struct or builtin types) as JSON."""
    return web.Response(
        body=msgspec.json.encode(value),
        status=status,
        content_type="application/json",
    )


def octets_response(payload: bytes) -> web.Response:
    """Octets as they are."""
    return web.Response(body=payload, content_type="application/octet-stream")


async def read_octets(
    request: web.Request,
    max_bytes: int,
    content_type: str = "application/octet-stream",
) -> bytes:
    """The body, which may not be empty, else `BadRequest` or `TooLarge`."""
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        raise BadRequest("compressed bodies are not accepted")
    if request.content_type != content_type:
        raise BadRequest(f"the body must be {content_type}")
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > max_bytes:
                raise TooLarge("the body is over the limit")
    except (OSError, web.RequestPayloadError):
        raise BadRequest("the body ended early") from None
    if not body:
        raise BadRequest("the body is empty")
    return bytes(body)


async def read_body(
    request: web.Request, shape: type[_T], max_bytes: int = MAX_BODY_BYTES
) -> _T:
    """The JSON body in its schema's type, else `BadRequest` or `TooLarge`."""
    raw = await read_octets(request, max_bytes, "application/json")
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise BadRequest("the body does not fit the schema") from None


def bearer_token(request: web.Request) -> str:
    """The token of the Authorization header (RFC 6750 §2.1), or an empty string."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def route_of(request: web.Request) -> str:
    """The registered path that answers, from a closed set; never what was asked."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


def client_address(request: web.Request, trusted: Sequence[Network]) -> str:
    """Who calls: the peer, or what a trusted proxy says of it.

    X-Forwarded-For is read from the right, past every trusted hop, so a caller
    cannot invent an address by sending the header itself.
    """
    hops = [request.remote or ""]
    for line in reversed(request.headers.getall("X-Forwarded-For", [])):
        hops += [part.strip() for part in reversed(line.split(","))]
    for hop in hops:
        if not _is_trusted(hop, trusted):
            return hop
    return hops[-1]


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in trusted)
