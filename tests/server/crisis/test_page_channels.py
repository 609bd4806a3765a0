"""Every way to reach somebody, against the real thing on loopback."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from mentalverse_server.config import ConfigError
from mentalverse_server.crisis.pages.channels import check_channels, open_channels
from mentalverse_server.crisis.pages.on_call import Channel, OnCall, read_on_call
from mentalverse_server.crisis.pages.page import NotTaken, Page, PageKind
from mentalverse_server.crisis.pages.sending import Attempt, attempt
from mentalverse_server.crisis.pages.web_push import PushPager
from mentalverse_server.push.sender import Sender
from mentalverse_server.push.vapid import new_push_key
from mentalverse_server.services.push import PushSubscriptions
from mentalverse_server.store import push_subscriptions
from mentalverse_server.store.engine import Database, open_database
from mentalverse_signaling.push_api import QuietHours
from support.clock import ManualClock
from support.deterministic import seeded_rng
from support.hub import Device, Hub, running_hub
from support.paging import (
    LINK,
    MailServer,
    keyring,
    mail_server,
    paging_config,
    webhook_receiver,
)
from support.postgres import PostgresServer, running_postgres
from support.push import Subscription, push_service

KEY = new_push_key()
PAGE = Page(
    id="0" * 31 + "1",
    kind=PageKind.PAGE,
    made_at_ms=1_767_225_600_000,
    band=0,
    due_ms=1_767_225_615_000,
    link=LINK,
)
TEST = Page("0" * 31 + "2", PageKind.TEST, PAGE.made_at_ms, None, None, LINK)


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(f"sqlite:///{tmp_path / 'server.db'}") as running:
        yield running


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """One that can be stopped without the other tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Any:
    database = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    database.migrate()
    yield database
    database.close()


async def sent(
    folder: Path,
    target: str,
    database: Database,
    page: Page = PAGE,
    **settings: Any,
) -> Attempt:
    """How one attempt at one target goes."""
    flags = {name.replace("_", ".", 1): value for name, value in settings.items()}
    config = paging_config(folder, [f"tier_1 {target}"], flags)
    on_call = read_on_call(config.crisis.on_call)
    clock, rng = ManualClock(), seeded_rng(1)
    adapters = open_channels(config, on_call, keyring(KEY), clock, rng, database)
    try:
        return await attempt(adapters, on_call.targets[0], page)
    finally:
        for adapter in adapters.values():
            await adapter.close()


# --- mail ---


def to(mails: MailServer) -> dict[str, Any]:
    return {
        "paging_smtp_host": "127.0.0.1",
        "paging_smtp_port": mails.port,
        "paging_smtp_security": "plain",
        "paging_mail_from": "desk@example.org",
    }


async def test_a_mail_says_as_little_as_any_page(
    tmp_path: Path, database: Database, mails: MailServer
) -> None:
    """A neutral subject; band, deadline and link; one name for all attempts."""
    for _ in range(2):
        went = await sent(tmp_path, "mail:ada@example.org", database, **to(mails))
        assert went == Attempt(True, "taken")
    first, second = mails.mails
    assert (first["Subject"], first["To"]) == ("On call", "ada@example.org")
    assert first["Message-ID"] == second["Message-ID"]
    text = "Please look at the desk: A0, by 00:00:15 UTC."
    assert first.get_content().splitlines() == [text, LINK]


async def test_a_mail_server_that_refuses_or_is_not_there_has_not_taken_it(
    tmp_path: Path, database: Database, mails: MailServer
) -> None:
    mails.refuses = True
    went = await sent(tmp_path, "mail:ada@example.org", database, **to(mails))
    assert went == Attempt(False, "answered 451")
    nowhere = {**to(mails), "paging_smtp_port": 1}
    went = await sent(tmp_path, "mail:ada@example.org", database, **nowhere)
    assert not went.was_taken
    assert mails.mails == []


