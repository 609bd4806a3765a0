"""Rules of the house that a syntax tree can check, each with a planted breach."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGES = [
    path.parent
    for root in ("server", "signaling", "crypto", "crisis", "clients/python")
    for path in (REPOSITORY / root).glob("*/py.typed")
]
CLOCKS = {"mentalverse_server/clock.py", "mentalverse_client/client.py"}
"""Where a process begins: everything below is handed the time."""
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 80

Rule = Callable[[ast.AST, str], bool]


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def reads_the_wall_clock(node: ast.AST, place: str) -> bool:
    """Only the clock modules ask the machine what time it is."""
    return (
        place not in CLOCKS
        and isinstance(node, ast.Call)
        and _dotted(node.func)
        in {"time.time", "datetime.now", "datetime.utcnow", "datetime.datetime.now"}
    )


def unpickles(node: ast.AST, place: str) -> bool:
    """Pickle runs code: no data of ours travels in it."""
    names = (
        [alias.name for alias in node.names]
        if isinstance(node, ast.Import)
        else [node.module or ""]
        if isinstance(node, ast.ImportFrom)
        else []
    )
    return any(name.split(".")[0] in {"pickle", "marshal", "shelve"} for name in names)


def decodes_json_without_bounds(node: ast.AST, place: str) -> bool:
    """The server decodes with msgspec: a naked json.loads accepts NaN and bombs."""
    return (
        place.startswith("mentalverse_server/")
        and isinstance(node, ast.Call)
        and _dotted(node.func) in {"json.loads", "json.load"}
    )


def waits_for_a_client_callback(node: ast.AST, place: str) -> bool:
    """A server `call()` keeps its callback until the client disconnects."""
    return (
        place.startswith("mentalverse_server/")
        and isinstance(node, ast.Call)
        and _dotted(node.func).endswith(("sio.call", "server.call"))
    )


def builds_sql_from_text(node: ast.AST, place: str) -> bool:
    """Values reach SQL as parameters, never inside an f-string."""
    return (
        isinstance(node, ast.Call)
        and _dotted(node.func).rsplit(".", 1)[-1]
        in {"text", "execute", "executemany", "exec_driver_sql"}
        and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    )


RULES: dict[Rule, str] = {
    reads_the_wall_clock: "from datetime import datetime\ndatetime.now()",
    unpickles: "import pickle",
    decodes_json_without_bounds: "import json\njson.loads('1')",
    waits_for_a_client_callback: "self.sio.call('x')",
    builds_sql_from_text: "connection.execute(f'DELETE FROM {table}')",
}


def _sources() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            yield path.relative_to(package.parent).as_posix(), path


def _breaches(rule: Rule, source: str, place: str) -> list[int]:
    tree = ast.parse(source)
    return [node.lineno for node in ast.walk(tree) if rule(node, place)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_source_file_breaks_the_rule(rule: Rule) -> None:
    found = [
        f"{place}:{line}"
        for place, path in _sources()
        for line in _breaches(rule, path.read_text(encoding="utf-8"), place)
    ]
    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_planted_breach_is_found(rule: Rule) -> None:
    assert _breaches(rule, RULES[rule], "mentalverse_server/planted.py")


def test_files_and_functions_stay_readable_in_one_sitting() -> None:
    too_long = []
    for place, path in _sources():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MAX_FILE_LINES:
            too_long.append(place)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    too_long.append(f"{place}:{node.name}")
    assert too_long == []
