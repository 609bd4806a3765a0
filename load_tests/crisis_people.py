"""Those who ask for help and those who answer, on bare sockets in one process.

Everybody is in this process, so that one clock says when a request left and when its
offer came.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .driver import CONNECTS_AT_ONCE
from .wire import WireClient

BUSY = frozenset({"overloaded", "rate_limited", "deadline", "unavailable", "internal"})
"""What nobody in a crisis, and nobody who answers, may be told."""
GONE = (ConnectionError, TimeoutError, aiohttp.ClientError)
"""How a call ends whose server was killed."""


@dataclass(slots=True)
class Heard:
    """What everybody was told, by case."""

    tapped: dict[str, float] = field(default_factory=dict)
    offered: dict[str, float] = field(default_factory=dict)
    accepts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)
    """Call and code of what nobody may be told."""
    closed: dict[str, asyncio.Event] = field(
        default_factory=lambda: defaultdict(asyncio.Event)
    )

    def note(self, call: str, answer: dict[str, Any]) -> dict[str, Any] | None:
        """What an answer holds; None if it is a refusal."""
        if answer["ok"]:
            return dict(answer["data"])
        code = answer["error"]["code"]
        if code in BUSY or call == "case.open":
            self.refused.append(f"{call}: {code}")
        return None


class Person:
    """Somebody who asks for help."""

    def __init__(self, token: str, heard: Heard) -> None:
        self.token = token
        self.request = os.urandom(16).hex()
        self.case: str | None = None
        """As the last answer to a request said."""
        self._heard = heard
        self._client = WireClient(lambda name, data: None)

    async def connect(self, session: aiohttp.ClientSession, url: str) -> None:
        """Sign in, with a new connection."""
        self._client = WireClient(lambda name, data: None)
        auth = {"token": self.token, "protocol": 1}
        await self._client.connect(session, url, auth)

    async def ask(self, *, anew: bool = True, **wishes: object) -> str | None:
        """Ask for help; the case, None if it was refused.

        `anew`: with another request than before.
        """
        if anew:
            self.request, self.case = os.urandom(16).hex(), None
        began = time.perf_counter()
        payload = {"request": self.request, **wishes}
        answer = await self._client.emit("case.open", payload)
        told = self._heard.note("case.open", answer)
        if told is None:
            return None
        self.case = str(told["case"]["case"])
        self._heard.tapped[self.case] = began
        return self.case

    async def look(self) -> str | None:
        """The case that is shown."""
        told = self._heard.note("case.mine", await self._client.emit("case.mine", {}))
        return told["case"]["case"] if told and told["case"] else None

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()


class Responder:
    """Somebody on duty, who takes every case and has it done at once."""

    def __init__(self, token: str, heard: Heard) -> None:
        self.token = token
        self._heard = heard
        self._client = WireClient(self._on_event)
        self._work: set[asyncio.Task[None]] = set()

    async def begin(self, session: aiohttp.ClientSession, url: str) -> None:
        """Sign in, and begin a duty."""
        await self._client.connect(session, url, {"token": self.token, "protocol": 1})
        answer = await self._client.emit("duty.start", {})
        if not answer["ok"]:
            raise RuntimeError(f"no duty can begin: {answer['error']}")

    async def close(self) -> None:
        """End everything."""
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._client.close()

    def _on_event(self, name: str, data: Any) -> None:
        if name != "case.offered":
            return
        self._heard.offered.setdefault(data["case"], time.perf_counter())
        task = asyncio.create_task(self._answer(data["case"], data["offer"]))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _answer(self, case: str, offer: str) -> None:
        view = await self._call("case.accept", {"case": case, "offer": offer})
        if view is None:
            return
        self._heard.accepts[case].append(self.token)
        fence = next(each["fence"] for each in view["cases"] if each["case"] == case)
        await self._call("case.end", {"case": case, "fence": fence})
        summed_up = {"outcome": "completed", "follow_up": "declined"}
        await self._call("case.wrap_up", {"case": case, "fence": fence, **summed_up})
        self._heard.closed[case].set()

    async def _call(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        return self._heard.note(name, await self._client.emit(name, payload))


async def connected(
    connects: Iterable[Coroutine[Any, Any, None]], at_once: int = CONNECTS_AT_ONCE
) -> None:
    """Let everybody connect, a few at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(connect: Coroutine[Any, Any, None]) -> None:
        async with gate:
            await connect

    await asyncio.gather(*(one(connect) for connect in connects))
