"""A TCP line to a server that breaks after a given number of octets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager


class CuttingLine:
    """Forwards connections; each of the first ones is cut after its share of octets.

    Octets of both directions count. When the shares are used up, connections live as
    long as their ends like.
    """

    def __init__(self, host: str, port: int, shares: Iterable[int]) -> None:
        self._target = (host, port)
        self._shares = list(shares)
        self._open: set[asyncio.Task[None]] = set()
        self.cuts = 0

    @property
    def shares_left(self) -> int:
        return len(self._shares)

    async def accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        share = self._shares.pop(0) if self._shares else None
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        budget = [share]
        ways = {
            asyncio.create_task(self._forward(reader, far_writer, budget)),
            asyncio.create_task(self._forward(far_reader, writer, budget)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.transport.abort()
            far_writer.transport.abort()

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        budget: list[int | None],
    ) -> None:
        while data := await reader.read(4096):
            left = budget[0]
            if left is not None:
                if len(data) > left:
                    writer.write(data[:left])
                    await writer.drain()
                    self.cuts += 1
                    return
                budget[0] = left - len(data)
            writer.write(data)
            await writer.drain()

    async def close(self) -> None:
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


@asynccontextmanager
async def cutting_line(
    url: str, shares: Iterable[int]
) -> AsyncIterator[tuple[CuttingLine, str]]:
    """The line and its own address on a free loopback port."""
    host, far_port = url.removeprefix("http://").split(":")
    line = CuttingLine(host, int(far_port), shares)
    server = await asyncio.start_server(line.accept, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield line, f"http://127.0.0.1:{port}"
    finally:
        server.close()
        await line.close()
