"""`pytest --capabilities`: every capability with the tests that prove it.

A test names the rows it proves with `@pytest.mark.capability("C01")`; an id that
is not in the table is an error at collection, so a typo cannot look like proof.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

_TABLE = Path(__file__).with_name("capabilities.toml")


def load_capabilities() -> dict[str, tuple[str, str]]:
    """Id → (class, short name), in the order of the table."""
    sections = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        row: (kind, name)
        for rows in sections.values()
        for row, (kind, name) in rows.items()
    }


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--capabilities", action="store_true", help="print capability → tests"
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    table = load_capabilities()
    for item in items:
        for row in _rows_of(item):
            if row not in table:
                raise pytest.UsageError(f"{item.nodeid}: no capability {row!r}")
    if config.getoption("--capabilities"):
        config.stash[_PROOFS] = _proofs(items, table)


_PROOFS = pytest.StashKey[dict[str, list[str]]]()


def _rows_of(item: pytest.Item) -> list[str]:
    return [str(a) for mark in item.iter_markers("capability") for a in mark.args]


def _proofs(
    items: list[pytest.Item], table: dict[str, tuple[str, str]]
) -> dict[str, list[str]]:
    proofs: dict[str, list[str]] = {row: [] for row in table}
    for item in items:
        name = item.nodeid.split("[", 1)[0]
        for row in _rows_of(item):
            if name not in proofs[row]:
                proofs[row].append(name)
    return proofs


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if not config.getoption("--capabilities"):
        return
    proofs = config.stash[_PROOFS]
    table = load_capabilities()
    terminalreporter.section("capabilities and the tests that prove them")
    for row, (kind, name) in table.items():
        terminalreporter.write_line(f"{row}  {kind:6}  {name}")
        for test in proofs[row] or ["none yet"]:
            terminalreporter.write_line(f"       {test}")
    proven = sum(1 for tests in proofs.values() if tests)
    terminalreporter.write_line(f"{proven} of {len(table)} capabilities have a test.")
