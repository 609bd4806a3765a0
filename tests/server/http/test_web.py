"""The browser's client as the server sends it."""

from __future__ import annotations

import html
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import aiohttp
import msgspec
import pytest

from mentalverse_crisis.resources import Check
from mentalverse_server import line_checks
from mentalverse_server.app import running_server
from mentalverse_server.config import load_config
from mentalverse_server.config_sections import WebSection
from mentalverse_server.errors import StartupError
from mentalverse_server.http.appearance import PICTURES, SVG, appearance
from mentalverse_server.http.web import content_policy, find_client, read_client

SCRIPT = "assets/app-AbCd1234.js"
EXIT = "https://harmless.example/?a=1&b=2"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A client as a build leaves it, small."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    page = '<!doctype html><meta name="mv-exit" content="%EXIT_URL%">'
    page += "<title>%APP_NAME%</title>"
    (folder / "index.html").write_text(page)
    (folder / "help.html").write_text(page)
    (folder / SCRIPT).write_text("let a = 1;" * 100)
    (folder / "sw.js").write_text("// %SETTINGS%")
    (folder / ".vite" / "manifest.json").write_text("{}")
    return folder


@dataclass(frozen=True)
class Site:
    url: str
    http: aiohttp.ClientSession


@pytest.fixture
async def site(dist: Path, tmp_path: Path) -> AsyncIterator[Site]:
    flags = {
        "server.port": 0,
        "server.data_dir": tmp_path / "data",
        "server.origins": ["https://chat.example"],
        "metrics.enabled": False,
        "web.dist_dir": dist,
        "web.exit_url": EXIT,
        "web.app_name": "Tea & Cake",
        "web.app_color": "#102030",
    }
    config = load_config(None, {}, flags).config
    async with running_server(config) as server, aiohttp.ClientSession() as http:
        yield Site(server.url, http)


@pytest.mark.parametrize("path", ["/", "/help"])
async def test_a_document_runs_nothing_but_our_scripts_and_is_never_stored(
    site: Site, path: str
) -> None:
    async with site.http.get(site.url + path) as answer:
        headers = answer.headers
        text = await answer.text()
    assert answer.status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    policy = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "connect-src 'self' wss://chat.example" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "trusted-types mv-worker" in policy
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert 'content="https://harmless.example/?a=1&amp;b=2"' in text


async def test_only_the_crisis_page_may_ask_where_somebody_is(site: Site) -> None:
    allowed = {}
    for path in ("/", "/help"):
        async with site.http.get(site.url + path) as answer:
            rules = answer.headers["Permissions-Policy"].split(", ")
            allowed[path] = "geolocation=(self)" in rules
            assert "microphone=(self)" in rules
    assert allowed == {"/": False, "/help": True}


async def test_a_file_with_its_hash_in_the_name_is_stored_for_ever(site: Site) -> None:
    async with site.http.get(f"{site.url}/{SCRIPT}") as answer:
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["Cache-Control"].endswith("immutable")
        assert answer.headers["Content-Encoding"] == "gzip"
        assert await answer.text() == "let a = 1;" * 100
    async with site.http.get(f"{site.url}/icon.svg") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"


async def test_the_app_is_named_and_coloured_as_the_operator_says(site: Site) -> None:
    """In titles and in the manifest, which names icons of these sizes that exist."""
    async with site.http.get(f"{site.url}/") as answer:
        assert "<title>Tea &amp; Cake</title>" in await answer.text()
    async with site.http.get(f"{site.url}/manifest.webmanifest") as answer:
        assert answer.headers["Content-Type"] == "application/manifest+json"
        manifest = msgspec.json.decode(await answer.read())
    assert manifest["name"] == manifest["short_name"] == "Tea & Cake"
    assert manifest["theme_color"] == "#102030"
    assert manifest["shortcuts"][0]["url"] == "/help"
    assert [i for i in manifest["icons"] if i.get("purpose") == "maskable"]
    for icon in manifest["icons"]:
        async with site.http.get(site.url + icon["src"]) as answer:
            assert answer.headers["Content-Type"] == icon["type"]
            picture = await answer.read()
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", picture[16:24])
            assert f"{width}x{height}" == icon["sizes"]


