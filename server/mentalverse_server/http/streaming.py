"""Answers too long to be held in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import hdrs, web

from mentalverse_signaling.errors import SignalingError


async def stream(
    request: web.Request, answer: web.StreamResponse, pieces: AsyncIterator[bytes]
) -> None:
    """Send the body. One that cannot be finished ends the connection.

    After its head is out there is no other way to say that an answer is not whole: an
    error page in its place would be taken for part of it.
    """
    is_whole = False
    try:
        await answer.prepare(request)
        if request.method != hdrs.METH_HEAD:
            async for piece in pieces:
                await answer.write(piece)
        await answer.write_eof()
        is_whole = True
    except (OSError, SignalingError):
        return
    finally:
        if not is_whole and request.transport is not None:
            request.transport.abort()
