"""The ways to reach people that the settings call for, ready to be used."""

from __future__ import annotations

from collections.abc import Callable

from ...clock import Clock
from ...config import Config, ConfigError, read_secret
from ...config_sections import PagingSection
from ...hooks.signing import Secret
from ...keyring import Keyring
from ...push.sender import Sender
from ...store.engine import Database
from .apprise_file import AppriseSender
from .mail import MailSender, MailServer
from .on_call import Channel, OnCall, is_this_machine
from .page import Adapter
from .sending import Adapters
from .web_push import PushPager
from .webhook import WebhookSender, read_webhook_secret


def open_channels(
    config: Config,
    on_call: OnCall,
    keyring: Keyring,
    clock: Clock,
    rng: Callable[[int], bytes],
    database: Database,
) -> Adapters:
    """Those that are called for; made on the event loop, closed one by one.

    Raises:
        ConfigError: a setting is missing that one of them needs.
    """
    check_channels(config, on_call)
    found: dict[Channel, Adapter] = {}
    if on_call.uses(Channel.APPRISE):
        found[Channel.APPRISE] = AppriseSender()
    if on_call.uses(Channel.WEBHOOK):
        found[Channel.WEBHOOK] = WebhookSender(_webhook_secret(config.paging), clock)
    if on_call.uses(Channel.MAIL):
        found[Channel.MAIL] = MailSender(_mail_server(config.paging))
    # Also if nobody is on call by it: who begins a duty is sent a test this way.
    found[Channel.PUSH] = PushPager(database, _push(config, keyring, clock, rng))
    return found


def push_of(adapters: Adapters) -> PushPager:
    """The one for Web Push, which is always among them."""
    found = adapters[Channel.PUSH]
    assert isinstance(found, PushPager)  # noqa: S101 - `open_channels` put it there
    return found


def check_channels(config: Config, on_call: OnCall) -> None:
    """Whether the settings say all that these targets need.

    Raises:
        ConfigError: the first that they do not.
    """
    if on_call.uses(Channel.WEBHOOK):
        _webhook_secret(config.paging)
    if on_call.uses(Channel.MAIL):
        _mail_server(config.paging)


def _webhook_secret(settings: PagingSection) -> Secret:
    if settings.webhook_secret_file is None:
        raise ConfigError(
            "crisis.on_call names a webhook: paging.webhook_secret_file is missing"
        )
    return read_webhook_secret(read_secret(settings.webhook_secret_file))


def _mail_server(settings: PagingSection) -> MailServer:
    for name in ("smtp_host", "mail_from"):
        if not getattr(settings, name):
            raise ConfigError(f"crisis.on_call names a mailbox: paging.{name} is empty")
    if settings.smtp_security == "plain" and not is_this_machine(settings.smtp_host):
        raise ConfigError("paging.smtp_security: plain mail stays on this machine")
    file = settings.smtp_password_file
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.mail_from,
        user=settings.smtp_user,
        password="" if file is None else read_secret(file),
    )


def _push(
    config: Config, keyring: Keyring, clock: Clock, rng: Callable[[int], bytes]
) -> Sender | None:
    """A sender of its own: pages wait for nothing that conversations fill."""
    settings, origin = config.push, config.public_url()
    if not keyring.push_keys:
        return None
    return Sender(
        keyring.push_keys,
        settings.contact or (origin if origin.startswith("https:") else ""),
        clock,
        rng,
        allow_private=settings.allow_private_addresses,
    )
