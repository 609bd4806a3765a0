"""Whoever stores an event says whom it is about: their consent is what it takes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import mentalverse_server

ROOT = Path(mentalverse_server.__file__).parent
WAYS = {"Outgoing": "subjects", "tell": "about"}
"""How an event is stored, and the argument that names its subjects."""
ABOUT_NOBODY = {
    "crisis/rota_watch.py": "an hour for which nobody is planned is about nobody",
    "services/calls/outside.py": "how the line of a session was is about no party",
    "services/match_runs.py": "a run of everybody who waits is about nobody",
    "services/reward_telling.py": "the books and the packs are about nobody",
    "store/erasures.py": "whoever it is about is gone: only their name there is left",
    "store/delivery_upkeep.py": "that an endpoint is disabled is about the endpoint",
}
"""Files with a place that names nobody, each with the reason."""

_TELL = re.compile(r"\btelling import (\w+, )*tell\n")


def _calls() -> Iterator[tuple[str, ast.Call, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        has_tell = _TELL.search(text) is not None
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                wanted = WAYS.get(node.func.id)
                if wanted is not None and (has_tell or node.func.id != "tell"):
                    yield name, node, wanted


def test_every_place_that_stores_an_event_names_whom_it_is_about() -> None:
    silent = {
        name
        for name, call, wanted in _calls()
        if wanted not in {each.arg for each in call.keywords}
    }
    assert silent == set(ABOUT_NOBODY)


def test_the_places_are_found() -> None:
    """So that an empty list of silent ones says something."""
    found = {name for name, _, _ in _calls()}
    assert {
        "crisis/outside.py",
        "services/calls/outside.py",
        "services/circle_news.py",
        "services/claims.py",
        "services/consents.py",
        "services/credential_steps.py",
    } <= found
