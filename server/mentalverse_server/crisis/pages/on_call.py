"""Who is on call: `crisis.on_call` of the settings, one target a line.

    tier_1 push:ada                     Web Push to every browser of that account
    tier_1 https://pager.example/hook   a signed webhook
    tier_2 mail:night@example.org       SMTP
    clinical_lead apprise:/etc/mv/lead  whatever the Apprise library reaches

A tier is a name that the policy's ladder pages: `tier_1`, `tier_2`, `supervisor`,
`clinical_lead`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

MAX_TARGET_CHARS = 1_000
_TIER = re.compile(r"[a-z0-9_]{1,32}")
_MAILBOX = re.compile(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9.-]{1,255}")
_EXAMPLE = 'such as "tier_1 push:ada"'


class Channel(StrEnum):
    """How a target is reached; also the label of its metrics."""

    PUSH = "push"
    WEBHOOK = "webhook"
    MAIL = "mail"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True)
class Target:
    """One way to reach somebody."""

    tier: str
    text: str
    """As the operator wrote it."""
    channel: Channel
    address: str
    """A handle, an address of the web, a mailbox, or the name of a file."""

    @property
    def key(self) -> str:
        """What the database knows it by: addresses may be as good as keys."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class OnCall:
    """Every target, by tier."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.targets = tuple(targets)
        self._by_key = {one.key: one for one in reversed(self.targets)}

    @property
    def tiers(self) -> tuple[str, ...]:
        """Those that have somebody, in the order of the settings."""
        return tuple(dict.fromkeys(one.tier for one in self.targets))

    def of(self, *tiers: str) -> tuple[Target, ...]:
        """The targets of these tiers, each once, whichever tier names it first."""
        found: dict[str, Target] = {}
        for tier in tiers:
            for target in self.targets:
                if target.tier == tier:
                    found.setdefault(target.text, target)
        return tuple(found.values())

    @property
    def unique(self) -> tuple[Target, ...]:
        """Every target once, in the first tier that names it."""
        return self.of(*self.tiers)

    def tiers_of(self, target: Target) -> tuple[str, ...]:
        """Those that name it."""
        return tuple(one.tier for one in self.targets if one.text == target.text)

    def by_key(self, key: str) -> Target | None:
        """The target that the database knows by this."""
        return self._by_key.get(key)

    def uses(self, channel: Channel) -> bool:
        """Whether anybody is reached this way."""
        return any(one.channel is channel for one in self.targets)


def read_on_call(lines: Iterable[str]) -> OnCall:
    """The targets of these lines.

    Raises:
        ValueError: one of them cannot be used; one line for the operator.
    """
    found: dict[tuple[str, str], Target] = {}
    for line in lines:
        target = _read(line)
        if found.setdefault((target.tier, target.text), target) is not target:
            raise ValueError(f"{line!r} is there twice")
    return OnCall(found.values())


def _read(line: str) -> Target:
    tier, _, text = line.strip().partition(" ")
    text = text.strip()
    if not _TIER.fullmatch(tier) or not text:
        raise ValueError(f"{line!r} is no tier and target, {_EXAMPLE}")
    if len(text) > MAX_TARGET_CHARS or not text.isprintable():
        raise ValueError(f"{line!r} is too long, or holds what cannot be printed")
    kind, _, address = text.partition(":")
    if kind in ("https", "http"):
        return Target(tier, text, Channel.WEBHOOK, _webhook(line, text))
    if kind == "push" and address:
        return Target(tier, text, Channel.PUSH, address)
    if kind == "mail" and _MAILBOX.fullmatch(address):
        return Target(tier, text, Channel.MAIL, address)
    if kind == "apprise" and address:
        return Target(tier, text, Channel.APPRISE, address)
    raise ValueError(
        f"{line!r}: a target is push:HANDLE, https://…, mail:ADDRESS or apprise:FILE"
    )


def _webhook(line: str, url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or "@" in parts.netloc or "#" in url or " " in url:
        raise ValueError(f"{line!r} has no address of the web")
    if parts.scheme == "http" and not is_this_machine(parts.hostname):
        raise ValueError(f"{line!r}: to another machine only https is allowed")
    return url


def is_this_machine(host: str) -> bool:
    """Whether nothing that is sent to this host leaves the machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
