"""What the browser client installs: pinned, licensed, corrected, and in one place."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from load_tests.js_peer import WEB, JsPeer, node

LOCK = json.loads((WEB / "package-lock.json").read_text())
MANIFEST = json.loads((WEB / "package.json").read_text())
PATCHES = WEB / "patches"
LIBRARY = WEB / "node_modules" / "ts-mls"
COPYLEFT = re.compile(r"\bA?GPL", re.IGNORECASE)


def test_the_lock_names_no_registry_and_has_a_hash_for_every_package() -> None:
    packages = {name: each for name, each in LOCK["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if "resolved" in each] == []
    assert [name for name, each in packages.items() if "integrity" not in each] == []


def test_every_package_is_pinned_exactly() -> None:
    asked = MANIFEST["dependencies"] | MANIFEST["devDependencies"]
    loose = [n for n, version in asked.items() if not re.fullmatch(r"[\d.]+", version)]
    assert loose == []


def test_no_package_is_under_a_copyleft_licence() -> None:
    licences = {
        name: each.get("license") or _manifest_licence(name)
        for name, each in LOCK["packages"].items()
        if name
    }
    assert [n for n, licence in licences.items() if not licence] == []
    assert [n for n, licence in licences.items() if COPYLEFT.search(licence)] == []


def _manifest_licence(package: str) -> str:
    """Of an old manifest, whose list of licences the lock does not repeat."""
    path = WEB / package / "package.json"
    manifest = json.loads(path.read_text()) if path.is_file() else {}
    return " AND ".join(each["type"] for each in manifest.get("licenses", []))


def test_what_ts_mls_wants_is_what_is_installed() -> None:
    """Its peers at exactly the versions that it was published with."""
    wanted = LOCK["packages"]["node_modules/ts-mls"]
    for name, version in (wanted["peerDependencies"] | wanted["dependencies"]).items():
        assert LOCK["packages"][f"node_modules/{name}"]["version"] == version


def test_only_the_engine_imports_ts_mls() -> None:
    importing = {
        path.relative_to(WEB).as_posix()
        for folder in ("src", "test")
        for path in (WEB / folder).rglob("*.ts")
        if re.search(r'from "ts-mls', path.read_text())
    }
    assert importing
    assert all(re.fullmatch(r"src/e2ee/tsmls[\w-]*\.ts", each) for each in importing)


def test_the_engine_uses_nothing_of_node() -> None:
    sources = (WEB / "src" / "e2ee").rglob("*.ts")
    for path in (each for each in sources if not each.name.endswith(".test.ts")):
        text = path.read_text()
        assert not re.search(r'from "node:|\bBuffer\b|\bprocess\.(env|stdin)', text), (
            path
        )


def test_types_and_form_are_in_order(peer: JsPeer) -> None:
    compiler = WEB / "node_modules" / "typescript" / "bin" / "tsc"
    formatter = WEB / "node_modules" / "prettier" / "bin" / "prettier.cjs"
    _node(WEB, str(compiler), "--noEmit")
    _node(WEB, str(formatter), "--check", ".")


# --- the patch ---


def _node(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [node(), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _hashes() -> dict[str, tuple[str, str]]:
    lines = (PATCHES / "ts-mls-1.6.4.sha256").read_text().splitlines()
    return {path: (before, after) for before, after, path in map(str.split, lines)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def copy(tmp_path: Path, peer: JsPeer) -> Path:
    """A checkout of its own with the corrected library."""
    for part in ("patches", "scripts"):
        shutil.copytree(WEB / part, tmp_path / part)
    shutil.copytree(WEB / "node_modules" / "diff", tmp_path / "node_modules" / "diff")
    shutil.copytree(LIBRARY, tmp_path / "node_modules" / "ts-mls")
    return tmp_path


def test_the_installed_library_is_the_corrected_one(peer: JsPeer) -> None:
    for path, (before, after) in _hashes().items():
        assert before != after
        assert _sha256(LIBRARY / path) == after


def test_every_changed_file_names_the_sections_it_follows() -> None:
    patch = (PATCHES / "ts-mls-1.6.4.patch").read_text()
    changes = {part.split("\n", 1)[0]: part for part in patch.split("--- a/")[1:]}
    assert changes.keys() == _hashes().keys()
    code = {name: part for name, part in changes.items() if name.endswith(".js")}
    assert [name for name, part in code.items() if "RFC 9420 §" not in part] == []


def test_applying_twice_changes_nothing(copy: Path) -> None:
    _node(copy, "scripts/apply-patch.mjs")
    for path, (_, after) in _hashes().items():
        assert _sha256(copy / "node_modules" / "ts-mls" / path) == after


def test_a_file_that_nobody_read_is_not_patched(copy: Path) -> None:
    target = copy / "node_modules" / "ts-mls" / next(iter(_hashes()))
    target.write_text(target.read_text() + "\n// changed\n")
    changed = target.read_text()
    with pytest.raises(RuntimeError, match="is not the published file"):
        _node(copy, "scripts/apply-patch.mjs")
    assert target.read_text() == changed


def test_another_version_is_not_patched(copy: Path) -> None:
    manifest = copy / "node_modules" / "ts-mls" / "package.json"
    manifest.write_text(manifest.read_text().replace('"1.6.4"', '"1.6.5"'))
    with pytest.raises(RuntimeError, match="1.6.5 is installed"):
        _node(copy, "scripts/apply-patch.mjs")
