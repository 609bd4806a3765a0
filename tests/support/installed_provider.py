"""A package beside the server whose provider says what a test tells it to say."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mentalverse_server.hooks.in_process import GROUP
from mentalverse_server.hooks.policy import ASKED, RULES
from mentalverse_server.hooks.ports import UNKNOWN

MODULE = "register_of_a_house"
_PROVIDER = """
import register_says

class Register:
    pass

def _method(name):
    async def method(self, question):
        return register_says.answer(name, question)
    return method

for _name in register_says.METHODS:
    setattr(Register, _name, _method(_name))
"""


class Register:
    """What the provider says, and what it was asked."""

    METHODS = frozenset(str(RULES[one].method) for one in ASKED)

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.says: Callable[[], object] = lambda: UNKNOWN

    def answer(self, method: str, question: object) -> object:
        self.asked.append((method, question))
        return self.says()

    @property
    def is_imported(self) -> bool:
        return MODULE in sys.modules


@contextmanager
def installed_provider(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Register]:
    """The entry point `register`, installed in `folder`."""
    site = folder / "site"
    info = site / "register_of_a_house-1.0.dist-info"
    info.mkdir(parents=True)
    (site / f"{MODULE}.py").write_text(_PROVIDER)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: register-of-a-house\nVersion: 1.0\n"
    )
    (info / "entry_points.txt").write_text(
        f"[{GROUP}]\nregister = {MODULE}:Register\nbroken = {MODULE}:nothing\n"
    )
    register = Register()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setitem(sys.modules, "register_says", register)
    try:
        yield register
    finally:
        sys.modules.pop(MODULE, None)
