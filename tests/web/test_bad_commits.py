"""Commits that a page does not take part in: it says so, and goes on in a fresh group."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from mentalverse_client import Client, Conversation, Standing
from mentalverse_client.groups import commit_rules
from mentalverse_client.groups.commit_rules import MAX_PROOF_PART_BYTES
from mentalverse_crypto.extensions import Extension
from support.bad_commits import commit_what_nobody_can_apply
from support.clients import eventually, next_message, only_conversation, texts
from support.clients import person as python_person
from support.rooms import plan
from support.server import ServerProcess

from .conftest import lab_person, sign_up
from .talk import begin, open_chat, say

ANEW = "set_up_anew"
NOTE_CAUSES = """() => {
  globalThis.causes = []
  const room = ada.chat.room(talk)
  const receive = room.receive.bind(room)
  room.receive = async (...all) => {
    const applied = await receive(...all)
    if (room.record.standing === "broken") causes.push(room.record.cause)
    return applied
  }
}"""
STANDING = """(id) => { const { standing, frozen, cause } = ada.chat.room(id).record
  return [standing, frozen, cause] }"""


def is_in_order(talk: Conversation) -> bool:
    state = talk.encryption_state
    return state.standing is Standing.ACTIVE and not state.frozen


async def said_by_page(page: Page, conversation: str) -> list[str]:
    found = await page.evaluate("(id) => ada.lines(id)", conversation)
    return [line["text"] for line in found if line["kind"] == "text"]


async def told_by_page(page: Page, conversation: str) -> str:
    found = await page.evaluate("(id) => ada.lines(id)", conversation)
    return [str(line["text"]) for line in found if line["kind"] == "notice"][-1]


async def commit_a_leaf_that_fits_no_report(
    client: Client, conversation: Conversation
) -> None:
    """Show a leaf longer than a part of a proof may be, with one's own check off."""
    room = conversation._room
    leaf = room.state.tree.leaf(room.state.own_leaf)
    assert leaf is not None
    large = Extension(0xFABC, bytes(MAX_PROOF_PART_BYTES))
    able = replace(
        leaf.capabilities, extensions=(*leaf.capabilities.extensions, 0xFABC)
    )
    grown = replace(leaf, extensions=(*leaf.extensions, large), capabilities=able)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commit_rules, "MAX_PROOF_PART_BYTES", 1 << 20)
        tree = room.state.tree.update_leaf(room.state.own_leaf, grown)
        room.state = replace(room.state, tree=tree)
        room.stage(plan(), ())
    await client._engine.courier(room)._committer.renew()


BAD = {
    "invalid": commit_what_nobody_can_apply,
    "unreportable": commit_a_leaf_that_fits_no_report,
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_page_begins_a_fresh_group_after_a_commit_it_refuses(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path, kind: str
) -> None:
    """Between two both stay; what it wrote meanwhile arrives once, and all is there after a reload."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        account = await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await say(page, "before")
        assert (await next_message(talk)).text == "before"
        group = talk._room.record.group
        await page.evaluate(NOTE_CAUSES)
        await BAD[kind](ben, talk)
        await page.evaluate(
            "() => ada.conversation(talk).send('from ada').catch(() => undefined)"
        )
        await eventually(lambda: talk._room.record.group != group and is_in_order(talk))
        await page.evaluate(
            "(group) => ada.until(() => ada.chat.room(talk).record.group !== group)",
            group,
        )
        assert await page.evaluate("() => causes") == [f"commit.{kind}"]
        assert await told_by_page(page, talk.id) == f"{ANEW} {account}"
        await page.reload()
        await open_chat(page)
        await page.evaluate("(id) => { globalThis.talk = id }", talk.id)
        await page.evaluate("() => ada.flush()")
        await talk.send("from ben")
        await page.evaluate("(text) => ada.idOf(talk, text)", "from ben")
        await eventually(lambda: len(texts(talk)) == 3)
        assert await said_by_page(page, talk.id) == texts(talk)
        assert texts(talk) == ["before", "from ada", "from ben"]
        assert await page.evaluate(STANDING, talk.id) == ["active", False, ""]
        digits = await page.evaluate(
            "async () => (await ada.conversation(talk).safetyNumber()).digits"
        )
        assert talk.safety_number() == " ".join(digits)


async def test_whoever_made_the_commit_is_not_in_the_fresh_group_of_a_circle(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The page and Python say that they cannot follow; the others go on, and are told."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
        python_person(lab_server, tmp_path, "cleo") as cleo,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        await page.evaluate(
            """async () => {
              const people = await Promise.all(["ben", "cleo"].map((h) => ada.chat.people.find(h)))
              globalThis.talk = await ada.chat.create("circle", people)
              await ada.until(() => ada.chat.room(talk).accounts.size === 3)
            }"""
        )
        bens, cleos = await only_conversation(ben), await only_conversation(cleo)
        await say(page, "three of us")
        assert (await next_message(cleos)).text == "three of us"
        group = bens._room.record.group
        await commit_what_nobody_can_apply(ben, bens)
        await eventually(
            lambda: cleos._room.record.group != group and is_in_order(cleos)
        )
        await page.evaluate(
            "(group) => ada.until(() => ada.chat.room(talk).record.group !== group)",
            group,
        )
        assert f"not_in_fresh_group {ben.account}" in await told_by_page(page, cleos.id)
        await say(page, "two of us")
        assert (await next_message(cleos)).text == "two of us"
        await cleos.send("as it is")
        await page.evaluate("(text) => ada.idOf(talk, text)", "as it is")
        await eventually(lambda: bens.encryption_state.standing is Standing.LEFT)
        assert "two of us" not in texts(bens)
