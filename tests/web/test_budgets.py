"""What the two documents weigh, and what they ask for before they are seen."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser

from mentalverse_server.app import running_server
from mentalverse_server.config import load_config
from mentalverse_server.store import (  # noqa: F401 each module adds its tables
    tables_blobs,
    tables_crisis,
    tables_freezing,
    tables_guests,
    tables_identity,
    tables_push,
    tables_recovery,
)
from mentalverse_server.store.tables import metadata
from support.browser import person

KB = 1000
HELP_BYTES = 90 * KB
HELP_FIRST_BYTES = 35 * KB
APP_BYTES = 110 * KB
LAZY_BYTES = 40 * KB
TALKING_BYTES = 200 * KB
HELP_REQUESTS = 4


@pytest.fixture(scope="module")
def dist() -> Path:
    build(WEB)
    return WEB / "dist"


def _weight(path: Path) -> int:
    return len(gzip.compress(path.read_bytes()))


def _static(manifest: dict[str, dict[str, object]], name: str) -> Iterator[str]:
    """Every script that an entry needs before it runs, itself included."""
    chunk = manifest[name]
    yield str(chunk["file"])
    for other in chunk.get("imports", []):  # type: ignore[attr-defined]
        yield from _static(manifest, other)


def _document(dist: Path, name: str) -> tuple[int, int]:
    """What a document weighs without and with its scripts."""
    manifest = json.loads((dist / ".vite" / "manifest.json").read_text())
    sheets = re.findall(r'href="/(assets/[^"]+\.css)"', (dist / name).read_text())
    assert sheets
    first = _weight(dist / name) + sum(_weight(dist / sheet) for sheet in sheets)
    return first, first + sum(
        _weight(dist / file) for file in set(_static(manifest, name))
    )


def test_the_page_of_help_is_light(dist: Path) -> None:
    """≤ 35 kB until it is painted and leaves, ≤ 90 kB with everything."""
    first, all_of_it = _document(dist, "help.html")
    assert first <= all_of_it <= HELP_FIRST_BYTES
    assert all_of_it <= HELP_BYTES


def test_what_somebody_talks_with_comes_after_the_tap(dist: Path) -> None:
    """≤ 200 kB in one language, and none of it before: keys, encryption, connection."""
    manifest = json.loads((dist / ".vite" / "manifest.json").read_text())
    first = set(_static(manifest, "help.html"))
    talking = {
        file
        for part in ("src/state/guest-work.ts", "src/ui/crisis/Talking.tsx")
        for file in _static(manifest, part)
    }
    assert sum(_weight(dist / file) for file in talking - first) <= TALKING_BYTES


def test_the_app_begins_light_and_brings_the_rest_when_it_is_wanted(
    dist: Path,
) -> None:
    """≤ 110 kB to begin with, ≤ 40 kB for each part that comes later."""
    manifest = json.loads((dist / ".vite" / "manifest.json").read_text())
    assert _document(dist, "index.html")[1] <= APP_BYTES
    begun = {*_static(manifest, "index.html"), *_static(manifest, "help.html")}
    for chunk in manifest.values():
        if chunk["file"] not in begun:
            assert _weight(dist / chunk["file"]) <= LAZY_BYTES, chunk["file"]


@pytest.mark.parametrize("name", ["index.html", "help.html"])
def test_no_document_holds_a_script_or_a_style(dist: Path, name: str) -> None:
    """The policy would refuse them."""
    page = (dist / name).read_text()
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page) is None


async def test_help_is_seen_after_four_requests(
    browser: Browser, dist: Path, tmp_path: Path
) -> None:
    """All of them ours; the numbers need no other. Whether somebody is there is asked after."""
    flags = {
        "server.port": 0,
        "server.data_dir": tmp_path / "data",
        "metrics.enabled": False,
        "web.dist_dir": dist,
    }
    config = load_config(None, {}, flags).config
    async with (
        running_server(config) as server,
        person(browser, server.url, locale="en-GB") as (context, _),
    ):
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto("/help")
        await page.get_by_role("link", name="112").first.wait_for()
        later = ("/icon.svg", "/api/v1/server")
        needed = [url for url in asked if not url.endswith(later)]
        assert len(needed) <= HELP_REQUESTS


def test_the_page_about_the_server_names_every_column(dist: Path) -> None:
    """Exactly those of the database, whatever is added to it later."""
    groups = json.loads((WEB / "src" / "ui" / "settings" / "stored.json").read_text())
    named = {
        table: columns for group in groups.values() for table, columns in group.items()
    }
    stored = {
        name: [column.name for column in table.columns]
        for name, table in metadata.tables.items()
    }
    assert named == stored
