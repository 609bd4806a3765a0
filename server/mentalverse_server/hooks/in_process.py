"""Providers that are installed beside the server: entry points that settings name.

An entry point of the group `mentalverse.providers` is a class or a function that takes
nothing and gives the provider. What is installed is only a list of what could be named:
nothing of it is imported before `hooks.providers` says so.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import entry_points

from ..errors import StartupError
from .decide import Ask
from .own_loop import OwnLoop
from .policy import ASKED, RULES, Decision
from .threads import Threads

GROUP = "mentalverse.providers"


def installed() -> tuple[str, ...]:
    """The names that could be chosen."""
    return tuple(sorted(set(entry_points(group=GROUP).names)))


def load(name: str) -> object:
    """The provider of this name.

    Raises:
        StartupError: no package or two have one, or it cannot be made.
    """
    found = list(entry_points(group=GROUP, name=name))
    if len(found) != 1:
        raise StartupError(
            f"hooks.providers: {len(found)} installed packages have a provider {name};"
            f" there are: {', '.join(installed()) or 'none'}"
        )
    try:
        return found[0].load()()
    except Exception as error:
        raise StartupError(f"the provider {name} cannot be made: {error!r}") from error


class InProcess:
    """A provider in this process, behind threads that are its own."""

    def __init__(self, name: str, provider: object) -> None:
        self._provider = provider
        self._threads = Threads()
        self._loop = OwnLoop(name)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Those that it has a method for."""
        return tuple(each for each in ASKED if self._method(each) is not None)

    def ask(self, decision: Decision) -> Ask:
        """What puts questions of this decision to it."""
        method = self._method(decision)
        if method is None:
            raise LookupError(f"it has no method for {decision}")
        if inspect.iscoroutinefunction(method):
            return lambda question: self._loop.run(lambda: method(question))
        return lambda question: self._threads.run(lambda: method(question))

    def close(self) -> None:
        """Let it go."""
        self._loop.close()

    def _method(self, decision: Decision) -> Callable[..., object] | None:
        name = RULES[decision].method
        found = None if name is None else getattr(self._provider, name, None)
        return found if callable(found) else None
