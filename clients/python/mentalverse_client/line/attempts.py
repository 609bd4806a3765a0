"""Trying again what waiting may mend, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mentalverse_signaling.errors import Fault, SignalingError, Unauthorised

from ..errors import NotConnected
from .connection import TokenSource, backoff_seconds

MAX_ATTEMPTS = 8
"""In a row, none of which got any further than those before."""
_T = TypeVar("_T")


class Again(Exception):
    """What failed was the state of things, not the call: ask, then go on.

    `cause` is raised in the end if that does not help.
    """

    def __init__(self, cause: SignalingError) -> None:
        super().__init__(cause.code)
        self.cause = cause


async def persist(
    attempt: Callable[[str], Awaitable[_T]],
    moved: Callable[[], int],
    token: TokenSource,
) -> _T:
    """`attempt(token)` until it works, cannot work, or gets no further any more.

    `moved` tells how far it has come: an attempt that came further than all before
    begins the count anew. A token that is refused is renewed once.

    Raises:
        SignalingError, NotConnected: the last failure, or one that waiting does not
            mend.
    """
    failures, furthest, refused = 0, moved(), False
    while True:
        try:
            return await attempt(await token(fresh=refused))
        except Unauthorised:
            if refused:
                raise
            refused = True
            continue
        except Again as again:
            failure: SignalingError | NotConnected = again.cause
        except NotConnected as error:
            failure = error
        except SignalingError as error:
            if error.fault is not Fault.SERVER:
                raise
            failure = error
        refused = False
        if moved() > furthest:
            furthest, failures = moved(), 0
        failures += 1
        if failures >= MAX_ATTEMPTS:
            raise failure
        asked = failure.retry_after_ms if isinstance(failure, SignalingError) else None
        await asyncio.sleep(backoff_seconds(failures - 1, asked))
