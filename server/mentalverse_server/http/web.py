"""The browser's client: its documents under a strict policy, its assets, the way out.

The built client is read into memory when the server starts; a document is not stored
by any cache, an asset has its hash in its name and is stored for ever.

Routes within the client stand behind `#` in the address, so neither this server's log
nor a proxy's says which conversation somebody opened, or which invitation they hold.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from mentalverse_signaling.errors import Forbidden, NotFound

from ..config_sections import WebSection
from ..errors import StartupError
from ..transport.admission import is_own_page
from .appearance import appearance

DOCUMENTS = {"/": "index.html", "/help": "help.html"}
MAX_FILE_BYTES = 4 * 1024 * 1024
"""No file of the client is nearly as large; a wrong folder may hold such."""
MAX_FILES = 500
WORKER = "/sw.js"
"""The service worker: from the top, or it would not have all pages in its scope."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_PACKED_ALREADY = frozenset({".png", ".woff2"})
_HASHED = re.compile(r"/assets/[\w.-]+-[\w-]{8}\.\w+", re.ASCII)
_EXIT_URL, _APP_NAME = b"%EXIT_URL%", b"%APP_NAME%"
_SETTINGS, _LINE_CHECKS = b"%SETTINGS%", b"%LINE_CHECKS%"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the client, ready to be sent."""

    content_type: str
    body: bytes
    packed: bytes | None
    """The same, by gzip; None where that saves nothing."""
    headers: Mapping[str, str]


def find_client(configured: Path | None) -> Path | None:
    """Where the built client is: as configured, in the package, or in a checkout."""
    package = Path(__file__).parents[1]
    places = [package / "web", package.parents[1] / "clients" / "web" / "dist"]
    for place in [configured] if configured else places:
        if (place / "index.html").is_file():
            return place
    if configured is not None:
        raise StartupError(f"web.dist_dir: {configured} holds no built client")
    return None


def read_client(
    folder: Path,
    settings: WebSection,
    origins: Iterable[str],
    line_checks: str = "[]",
) -> dict[str, File]:
    """Every file of the client by its path on the server, and how the app looks.

    `line_checks` is what the pages are told of helplines (`line_checks.for_page`).

    Raises:
        StartupError: the folder does not look like a built client.
    """
    policy = content_policy(origins)
    documents = {name: path for path, name in DOCUMENTS.items()}
    files: dict[str, File] = {}
    for place in sorted(folder.rglob("*")):
        name = place.relative_to(folder).as_posix()
        if place.is_dir() or name.startswith("."):
            continue
        kind = _TYPES.get(place.suffix)
        if kind is None or place.stat().st_size > MAX_FILE_BYTES:
            raise StartupError(f"the web client holds a file that is not its: {name}")
        path = documents.get(name, f"/{name}")
        body = place.read_bytes()
        files[path] = _file(
            path, kind, _filled(path, body, settings, line_checks), policy
        )
    for name, body in appearance(settings).items():
        kind = _TYPES[Path(name).suffix]
        files[f"/{name}"] = _file(f"/{name}", kind, body, policy)
    if len(files) > MAX_FILES or not DOCUMENTS.keys() <= files.keys():
        raise StartupError(f"{folder} holds no complete web client: build it anew")
    return files


def content_policy(origins: Iterable[str]) -> str:
    """What a document may load and run (Content Security Policy Level 3).

    The service worker's and the media workers' addresses pass through the one Trusted
    Types policy `mv-worker`; every other string that would become code is refused.
    """
    # Engines that do not take 'self' for WebSockets need them by name.
    sockets = sorted(
        f"wss://{urlsplit(origin).netloc}"
        for origin in origins
        if urlsplit(origin).scheme == "https"
    )
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            " ".join(("connect-src 'self'", *sockets)),
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types mv-worker",
        )
    )


def _filled(path: str, body: bytes, settings: WebSection, line_checks: str) -> bytes:
    """Put what is the operator's into a document; into the worker, that it changed.

    A worker whose octets changed is a new version to browsers, and fetches documents
    anew.
    """
    if path in DOCUMENTS:
        body = body.replace(_LINE_CHECKS, html.escape(line_checks).encode())
        body = body.replace(_EXIT_URL, html.escape(settings.exit_url).encode())
        return body.replace(_APP_NAME, html.escape(settings.app_name).encode())
    if path == WORKER:
        told = f"{settings.exit_url}\n{settings.app_name}\n{line_checks}".encode()
        return body.replace(_SETTINGS, hashlib.sha256(told).hexdigest()[:16].encode())
    return body


def _file(path: str, kind: str, body: bytes, policy: str) -> File:
    packed = (
        None if Path(path).suffix in _PACKED_ALREADY else gzip.compress(body, mtime=0)
    )
    if packed is not None and len(packed) >= len(body):
        packed = None
    return File(kind, body, packed, _headers(path, policy))


def _headers(path: str, policy: str) -> dict[str, str]:
    if path in DOCUMENTS:
        return {
            "Content-Security-Policy": policy,
            "Permissions-Policy": _permissions(may_locate=path == "/help"),
        }
    if path == WORKER:
        return {
            "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
            hdrs.CACHE_CONTROL: "no-cache",
        }
    if _HASHED.fullmatch(path):
        return {hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable"}
    return {hdrs.CACHE_CONTROL: "no-cache"}


def _permissions(*, may_locate: bool) -> str:
    allowed = (
        "camera",
        "microphone",
        "display-capture",
        "screen-wake-lock",
        "publickey-credentials-get",
        "publickey-credentials-create",
    )
    rules = [f"{name}=(self)" for name in allowed]
    # Where somebody is may be asked for in a crisis, and nowhere else.
    rules.append("geolocation=(self)" if may_locate else "geolocation=()")
    return ", ".join(rules)


class WebClient:
    """Serves the client's files, and clears what a browser keeps on the way out."""

    def __init__(
        self, files: Mapping[str, File], exit_url: str, origins: Iterable[str]
    ) -> None:
        self._files = files
        self._exit_url = exit_url
        self._origins = frozenset(origins)

    def routes(self) -> list[web.RouteDef]:
        """Every path of the client."""
        own = {path for path in self._files if not path.startswith("/assets/")}
        return [
            *(web.get(path, self._serve) for path in sorted(own)),
            web.get("/assets/{name:[A-Za-z0-9_.-]+}", self._serve),
            web.get("/exit", self._leave),
            web.post("/exit", self._clear),
        ]

    async def _serve(self, request: web.Request) -> web.Response:
        file = self._files.get(request.path)
        if file is None:
            raise NotFound("no such page")
        response = web.Response(
            body=file.body,
            headers={**file.headers, hdrs.CONTENT_TYPE: file.content_type},
        )
        if file.packed is not None:
            response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
            if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
                response.body = file.packed
                response.headers[hdrs.CONTENT_ENCODING] = "gzip"
        return response

    async def _leave(self, _request: web.Request) -> web.Response:
        """The way out for a page whose script does not run."""
        return web.Response(status=303, headers={hdrs.LOCATION: self._exit_url})

    async def _clear(self, request: web.Request) -> web.Response:
        """Have the browser forget this site; `wipe` also its stored data.

        The page does the same by itself. This reaches what a page cannot: the cache,
        and what a script that was stopped half-way left behind.
        """
        # Browsers send it with every POST. Any page could otherwise have a visitor's
        # browser delete the keys of an account.
        origin = request.headers.get(hdrs.ORIGIN, "")
        if not is_own_page(origin, request, self._origins):
            raise Forbidden("only this site's own pages may ask for that")
        body = await request.content.read(16)
        kinds = ("cache", "cookies", "storage") if body == b"wipe" else ("cache",)
        cleared = ", ".join(f'"{kind}"' for kind in kinds)
        return web.Response(status=204, headers={"Clear-Site-Data": cleared})


_PLAIN_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>MentalVerse</title>
<main>
<h1>MentalVerse</h1>
<p>This server carries end-to-end encrypted conversations. Its web client is not built:
run <code>make web</code> in the checkout, or install a released wheel, and start the
server again.</p>
<p>From a terminal: <code>mentalverse register</code>, then
<code>mentalverse chat</code>.</p>
<p><a href="/readyz">Is the server ready?</a></p>
</main>
</html>
"""


def plain_page() -> list[web.RouteDef]:
    """What stands at `/` where no client is built: the server works without one."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=_PLAIN_PAGE, content_type="text/html")

    return [web.get("/", page)]
