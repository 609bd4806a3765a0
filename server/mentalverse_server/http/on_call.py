"""The link of a page: what it says, and a button. It works without scripts.

Looking never acknowledges: mail scanners and previews of messengers open every address
they see. Only the button does, which is a POST. Nothing is stored by any cache, and the
page sends nobody on with a referrer (`security.HEADERS`).
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.quota import Rate

from ..auth.rate_keys import RateKeys
from ..crisis.pages.acknowledging import Acknowledging, Shown, Standing
from ..crisis.pages.links import DESK_PAGE, LINK_PATH
from ..crisis.pages.page import clock_time
from ..errors import http_status
from ..throttle import Throttle
from .security import Network, client_address

LOOKS: Final = Rate(rate_per_second=1 / 2, burst=60)
"""From one address: a mail scanner looks at each page more than once."""

_STYLE = """
body { font: 1.125rem/1.5 system-ui, sans-serif; margin: 0; color-scheme: light dark }
main { max-width: 32rem; margin: 0 auto; padding: 2rem 1rem }
button { font: inherit; padding: .75rem 1.25rem; min-height: 3rem }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
<main>
<h1>{title}</h1>
{body}
</main>
</html>
"""
_BUTTON = '<form method="post"><button>{words}</button></form>'
_DESK = f'<p>Whoever has an account here: <a href="{DESK_PAGE}">open the desk</a>.</p>'
_GONE = (
    "<p>This link is over, or was never one. If somebody needs you, a new page is on "
    "its way.</p>"
)
_FAILED = "<p>This cannot be said at the moment. Please try again in a minute.</p>"


class OnCallPages:
    """Handlers of the one address."""

    def __init__(
        self,
        acknowledging: Acknowledging,
        tries: Throttle[bytes],
        rate_keys: RateKeys,
        trusted_proxies: Sequence[Network],
    ) -> None:
        """`tries` counts by what stands for an address."""
        self._acknowledging = acknowledging
        self._tries = tries
        self._rate_keys = rate_keys
        self._trusted = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Look, and say."""
        path = LINK_PATH + "{token:[A-Za-z0-9_-]{22}}"
        return [web.get(path, self._look), web.post(path, self._say)]

    async def _look(self, request: web.Request) -> web.Response:
        return await self._answer(request, says=False)

    async def _say(self, request: web.Request) -> web.Response:
        return await self._answer(request, says=True)

    async def _answer(self, request: web.Request, *, says: bool) -> web.Response:
        token, calls = request.match_info["token"], self._acknowledging
        address = client_address(request, self._trusted)
        try:
            self._tries.check(self._rate_keys.of(address))
            shown = await (calls.say(token) if says else calls.look(token))
        except SignalingError as error:
            return _response("On call", _FAILED, http_status(error))
        if shown is None:
            return _response("On call", _GONE, 404)
        title = "Test of the on-call list" if shown.is_test else "On call"
        return _response(title, _body(shown), 200)


def _response(title: str, body: str, status: int) -> web.Response:
    text = _PAGE.format(title=html.escape(title), style=_STYLE, body=body)
    return web.Response(
        text=text, status=status, content_type="text/html", headers=_HEADERS
    )


def _body(shown: Shown) -> str:
    if shown.is_test:
        return _test(shown.standing)
    words = f"<p>{html.escape(_asked(shown))}</p>"
    if shown.standing is Standing.ASKED:
        return words + _BUTTON.format(words="I take care of it") + _DESK
    said = {
        Standing.SAID: "Thank you. You have said that you take care of it.",
        Standing.OVER: "Somebody takes care of it, or nobody is needed any more. "
        "There is nothing to be done.",
    }[shown.standing]
    return f"{words}<p>{said}</p>{_DESK}"


def _test(standing: Standing) -> str:
    if standing is Standing.ASKED:
        words = "<p>This is a test, and nobody is waiting.</p>"
        return words + _BUTTON.format(words="It came")
    return "<p>Thank you. It is noted that the test came. Nobody is waiting.</p>"


def _asked(shown: Shown) -> str:
    drill = "This is a drill. " if shown.is_drill else ""
    band = "" if shown.band is None else f": A{shown.band}"
    due = "" if shown.due_ms is None else f", by {clock_time(shown.due_ms)}"
    return f"{drill}You are asked for{band}{due}."
