"""The demo: a real server, people on it, and links and commands to join them.

Everything passes through the same SDK and the same server as in earnest. Only
the passphrase is not one: it lies in a file beside the profiles it protects, so
the demo's data folder is not for real conversations.
"""

from __future__ import annotations

import asyncio
import secrets
import shlex
import shutil
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path

import typer

from mentalverse_client import Client, ClientError, Message, NotConnected
from mentalverse_server.app import Server, harden_process, running_server
from mentalverse_server.config import Config
from mentalverse_server.drain import StopRequest
from mentalverse_server.errors import StartupError
from mentalverse_server.links import invite_link
from mentalverse_server.logs import configure_logging
from mentalverse_server.operator import create_invite
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.roles import Role

from .demo_host import HOST, LINK_NOTE, hosting, make_host

MENTOR, MENTEE = "mentor", "mentee"
PEERS = ("ana", "ben")
PEOPLE = (MENTOR, MENTEE, *PEERS)
SEED_SECONDS = 60.0
_AGAIN = "remove the folder and start again"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the demo keeps its things."""

    root: Path

    @property
    def profiles(self) -> Path:
        """One profile directory per person."""
        return self.root / "profiles"

    @property
    def passphrase(self) -> Path:
        """The file with the passphrase of every profile."""
        return self.root / "passphrase"

    @property
    def address(self) -> Path:
        """Written when the demo is complete: the address its profiles use."""
        return self.root / "address"

    def profile(self, handle: str) -> Path:
        """One person's profile."""
        return self.profiles / handle


def run_demo(config: Config, root: Path, *, open_browser: bool) -> None:
    """Serve until SIGTERM or Ctrl-C; the first time make the people first."""
    configure_logging("warning", config.log.format)
    harden_process()
    asyncio.run(_demo(config, Folder(root), open_browser))


async def _demo(config: Config, folder: Folder, open_browser: bool) -> None:
    stop = StopRequest()
    with stop.on_signals():
        async with running_server(config) as server:
            url = f"http://localhost:{server.url.rsplit(':', 1)[1]}"
            if folder.address.exists():
                _check_address(folder, url)
            else:
                await _seed(server, folder, url)
            passphrase = folder.passphrase.read_text(encoding="utf-8").strip()
            await make_host(server, url, folder.profile(HOST), passphrase)
            async with hosting(server, folder.profile(HOST), passphrase):
                links = await asyncio.to_thread(_links, server)
                typer.echo(_instructions(folder, url, links))
                if open_browser and sys.stdout.isatty():
                    await asyncio.to_thread(_open_browser, links[Role.MENTEE])
                await stop.asked.wait()
            await stop.unless_hurried(server.drain())


def _links(server: Server) -> dict[Role, str]:
    """A fresh link for every role; those of an earlier start that nobody used stay."""
    return {
        role: invite_link(
            server.public_url, create_invite(server.config, (role,), note=LINK_NOTE)
        )
        for role in Role
    }


def _open_browser(link: str) -> None:
    """Show it, where there is a browser with a window of its own.

    One in the terminal would take that from us, and runs no scripts.
    """
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    is_plain = isinstance(browser, webbrowser.GenericBrowser)
    if not is_plain or isinstance(browser, webbrowser.BackgroundBrowser):
        browser.open(link)


def _check_address(folder: Folder, url: str) -> None:
    made_for = folder.address.read_text(encoding="utf-8").strip()
    if made_for != url:
        port = made_for.rsplit(":", 1)[1]
        raise StartupError(
            f"this demo was made for {made_for}: use --port {port} or another --data"
        )


async def _seed(server: Server, folder: Folder, url: str) -> None:
    if folder.profiles.exists():
        raise StartupError(f"{folder.root} is half made; {_AGAIN}")
    typer.echo("Making four people, a conversation and a circle …")
    passphrase = secrets.token_hex(8)
    folder.profiles.mkdir(parents=True)
    folder.passphrase.write_text(f"{passphrase}\n", encoding="utf-8")
    try:
        async with asyncio.timeout(SEED_SECONDS):
            for handle in PEOPLE:
                code = create_invite(server.config, note=f"demo: {handle}")
                profile = folder.profile(handle)
                await Client.register(url, code, handle, profile, passphrase)
            await _talk(folder, passphrase)
    except TimeoutError:
        raise StartupError(f"no demo within {SEED_SECONDS:.0f} s; {_AGAIN}") from None
    except (ClientError, SignalingError) as error:
        raise StartupError(f"the demo could not be made: {error}; {_AGAIN}") from None
    folder.address.write_text(f"{url}\n", encoding="utf-8")


async def _talk(folder: Folder, passphrase: str) -> None:
    """What is there to read when the first terminal opens."""
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                Client.open(folder.profile(handle), passphrase=passphrase)
            )
            for handle in PEOPLE
        ]
        mentor, mentee, *peers = clients
        # A device can be added once it has published its keys.
        for client in clients:
            await client.connected()
        talk = await mentor.direct(MENTEE)
        await talk.send(
            "Hello, good to have you here. Only the two of us can read this."
        )
        circle = await mentor.create_circle([MENTEE, *PEERS])
        await circle.send(
            "Welcome to the circle. Say as much or as little as you like."
        )
        await mentor.flush()
        greeting = await hear(mentee, talk.id)
        conversation = mentee.conversation(talk.id)
        await conversation.react(greeting.id, "🙂")
        await conversation.send("Hi. I was a little nervous to write.")
        for peer in peers:
            await hear(peer, circle.id)
            await peer.conversation(circle.id).send("Hello everyone.")
        for client in clients:
            await client.flush()


async def hear(client: Client, conversation: str) -> Message:
    """The next message in a conversation, whichever others are heard before."""
    async with aclosing(client.messages()) as messages:
        async for message in messages:
            if message.conversation == conversation:
                return message
    raise NotConnected("the client was closed")


def _instructions(folder: Folder, url: str, links: Mapping[Role, str]) -> str:
    def chat(handle: str, *more: str) -> str:
        command = [
            *_command(),
            "chat",
            "--profile",
            str(folder.profile(handle)),
            "--passphrase-file",
            str(folder.passphrase),
            *more,
        ]
        return f"  {shlex.join(command)}"

    return "\n".join(
        [
            "",
            f"MentalVerse is running at {url}",
            "",
            "Open one of these in a browser here. Each makes one account, once:",
            "",
            *(f"  {role.value:<12} {link}" for role, link in links.items()),
            "",
            "The host of the demo writes to you there and answers. A phone cannot use",
            "them: browsers encrypt over HTTPS, or on the server's own machine.",
            "",
            "Or open two more terminals in this folder, and type in each one of these:",
            "",
            chat(MENTOR, "--with", MENTEE),
            chat(MENTEE, "--with", MENTOR),
            "",
            f"Two more people, in a circle with both: {' and '.join(PEERS)}.",
            "",
            *(chat(handle) for handle in PEERS),
            "",
            "Demo data, not for real conversations. Stop with Ctrl-C.",
        ]
    )


def _command() -> list[str]:
    """How to call us from another terminal: by name if that finds us."""
    if shutil.which("mentalverse") is not None:
        return ["mentalverse"]
    beside = Path(sys.executable).with_name("mentalverse")
    return (
        [str(beside)] if beside.exists() else [sys.executable, "-m", "mentalverse_cli"]
    )
