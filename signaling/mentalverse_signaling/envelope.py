"""Protocol version, byte limits, and the shape of every acknowledgement.

An acknowledgement is `{"ok": true, "data": …}` or
`{"ok": false, "error": {"code", "detail", "retry_after_ms"}}`, for every event,
whatever happened to its handler: a caller never waits for its own time-out to
learn that something failed.
"""

from __future__ import annotations

from typing import Any

from .errors import ERRORS_BY_CODE, Internal, SignalingError

PROTOCOL_VERSION = 1

MAX_FRAME_BYTES = 64 * 1024
"""One WebSocket message. Larger things travel as blobs."""
MAX_CIPHERTEXT_BYTES = 48 * 1024
"""One MLS message in a payload."""
MAX_GROUP_INFO_BYTES = 48 * 1024
MAX_BUNDLE_BYTES = 56 * 1024
"""Commit, Welcome and GroupInfo of one `group.commit` together."""
MAX_EVENT_NAME_CHARS = 40
MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer every JavaScript peer represents exactly."""
MAX_PAGE_ROWS = 200
MAX_PAGE_BYTES = 256 * 1024
MAX_PAGE_CONVERSATIONS = 50
"""With every seat and leaf taken these stay below `MAX_PAGE_BYTES`."""

RESERVED_EVENTS = frozenset({"connect", "disconnect", "connect_error"})
"""Names the Socket.IO library gives a meaning of its own; never dispatched."""


def success(data: Any = None) -> dict[str, Any]:
    """The acknowledgement of a call that worked."""
    return {"ok": True, "data": data}


def failure(error: SignalingError) -> dict[str, Any]:
    """The acknowledgement of a call that did not."""
    return {
        "ok": False,
        "error": {
            "code": error.code,
            "detail": error.detail,
            "retry_after_ms": error.retry_after_ms,
        },
    }


def unwrap(ack: object) -> Any:
    """The `data` of an acknowledgement, or its error raised as an exception.

    A malformed acknowledgement or an unknown code is `Internal`: the peer broke
    the protocol, and the caller can do nothing about it but retry.
    """
    if isinstance(ack, dict):
        if ack.get("ok") is True:
            return ack.get("data")
        error = ack.get("error")
        if isinstance(error, dict):
            leaf = ERRORS_BY_CODE.get(str(error.get("code")), Internal)
            retry = error.get("retry_after_ms")
            raise leaf(
                str(error.get("detail") or ""),
                retry_after_ms=retry if isinstance(retry, int) else None,
            )
    raise Internal("the peer answered with a malformed acknowledgement")