def test_an_icon_is_a_circle_in_a_field_that_may_be_cut() -> None:
    """Decoded pixel by pixel: middle, field, and corners that are there or not."""
    drawn = appearance(WebSection(app_color="#102030"))
    for name, corner in (("icon-192.png", 0), ("icon-maskable-512.png", 255)):
        picture = drawn[name]
        size = struct.unpack(">I", picture[16:20])[0]
        length = struct.unpack(">I", picture[33:37])[0]
        rows = zlib.decompress(picture[41 : 41 + length])
        assert len(rows) == size * (1 + 4 * size)

        def pixel(x: int, y: int, rows: bytes = rows, size: int = size) -> bytes:
            at = y * (1 + 4 * size) + 1 + 4 * x
            return rows[at : at + 4]

        assert pixel(size // 2, size // 2) == bytes([0xF4, 0xEF, 0xE6, 255])
        assert pixel(size // 2, size // 8) == bytes([0x10, 0x20, 0x30, 255])
        for x, y in ((0, 0), (size - 1, 0), (0, size - 1), (size - 1, size - 1)):
            assert pixel(x, y)[3] == corner


def test_an_operators_own_icons_take_the_place_of_the_drawn_ones(
    tmp_path: Path,
) -> None:
    """All of them, or the server does not start."""
    for name in (SVG, *PICTURES):
        (tmp_path / name).write_bytes(name.encode())
    shown = appearance(WebSection(icon_dir=tmp_path))
    assert shown["icon-512.png"] == b"icon-512.png"
    (tmp_path / SVG).unlink()
    with pytest.raises(StartupError, match=r"icon\.svg"):
        appearance(WebSection(icon_dir=tmp_path))


def test_other_settings_make_another_worker(dist: Path) -> None:
    """So that browsers fetch the documents anew; the same settings change nothing."""
    here = read_client(dist, WebSection(), ())["/sw.js"]
    renamed = read_client(dist, WebSection(app_name="Tea"), ())["/sw.js"]
    checked = read_client(dist, WebSection(), (), '[["DE"]]')["/sw.js"]
    assert checked.body != here.body
    assert here.body == read_client(dist, WebSection(), ())["/sw.js"].body
    assert here.body != renamed.body
    assert here.headers["Cache-Control"] == "no-cache"


async def test_who_cannot_unpack_gets_the_plain_file(site: Site) -> None:
    plain = {"Accept-Encoding": "identity"}
    async with site.http.get(f"{site.url}/{SCRIPT}", headers=plain) as answer:
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert await answer.text() == "let a = 1;" * 100


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing-AbCd1234.js",
        "/.vite/manifest.json",
        "/assets/../index.html",
        "/assets/%2e%2e/help.html",
        "/server-keys.json",
    ],
)
async def test_nothing_but_the_clients_files_is_served(site: Site, path: str) -> None:
    async with site.http.get(site.url + path) as answer:
        assert answer.status in (200, 404)
        text = await answer.text()
    # A path that is cleaned on its way leads to a document, like any other client.
    assert answer.status == 404 or text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("body", "cleared"),
    [(b"wipe", '"cache", "cookies", "storage"'), (b"lock", '"cache"')],
)
async def test_leaving_clears_what_was_asked_for(
    site: Site, body: bytes, cleared: str
) -> None:
    for origin in (site.url, "https://chat.example"):
        headers = {"Origin": origin}
        async with site.http.post(
            f"{site.url}/exit", data=body, headers=headers
        ) as answer:
            assert answer.status == 204
            assert answer.headers["Clear-Site-Data"] == cleared


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_no_foreign_page_can_clear_a_visitors_keys(
    site: Site, origin: str | None
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    async with site.http.post(
        f"{site.url}/exit", data=b"wipe", headers=headers
    ) as answer:
        assert answer.status == 403
        assert "Clear-Site-Data" not in answer.headers


async def test_the_way_out_without_a_script_clears_nothing(site: Site) -> None:
    async with site.http.get(f"{site.url}/exit", allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == EXIT
        assert "Clear-Site-Data" not in answer.headers


def test_a_folder_without_a_client_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="holds no built client"):
        find_client(tmp_path)


def test_a_client_without_its_crisis_page_is_not_served(dist: Path) -> None:
    (dist / "help.html").unlink()
    with pytest.raises(StartupError, match="no complete web client"):
        read_client(dist, WebSection(), ())


def test_a_file_that_no_build_makes_is_not_served(dist: Path) -> None:
    (dist / "notes.txt").write_text("mine")
    with pytest.raises(StartupError, match=r"notes\.txt"):
        read_client(dist, WebSection(), ())


async def test_who_has_tried_a_helpline_is_not_told_and_a_broken_record_is_named(
    dist: Path, tmp_path: Path
) -> None:
    """Pages are told lines and days; the server does not start with what is none."""
    for name in ("index.html", "help.html"):
        (dist / name).write_text('<meta content="%LINE_CHECKS%">')
    data = tmp_path / "data"
    file = data / line_checks.FILE
    line_checks.write(file, [Check("DE", "A & B", date(2026, 12, 1), "night desk")])
    flags = {"server.port": 0, "server.data_dir": data, "web.dist_dir": dist}
    config = load_config(None, {}, flags).config
    async with running_server(config) as server, aiohttp.ClientSession() as http:
        for path in ("/", "/help"):
            async with http.get(server.url + path) as answer:
                told = html.unescape(await answer.text())
            assert told == '<meta content="[["DE","A & B","2026-12-01"]]">'
    file.write_text('{"checks": [{"country": "DE"}]}')
    with pytest.raises(StartupError, match=r"line-checks\.json: entry 1 \(DE\): name"):
        async with running_server(config):
            pass


def test_plain_http_origins_need_no_rule_for_sockets() -> None:
    assert "wss:" not in content_policy(["http://localhost:8080"])
