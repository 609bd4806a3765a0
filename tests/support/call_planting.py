"""Planting a bug in the core of calls, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mentalverse_signaling.calls import decide, draft

Plant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Plant] = {}


def bug(plant: Plant) -> Plant:
    MUTANTS[plant.__name__] = plant
    return plant


def no(*_: Any, **__: Any) -> None:
    """Does nothing."""


def handle(patch: pytest.MonkeyPatch, command: type, handler: Any) -> None:
    patch.setitem(decide._HANDLERS, command, handler)


def silent(patch: pytest.MonkeyPatch, *events: str) -> None:
    """These are pushed to nobody."""
    whole = draft.Draft.push

    def push(self: Any, to: Any, event: str, **fields: Any) -> None:
        if event not in events:
            whole(self, to, event, **fields)

    patch.setattr(draft.Draft, "push", push)


def without(patch: pytest.MonkeyPatch, effect: type) -> None:
    """This effect gets lost."""
    whole = draft.Draft.tell

    def tell(self: Any, *effects: Any) -> None:
        whole(self, *(one for one in effects if not isinstance(one, effect)))

    patch.setattr(draft.Draft, "tell", tell)