async def test_mail_leaves_the_machine_under_tls_only(
    tmp_path: Path, database: Database, mails: MailServer
) -> None:
    """A server that cannot do it gets nothing; plain to elsewhere is no setting."""
    encrypted = {**to(mails), "paging_smtp_security": "starttls"}
    went = await sent(tmp_path, "mail:ada@example.org", database, **encrypted)
    assert not went.was_taken
    assert mails.mails == []
    elsewhere = {**to(mails), "paging_smtp_host": "mail.example.org"}
    with pytest.raises(ConfigError, match="plain mail stays on this machine"):
        await sent(tmp_path, "mail:ada@example.org", database, **elsewhere)


# --- Web Push ---


async def with_browser(hub: Hub, url: str, handle: str) -> tuple[Device, Subscription]:
    device = await hub.add_device(handle)
    browser = Subscription(url)
    subscriptions = PushSubscriptions(
        hub.database, hub.writer, (KEY,), allow_private=True
    )
    principal = device.connection.principal
    await subscriptions.subscribe(principal, browser.asked(KEY.public))
    return device, browser


async def test_a_push_wakes_whoever_is_on_call_at_night_too(
    tmp_path: Path, hub: Hub
) -> None:
    """Quiet hours are for conversations. The push names nothing, and does not last."""
    async with push_service() as service:
        device, browser = await with_browser(hub, f"{service.url}/ada", "ada")
        await with_browser(hub, f"{service.url}/other", "other")
        account = device.account
        hub.database.write(
            push_subscriptions.put_quiet, account, QuietHours("UTC", 0, 1439)
        )
        went = await sent(tmp_path, "push:ada", hub.database)
        assert went == Attempt(True, "1 of 1 browsers")
        (post,) = service.posts
        assert browser.opened(post.body) == b"2.".ljust(64)
        assert (post.path, post.headers["Topic"]) == ("/ada", "desk")
        assert post.headers["TTL"] == "1800"


async def test_a_push_needs_a_browser_that_can_be_reached(
    tmp_path: Path, hub: Hub
) -> None:
    """None of the account, none that its service knows: not taken."""
    async with push_service() as service:
        went = await sent(tmp_path, "push:ada", hub.database)
        assert went == Attempt(False, "no browser of this account takes pushes")
        await with_browser(hub, f"{service.url}/ada", "ada")
        service.answers["/ada"] = (410, {})
        went = await sent(tmp_path, "push:ada", hub.database)
        assert went == Attempt(False, "no push service took it (gone)")


async def test_who_is_on_call_is_woken_while_the_database_is_away(
    own_postgres: PostgresServer,
) -> None:
    """By the browsers that were known before: nobody knows of newer ones then."""
    async with (
        push_service() as service,
        running_hub(own_postgres.create_database()) as hub,
    ):
        await with_browser(hub, f"{service.url}/ada", "ada")
        sender = Sender((KEY,), "", hub.clock, hub.rng, allow_private=True)
        pager = PushPager(hub.database, sender)
        await pager.remember(["ada"])
        own_postgres.stop()
        assert await pager.send(PAGE, "ada") == "1 of 1 browsers"
        with pytest.raises(NotTaken, match="no browser"):
            await pager.send(PAGE, "ben")
        assert len(service.posts) == 1
        await pager.close()
        own_postgres.start()


# --- webhooks ---


async def test_a_test_page_says_that_nobody_waits(
    tmp_path: Path, database: Database
) -> None:
    async with webhook_receiver() as receiver:
        went = await sent(tmp_path, f"{receiver.url}/ada", database, TEST)
        assert went == Attempt(True, "answered 204")
        (hook,) = receiver.hooks
        assert hook.data["type"] == "desk.test"
        assert "nobody is waiting" in hook.data["data"]["text"]


async def test_a_webhook_follows_nobody_elsewhere(
    tmp_path: Path, database: Database
) -> None:
    """A redirect is a failure: the signature was made for one address."""
    async with webhook_receiver() as receiver:
        receiver.statuses["/ada"] = 307
        went = await sent(tmp_path, f"{receiver.url}/ada", database)
        assert went == Attempt(False, "answered 307")
        assert len(receiver.hooks) == 1


# --- Apprise ---


