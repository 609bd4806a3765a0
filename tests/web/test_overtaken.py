"""What a server pushes may overtake what it answered before: neither is lost for it."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page

from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, sign_up
from .talk import begin, open_chat

HOLD_LISTS_BACK = """async () => {
  const { around } = ada.chat.reader
  const { call } = around
  const letGo = new Promise((resolve) => { globalThis.letGo = resolve })
  const held = new Promise((resolve) => {
    around.call = async (name, payload) => {
      const given = await call(name, payload)
      if (name === "conversation.list") {
        resolve()
        await letGo
      }
      return given
    }
  })
  ada.chat.following.lookAgain()
  await held
}"""


async def texts_up_to(page: Page, last: str) -> list[str]:
    """What stands in the transcript once this text does."""
    await page.evaluate("(last) => ada.idOf(talk, last)", last)
    found = await page.evaluate("() => ada.lines(talk)")
    return [line["text"] for line in found if line["kind"] != "notice"]


async def test_a_log_is_not_shorter_because_its_rows_came_before_its_head(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Else rows are read again, and their keys have been used."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "python")
        # Coming in asks for the lists, too, and what is pushed waits for that.
        await talk.send("zero")
        assert await texts_up_to(page, "zero") == ["zero"]
        await page.evaluate(HOLD_LISTS_BACK)
        for text in ("one", "two"):
            await talk.send(text)
        assert await texts_up_to(page, "two") == ["zero", "one", "two"]
        await page.evaluate("() => letGo()")
        await talk.send("three")
        assert await texts_up_to(page, "three") == ["zero", "one", "two", "three"]
