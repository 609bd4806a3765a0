"""The page at `/`: what runs here and how to talk through it."""

from __future__ import annotations

from aiohttp import web

_STYLE = """\
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 38rem; margin: 3rem auto;
  padding: 0 1rem; }
code, pre { font: 0.95em ui-monospace, monospace; }
pre { padding: 0.75rem 1rem; border: 1px solid; border-radius: 0.4rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
"""

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>MentalVerse</title>
<link rel="stylesheet" href="/style.css">
<main>
<h1>MentalVerse</h1>
<p>This server carries end-to-end encrypted conversations. What people write is
encrypted on their own devices; the server stores and forwards what it cannot
read.</p>
<h2>Talk from a terminal</h2>
<p>You need an invitation code from whoever runs this server. They make one with
<code>mentalverse invite create</code>. Register once, then chat:</p>
<pre>mentalverse register ADDRESS --invite CODE --handle NAME --profile FOLDER
mentalverse chat --profile FOLDER --with SOMEBODY</pre>
<p><a href="/readyz">Is the server ready?</a></p>
</main>
</html>
"""


def page_routes() -> list[web.RouteDef]:
    """`/` and its style sheet."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=_PAGE, content_type="text/html")

    async def style(_request: web.Request) -> web.Response:
        return web.Response(text=_STYLE, content_type="text/css")

    return [web.get("/", page), web.get("/style.css", style)]
