"""Where lines come from and go to: a terminal with a prompt, or plain pipes."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.live import Live
from rich.text import Text

MAX_WAITING_LINES = 100


class Terminal(Protocol):
    """Shows blocks of text, and gives the lines that are typed."""

    @property
    def is_interactive(self) -> bool:
        """Whether a person sits at it."""

    def show(self, block: Text) -> None:
        """Print a block of lines."""

    def refresh(self) -> None:
        """Draw the status line anew."""

    def lines(
        self, status: Callable[[], str], typed: Callable[[str], None] | None = None
    ) -> AsyncIterator[str]:
        """Line after line until the input ends; `typed` hears each change of a line."""

    def waiting(self, status: Callable[[], str]) -> AbstractContextManager[object]:
        """Show how something stands while it is waited for."""


@contextmanager
def open_terminal() -> Iterator[Terminal]:
    """The terminal of this process: with a prompt if both its ends are one."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        with patch_stdout(raw=True):
            yield PromptTerminal()
    else:
        yield PlainTerminal()


class PromptTerminal:
    """A prompt that stays below what is printed, and a status line below that."""

    is_interactive = True

    def __init__(self) -> None:
        self._console = Console(force_terminal=True, highlight=False)
        self._session: PromptSession[str] = PromptSession(erase_when_done=True)

    def show(self, block: Text) -> None:
        """Print a block above the prompt."""
        self._console.print(block, soft_wrap=True)

    def refresh(self) -> None:
        """Draw the status line anew."""
        self._session.app.invalidate()

    def waiting(self, status: Callable[[], str]) -> AbstractContextManager[object]:
        """A line that is drawn again and again, and gone in the end."""
        return Live(
            get_renderable=lambda: Text(status()),
            console=self._console,
            refresh_per_second=4,
            transient=True,
        )

    async def lines(
        self, status: Callable[[], str], typed: Callable[[str], None] | None = None
    ) -> AsyncIterator[str]:
        """Typed lines, until Ctrl-D."""
        line = self._session.default_buffer
        if typed is not None:
            line.on_text_changed += lambda _: typed(line.text)
        while True:
            try:
                yield await self._session.prompt_async("> ", bottom_toolbar=status)
            except EOFError:
                return


class PlainTerminal:
    """Lines from standard input to standard output, without colour or prompt."""

    is_interactive = False

    def __init__(self) -> None:
        self._console = Console(
            force_terminal=False, no_color=True, highlight=False, soft_wrap=True
        )

    def show(self, block: Text) -> None:
        """Print a block."""
        self._console.print(block)
        self._console.file.flush()

    def refresh(self) -> None:
        """Nothing to draw."""

    def waiting(self, status: Callable[[], str]) -> AbstractContextManager[object]:
        """Nothing to draw."""
        return nullcontext()

    async def lines(
        self, status: Callable[[], str], typed: Callable[[str], None] | None = None
    ) -> AsyncIterator[str]:
        """Lines of standard input until it ends; they come whole.

        A thread reads them, because a regular file cannot be waited for. It is a
        daemon: a read that never returns must not keep the process alive.
        """
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING_LINES)

        def read() -> None:
            for line in _with_end(sys.stdin):
                try:
                    asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()
                except RuntimeError:
                    return  # the loop has ended

        threading.Thread(target=read, name="stdin", daemon=True).start()
        while line := await queue.get():
            yield line


def _with_end(source: Iterator[str]) -> Iterator[str]:
    """Lines with their newline, and "" at the end."""
    yield from source
    yield ""
