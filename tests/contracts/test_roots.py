"""Every tool sees the same packages, or one of them checks less than it seems."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
TOP_LEVEL = {
    "server",
    "signaling",
    "crypto",
    "crisis",
    "clients",
    "load_tests",
    "tests",
}


def _tools() -> dict[str, Any]:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    tools: dict[str, Any] = tomllib.loads(text)["tool"]
    return tools


def _packages() -> list[Path]:
    wheel = _tools()["hatch"]["build"]["targets"]["wheel"]
    return [Path(package) for package in wheel["packages"]]


def test_each_package_is_typed_and_prefixed() -> None:
    for package in _packages():
        assert package.name.startswith("mentalverse_")
        assert (REPOSITORY / package / "__init__.py").exists(), package
        assert (REPOSITORY / package / "py.typed").exists(), package


def test_no_package_is_missing_from_the_wheel() -> None:
    found = {
        path.parent.relative_to(REPOSITORY)
        for root in TOP_LEVEL
        for path in (REPOSITORY / root).glob("**/py.typed")
        if "node_modules" not in path.parts
    }
    assert found == set(_packages())


def test_all_tools_name_the_same_roots() -> None:
    tools = _tools()
    roots = list(dict.fromkeys(str(package.parent) for package in _packages()))
    assert tools["mypy"]["mypy_path"].split(":") == [*roots, "tests"]
    assert tools["pyright"]["extraPaths"] == [*roots, "tests"]
    assert tools["ruff"]["src"] == [*roots, "tests"]
    assert set(roots) <= set(tools["mypy"]["files"])
    names = [package.name for package in _packages()]
    assert tools["importlinter"]["root_packages"] == names


def test_each_top_level_folder_has_a_design_note() -> None:
    for folder in TOP_LEVEL:
        assert (REPOSITORY / folder / "README.md").exists(), folder
