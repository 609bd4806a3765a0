"""Whoever is on call, on loopback: webhooks, mail, and a desk that pages them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from aiosmtpd.smtp import SMTP

from mentalverse_crisis.events import Event
from mentalverse_server.config import Config, load_config
from mentalverse_server.crisis.pages.channels import open_channels
from mentalverse_server.crisis.pages.links import PageLinks
from mentalverse_server.crisis.pages.on_call import OnCall, read_on_call
from mentalverse_server.crisis.pages.pager import Pager
from mentalverse_server.crisis.pages.paging import Paging
from mentalverse_server.crisis.pages.sending import Adapters
from mentalverse_server.keyring import Keyring, SigningKey
from mentalverse_server.push.vapid import PushKey
from mentalverse_server.services.desk import CrisisDesk
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.engine import Connection, Database, open_database
from mentalverse_server.store.tables_crisis_pages import crisis_pages as table
from mentalverse_server.store.writer import Writer

from .clock import ManualClock
from .deterministic import seeded_rng

SECRET = b"a secret of thirty-two octets..."
SECRET_TEXT = "whsec_" + base64.b64encode(SECRET).decode()
ORIGIN = "https://help.example"
LINK = f"{ORIGIN}/#/desk"


@dataclass(frozen=True)
class Hook:
    """One webhook that came, and was signed as it has to be."""

    path: str
    id: str
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        return dict(msgspec.json.decode(self.body))


class WebhookReceiver:
    """Checks signatures, and answers each path as it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.hooks: list[Hook] = []
        self.statuses: dict[str, int] = {}
        """By path; 204 otherwise."""
        self.hangs: set[str] = set()
        self.closes: set[str] = set()
        self._over = asyncio.Event()

    def at(self, path: str) -> list[Hook]:
        """What came for one path."""
        return [hook for hook in self.hooks if hook.path == path]

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        page, seconds = (request.headers[f"webhook-{n}"] for n in ("id", "timestamp"))
        signed = f"{page}.{seconds}.".encode() + body
        made = hmac.new(SECRET, signed, hashlib.sha256).digest()
        expected = f"v1,{base64.b64encode(made).decode()}"
        assert request.headers["webhook-signature"] == expected
        self.hooks.append(Hook(request.path, page, body))
        if request.path in self.closes:
            assert request.transport is not None
            request.transport.abort()
        if request.path in self.hangs:
            await self._over.wait()
        return web.Response(status=self.statuses.get(request.path, 204))

    async def end(self, _app: web.Application) -> None:
        self._over.set()


@asynccontextmanager
async def webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    """One that listens for as long as the block runs."""
    receiver = WebhookReceiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.answer)
    app.on_shutdown.append(receiver.end)
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield receiver
    finally:
        await runner.cleanup()


@dataclass
class MailServer:
    """What a mail server on loopback got."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return "451 not now"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """One that listens for as long as the block runs."""
    server = MailServer()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(server, loop=loop), "127.0.0.1", 0
    )
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


def keyring(*push_keys: PushKey) -> Keyring:
    """Keys that nothing of paging looks at, but those for Web Push."""
    key = SigningKey(b"p" * 32, b"s" * 32)
    return Keyring("0" * 32, (key,), key, push_keys)


def paging_config(
    folder: Path, on_call: Sequence[str], settings: Mapping[str, Any] | None = None
) -> Config:
    """Settings for these targets, with a secret for webhooks."""
    secret = folder / "webhook-secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(SECRET_TEXT)
    flags: dict[str, Any] = {
        "server.data_dir": folder,
        "crisis.on_call": tuple(on_call),
        "paging.webhook_secret_file": secret,
        "push.allow_private_addresses": True,
        **(settings or {}),
    }
    return load_config(None, {}, flags).config


@dataclass
class Bench:
    """A desk whose pages go out; a restart makes another over the same database."""

    database: Database
    writer: Writer
    clock: ManualClock
    time: DeskTime
    on_call: OnCall
    pager: Pager
    paging: Paging
    desk: CrisisDesk

    async def decides(self, *events: Event) -> None:
        for event in events:
            await self.desk.decide(event)

    def passes(self, seconds: float) -> None:
        """Let time pass for whoever waits to send."""
        self.clock.advance(seconds)
        self.pager.wake()

    def states(self) -> list[tuple[str, str]]:
        """Target and state of every page, in the order in which they were made."""
        texts = {one.key: one.text for one in self.on_call.targets}
        return [(texts.get(row.target, ""), row.state) for row in self.rows()]

    def rows(self) -> list[Any]:
        def read(connection: Connection) -> list[Any]:
            query = table.select().order_by(table.c.made_at_ms, table.c.target)
            return list(connection.execute(query).all())

        return self.database.write(read)


Wrap = Callable[[Adapters], Adapters]


@asynccontextmanager
async def paging_bench(
    url: str,
    config: Config,
    *push_keys: PushKey,
    clock: ManualClock | None = None,
    wrap: Wrap = lambda adapters: adapters,
    seed: int = 0,
    starts: bool = True,
) -> AsyncIterator[Bench]:
    """A desk over the database of this address; `starts`: whether pages are sent."""
    clock, rng = clock or ManualClock(), seeded_rng(seed)
    async with AsyncExitStack() as stack:
        database = open_database(url, exclusive=False)
        stack.callback(database.close)
        database.migrate()
        writer = Writer(database, clock, lambda facts: None)
        await writer.start()
        stack.push_async_callback(writer.close)
        on_call = read_on_call(config.crisis.on_call)
        adapters = open_channels(
            config, on_call, keyring(*push_keys), clock, rng, database
        )
        for adapter in adapters.values():
            stack.push_async_callback(adapter.close)
        time = DeskTime(clock)
        links = PageLinks(lambda: ORIGIN, rng)
        pager = Pager(database, writer, time, on_call, wrap(adapters), links)
        paging = Paging(on_call, pager, rng)
        desk = CrisisDesk(writer, time, paging)
        await desk.set_up()
        if starts:
            await pager.start()
        stack.push_async_callback(pager.close)
        yield Bench(database, writer, clock, time, on_call, pager, paging, desk)
