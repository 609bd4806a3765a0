"""What is installed is pinned, above its security floor, and free to use."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

REPOSITORY = Path(__file__).parents[2]
LOCK = REPOSITORY / "requirements.lock"

# Licences that allow use in an Apache-2.0 product, as SPDX ids or as the names
# that older package metadata uses.
ALLOWED_LICENCES = re.compile(
    r"\b(Apache|MIT|BSD|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense"
    r"|0BSD|CC0|Zlib)",
    re.IGNORECASE,
)


def _floors() -> dict[str, str]:
    text = (REPOSITORY / "tests/contracts/floors.toml").read_text(encoding="utf-8")
    return {n: row["version"] for n, row in tomllib.loads(text)["floors"].items()}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked() -> dict[str, str]:
    pattern = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)
    pins = pattern.findall(LOCK.read_text(encoding="utf-8"))
    return {_normal(name): version for name, version in pins}


def _installed() -> set[str]:
    """What is here: some pins are for other platforms."""
    return {_normal(one.metadata["Name"]) for one in metadata.distributions()}


def _runtime_closure() -> set[str]:
    """Distributions that a user of the product installs, extras included."""
    seen: set[str] = set()
    todo: list[tuple[str, tuple[str, ...]]] = [
        ("mentalverse", ("postgres", "apprise", "desk", "matching", "chain"))
    ]
    while todo:
        name, extras = todo.pop()
        for text in metadata.requires(name) or ():
            requirement = Requirement(text)
            marker = requirement.marker
            wanted = marker is None or any(
                marker.evaluate({"extra": extra}) for extra in ("", *extras)
            )
            child = _normal(requirement.name)
            if wanted and child not in seen:
                seen.add(child)
                todo.append((child, tuple(requirement.extras)))
    return seen


@pytest.mark.parametrize("package", _floors())
def test_installed_packages_are_above_their_security_floor(package: str) -> None:
    assert Version(metadata.version(package)) >= Version(_floors()[package])


def test_every_runtime_package_is_pinned_by_the_lock() -> None:
    assert _runtime_closure() <= set(_locked())


def test_the_lock_holds_what_each_pin_asks_for_but_the_overrides() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    overrides = project["tool"]["uv"]["override-dependencies"]
    overridden = {_normal(Requirement(text).name) for text in overrides}
    locked = _locked()
    for name in locked.keys() & _installed():
        for requirement in map(Requirement, metadata.requires(name) or ()):
            child = _normal(requirement.name)
            if child in overridden or (
                requirement.marker and not requirement.marker.evaluate({"extra": ""})
            ):
                continue
            assert child in locked, f"{name} needs {requirement}"
            fits = requirement.specifier.contains(locked[child], prereleases=True)
            assert fits, f"{name} needs {requirement}, the lock has {locked[child]}"


def test_every_pin_carries_a_hash_and_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text):
        if "==" in entry.split("\n", 1)[0]:
            assert "--hash=sha256:" in entry, entry.split("\n", 1)[0]


def test_runtime_licences_allow_apache_use() -> None:
    for name in sorted(_runtime_closure()):
        about = metadata.metadata(name)
        words = " ".join(
            [
                *about.get_all("License-Expression", []),
                *about.get_all("License", []),
                *(c for c in about.get_all("Classifier", []) if "License" in c),
            ]
        )
        assert ALLOWED_LICENCES.search(words), f"{name}: {words!r}"
