"""What the app as it is installed never does, and what it always lets people do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Locator, Page, Route, expect

from support.browser import add_authenticator
from support.clients import eventually, only_conversation, texts
from support.clients import person as python_person
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(300)

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => {
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
  const found = await axe.run(document, { runOnly: { type: "tag", values } })
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`))
}"""
PLANTED = {
    "a worker from a string": "() => new Worker('data:text/javascript,1')",
    "a worker by its address": "() => new Worker('/assets/any.js')",
    "markup from a string": "() => { document.body.innerHTML = '<b>planted</b>' }",
    "code from a string": "() => setTimeout('globalThis.planted = 1', 0)",
}
MOST_TABS = 80


async def test_what_is_planted_in_the_page_does_not_run(
    browser: Browser, app_server: ServerProcess
) -> None:
    """A script in the document, workers and markup and code from strings."""

    async def with_script(route: Route) -> None:
        answer = await route.fetch()
        text = await answer.text()
        planted = "<script>globalThis.planted = 1</script></head>"
        assert "</head>" in text
        await route.fulfill(response=answer, body=text.replace("</head>", planted))

    async with app_person(browser, app_server, "console: ") as page:
        violated: list[str] = []
        page.on("console", lambda line: violated.append(line.text))
        await page.context.route(lambda url: url.endswith("/"), with_script)
        await page.goto("/")
        await expect(
            page.get_by_role("button", name="I have an invitation")
        ).to_be_visible()
        assert [line for line in violated if line.startswith("policy: script-src")]
        for name, planted in PLANTED.items():
            refused = await page.evaluate(
                f"() => {{ try {{ ({planted})(); return '' }} catch (e) {{ return e.name }} }}"
            )
            assert refused in ("TypeError", "EvalError"), name
        assert await page.evaluate("() => globalThis.planted") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_the_app_of_somebody_who_talks(
    browser: Browser, app_server: ServerProcess, tmp_path: Path, scheme: str
) -> None:
    """On the way in, and on every screen behind it, with what a real session holds."""
    async with (
        python_person(app_server, tmp_path, "ben") as ben,
        app_person(browser, app_server) as page,
    ):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await add_authenticator(page)
        ada = Screens(page)
        await page.goto("/")
        await expect(
            page.get_by_role("button", name="I have an invitation")
        ).to_be_visible()
        found = await _violations(page, "welcome")
        await ada.come_in(app_server, "ada")
        found += await _violations(page, "nothing yet")
        await ada.begin("ben")
        await ada.write("Hello")
        talk = await only_conversation(ben)
        await talk.send("Good morning")
        await ada.hears("Good morning")
        found += await _violations(page, "a conversation")
        here = page.url.split("#")[1]
        for part in ("people", "safety", "report"):
            found += await _on(page, f"{here}/{part}")
        for address in ("/", "/new", "/search", "/settings"):
            found += await _on(page, address)
        for part in ("devices", "recovery", "privacy", "server", "about"):
            found += await _on(page, f"/settings/{part}")
        assert found == []


async def _on(page: Page, address: str) -> list[str]:
    before = await page.get_by_role("heading", level=1).inner_text()
    await page.evaluate("(address) => { location.hash = address }", address)
    await expect(page.get_by_role("heading", level=1)).not_to_have_text(
        before, timeout=LONG_MS
    )
    return await _violations(page, address)


async def _violations(page: Page, name: str) -> list[str]:
    await page.evaluate(f"() => {{ {AXE.read_text()} }}")
    return [f"{name}: {found}" for found in await page.evaluate(VIOLATIONS)]


async def test_everything_on_the_way_to_a_message_can_be_done_by_keys_alone(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """From the invitation to a message that somebody else reads."""
    async with (
        python_person(app_server, tmp_path, "ben") as ben,
        app_person(browser, app_server) as page,
    ):
        await add_authenticator(page)
        code = await asyncio.to_thread(app_server.invite)
        await page.goto(f"/#/invite/{code}")
        await _tab_to(page, page.get_by_role("textbox", name="A name for you here"))
        await page.keyboard.type("ada")
        await _tab_to(page, page.get_by_role("radio", name="Passkey"))
        await page.keyboard.press("Space")
        await _tab_to(page, page.get_by_role("button", name="Come in"))
        await page.keyboard.press("Enter")
        await Screens(page).is_open()
        await _tab_to(page, page.get_by_role("link", name="New conversation").first)
        await page.keyboard.press("Enter")
        await _tab_to(page, page.get_by_role("textbox", name="Their name here"))
        await page.keyboard.type("ben")
        await page.keyboard.press("Enter")
        await Screens(page).is_in("ben")
        await _tab_to(page, page.get_by_role("textbox", name="Message"))
        await page.keyboard.type("By keys alone")
        await page.keyboard.press("Enter")
        talk = await only_conversation(ben)
        await eventually(lambda: texts(talk) == ["By keys alone"])


async def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there."""
    await expect(wanted).to_be_visible(timeout=LONG_MS)
    for _ in range(MOST_TABS):
        if await wanted.evaluate("(each) => each === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")
