"""Two browsers change one circle at the same moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from mentalverse_client import Conversation, Standing
from support.clients import eventually, only_conversation, texts
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, sign_up
from .talk import open_chat, say

pytestmark = pytest.mark.timeout(300)

FOUND = """async () => {
  const names = ["ben", "cleo", "dora"]
  const people = await Promise.all(names.map((name) => ada.chat.people.find(name)))
  // Only the staff of a circle may remove somebody else.
  const made = await ada.chat.create("circle", people, [people[1]])
  await ada.until(() => ada.chat.room(made).accounts.size === 4)
  return globalThis.talk = made
}"""
REMOVE_AND_HOLD = """async (account) => {
  const { chat } = ada
  const { call } = chat
  globalThis.refusals = []
  const go = new Promise((resolve) => { globalThis.letGo = resolve })
  const held = new Promise((resolve) => {
    chat.call = async (name, payload) => {
      if (name !== "group.commit") return call(name, payload)
      resolve()
      await go
      try {
        return await call(name, payload)
      } catch (error) {
        refusals.push(error.code)
        throw error
      }
    }
  })
  globalThis.removal = ada.conversation(talk).removeMember(account)
    .then(() => "", (error) => String(error))
  await held
}"""


def is_out(here: Conversation) -> bool:
    return here.encryption_state.standing is Standing.LEFT


async def test_of_two_changes_at_once_both_come_about(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The server gives the epoch to one; the other page plans anew on top of it, and
    both end up in one group that can be written in."""
    async with (
        lab_person(browser, lab_server) as ada,
        lab_person(browser, lab_server) as cleo,
        python_person(lab_server, tmp_path, "ben") as ben,
        python_person(lab_server, tmp_path, "dora") as dora,
    ):
        for page, handle in ((ada, "ada"), (cleo, "cleo")):
            await sign_up(page, lab_server, handle)
            await open_chat(page)
        await ada.evaluate(FOUND)
        await cleo.evaluate("async () => { globalThis.talk = await ada.only() }")
        await say(ada, "four of us")
        await cleo.evaluate("() => ada.idOf(talk, 'four of us')")
        await ada.evaluate(REMOVE_AND_HOLD, ben.account)
        await cleo.evaluate(REMOVE_AND_HOLD, dora.account)
        await asyncio.gather(*(page.evaluate("() => letGo()") for page in (ada, cleo)))
        refusals = []
        for page in (ada, cleo):
            assert await page.evaluate("() => removal") == ""
            await page.evaluate(
                "() => ada.until(() => ada.chat.room(talk).accounts.size === 2)"
            )
            refusals += await page.evaluate("() => refusals")
        assert refusals == ["epoch_taken"]
        for page, other, text in ((ada, cleo, "two"), (cleo, ada, "of us")):
            await say(page, text)
            await other.evaluate("(text) => ada.idOf(talk, text)", text)
        for out in (ben, dora):
            here = await only_conversation(out)
            await eventually(lambda here=here: is_out(here))  # type: ignore[misc]
            assert "two" not in texts(here)