async def test_apprise_reaches_what_its_file_names(
    tmp_path: Path, database: Database
) -> None:
    """Each address of the file; one that fails is a failure. The file is private."""
    bodies: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.Response(status=200 if request.path == "/ok" else 500)

    app = web.Application()
    app.router.add_post("/{path}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    file = tmp_path / "lead"
    file.touch(mode=0o600)
    try:
        file.write_text(f"json://127.0.0.1:{port}/ok\n")
        went = await sent(tmp_path, f"apprise:{file}", database)
        assert went == Attempt(True, "1 addresses")
        assert bodies[0]["title"] == "On call"
        assert bodies[0]["message"] == PAGE.text
        file.write_text(f"json://127.0.0.1:{port}/ill\n")
        assert not (await sent(tmp_path, f"apprise:{file}", database)).was_taken
        os.chmod(file, 0o644)
        went = await sent(tmp_path, f"apprise:{file}", database)
        assert (went.was_taken, "its owner only" in went.said) == (False, True)
        assert len(bodies) == 2
    finally:
        await runner.cleanup()


# --- settings ---


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("push:ada", "no tier and target"),
        ("tier_1", "no tier and target"),
        ("Tier 1 push:ada", "no tier and target"),
        ("tier_1 ada", "a target is push:HANDLE"),
        ("tier_1 push:", "a target is push:HANDLE"),
        ("tier_1 mail:ada", "a target is push:HANDLE"),
        ("tier_1 mail:ada@x, eve@x", "a target is push:HANDLE"),
        ("tier_1 http://pager.example/", "only https is allowed"),
        ("tier_1 https://a:b@pager.example/", "no address of the web"),
        ("tier_1 https:///hook", "no address of the web"),
        ("tier_1 https://pager.example/a\x00b", "cannot be printed"),
        ("tier_1 https://pager.example/" + "x" * 1000, "too long"),
    ],
)
def test_a_line_that_reaches_nobody_is_refused(
    tmp_path: Path, line: str, says: str
) -> None:
    """At the start, in one line, instead of at night."""
    with pytest.raises(ConfigError, match=says) as refused:
        paging_config(tmp_path, [line])
    assert "\n" not in str(refused.value)


def test_each_way_is_read_as_what_it_is() -> None:
    lines = [
        "tier_1 push:ada",
        "tier_1 https://pager.example/hook?team=2",
        "tier_2 mail:ada@example.org",
        "supervisor apprise:/etc/mv/lead",
        "supervisor http://[::1]:8000/hook",
    ]
    on_call = read_on_call(lines)
    assert [one.channel for one in on_call.targets] == [
        *(Channel.PUSH, Channel.WEBHOOK, Channel.MAIL, Channel.APPRISE),
        Channel.WEBHOOK,
    ]
    assert on_call.tiers == ("tier_1", "tier_2", "supervisor")
    assert on_call.targets[0].address == "ada"
    assert on_call.targets[3].address == "/etc/mv/lead"


def test_who_is_in_two_tiers_is_rung_once() -> None:
    """A page for both tiers is one page."""
    on_call = read_on_call(["tier_1 push:ada", "tier_2 push:ada", "tier_2 push:ben"])
    assert [one.text for one in on_call.of("tier_1", "tier_2")] == [
        "push:ada",
        "push:ben",
    ]
    with pytest.raises(ValueError, match="twice"):
        read_on_call(["tier_1 push:ada", "tier_1  push:ada"])


def test_what_a_channel_needs_is_asked_for_at_the_start(tmp_path: Path) -> None:
    """A missing server, a missing or open secret: each is one line."""

    def refused(target: str, **settings: Any) -> str:
        flags = {name.replace("_", ".", 1): value for name, value in settings.items()}
        config = paging_config(tmp_path, [f"tier_1 {target}"], flags)
        with pytest.raises(ConfigError) as error:
            check_channels(config, read_on_call(config.crisis.on_call))
        return str(error.value)

    hook = "https://pager.example/hook"
    assert "secret_file is missing" in refused(hook, paging_webhook_secret_file=None)
    weak = tmp_path / "weak"
    weak.touch(mode=0o600)
    weak.write_text("whsec_c2hvcnQ=")
    assert "24 to 64 octets" in refused(hook, paging_webhook_secret_file=weak)
    weak.chmod(0o640)
    assert "its owner only" in refused(hook, paging_webhook_secret_file=weak)
    assert "smtp_host is empty" in refused("mail:ada@example.org")
    assert OnCall(()).tiers == ()
