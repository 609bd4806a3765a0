"""The app's screens as a person finds them: by what is written on them and by role."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from support.server import ServerProcess

PASSPHRASE = "a quiet lake at noon"
LONG_MS = 90_000
"""What comes for certain, on a machine with much to do: Argon2id with 256 MiB too."""


@dataclass(frozen=True)
class Screens:
    """One person's page."""

    page: Page

    async def come_in(
        self, server: ServerProcess, handle: str, *, passkey: bool = True
    ) -> None:
        """Be invited, and come in."""
        code = await asyncio.to_thread(server.invite)
        await self.follow(f"/#/invite/{code}", handle, passkey=passkey)

    async def follow(self, link: str, handle: str, *, passkey: bool = True) -> None:
        """Open an invitation, and come to an account that is open."""
        await self.page.goto(link)
        await self.page.get_by_label("A name for you here").fill(handle)
        await self.choose_seal(passkey=passkey)
        await self.page.get_by_role("button", name="Come in").click()
        await self.is_open()

    async def choose_seal(self, *, passkey: bool) -> None:
        """Say what is to open this browser."""
        name = "Passkey" if passkey else "Passphrase"
        await self.page.get_by_role("radio", name=name).check()
        if not passkey:
            field = self.page.get_by_role("textbox", name="Passphrase")
            await field.fill(PASSPHRASE)

    async def is_open(self) -> None:
        """Wait until the messages of somebody are there."""
        await expect(
            self.page.get_by_role("heading", name="Messages").first
        ).to_be_visible(timeout=LONG_MS)
        await self.has_connection("Online")

    async def has_connection(self, words: str) -> None:
        """Wait until the bar says so."""
        await expect(self.page.get_by_text(words, exact=True)).to_be_visible(
            timeout=LONG_MS
        )

    async def begin(self, *names: str) -> None:
        """Start a conversation with one person, or a circle with several."""
        await self.page.get_by_role("link", name="New conversation").first.click()
        if len(names) > 1:
            await self.page.get_by_role("radio", name="A circle of several").check()
        label = "Their name here" if len(names) == 1 else "Their names here"
        await self.page.get_by_role("textbox", name=label).fill(" ".join(names))
        await self.page.get_by_role("button", name="Start").click()
        await self.is_in(*names)

    async def enter(self, *names: str) -> None:
        """Open a conversation from the list."""
        row = self.page.get_by_role("link")
        for name in names:
            row = row.filter(has_text=name)
        await row.first.click(timeout=LONG_MS)
        await self.is_in(*names)

    async def is_in(self, *names: str) -> None:
        """Wait until a conversation can be written in."""
        for name in names:
            heading = self.page.get_by_role("heading", level=1)
            await expect(heading).to_contain_text(name, timeout=LONG_MS)
        await expect(self.page.get_by_role("textbox", name="Message")).to_be_visible()

    async def write(self, text: str) -> None:
        """Write a message and send it by Enter."""
        field = self.page.get_by_role("textbox", name="Message")
        await field.fill(text)
        await field.press("Enter")
        await expect(field).to_have_value("")

    def row(self, text: str) -> Locator:
        """What was said, with what stands around it; not where it is only quoted."""
        log = self.page.get_by_role("log", name="Messages")
        said = self.page.get_by_role("paragraph").filter(has_text=text)
        return log.get_by_role("listitem").filter(has=said)

    def reaction(self, emoji: str, name: str) -> Locator:
        """A reaction of one person; names stand in marks of their own direction."""
        words = re.compile(f"{emoji}\\W* from \\W*{name}")
        return self.page.get_by_role("button", name=words)

    async def hears(self, text: str) -> Locator:
        """Wait until a message is there, once."""
        row = self.row(text)
        await expect(row).to_have_count(1, timeout=LONG_MS)
        return row

    async def act(self, text: str, name: str) -> None:
        """Do something with one message."""
        row = await self.hears(text)
        more = row.get_by_role("button", name="More for")
        await row.hover()
        await more.click(timeout=LONG_MS)
        dialog = self.page.get_by_role("dialog", name="This message")
        await dialog.get_by_role("button", name=name, exact=True).click()

    async def attach(self, path: Path) -> None:
        """Send a file as the button does."""
        async with self.page.expect_file_chooser() as chooser:
            await self.page.get_by_role("button", name="Add a file").click()
        await (await chooser.value).set_files(path)

    async def save(self, name: str, target: Path) -> bytes:
        """Save a file that somebody sent; what is in it."""
        row = await self.hears(name)
        async with self.page.expect_download(timeout=LONG_MS) as download:
            await row.get_by_role("button", name="Save").click(timeout=LONG_MS)
        await (await download.value).save_as(target)
        return await asyncio.to_thread(target.read_bytes)

    async def make_recovery_words(self) -> list[str]:
        """On their screen: write them down, and type those that are asked for."""
        await self.page.get_by_role("button", name="Make recovery words").click()
        shown = self.page.get_by_role("main").get_by_role("listitem")
        await expect(shown).to_have_count(24)
        words = [word.strip() for word in await shown.all_inner_texts()]
        await self.page.get_by_role("button", name="I have written them down").click()
        for field in await self.page.get_by_role("textbox", name="Word ").all():
            label = await field.evaluate("(each) => each.labels[0].textContent")
            await field.fill(words[int(re.sub(r"\D", "", label)) - 1])
        await self.page.get_by_role("button", name="Use these words").click()
        await expect(self.page.get_by_text("You made recovery words")).to_be_visible(
            timeout=LONG_MS
        )
        return words
