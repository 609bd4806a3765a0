"""Whether a relay lets somebody into the network it stands in: it is asked.

The probe holds the operator's secret, so it can make credentials good and bad. It asks
for permission to send to addresses of every range that must be refused, and sends
nothing to any of them: CreatePermission only enters an address in a list at the relay.
To a public address it has to get permission, or a relay that refuses everything, and
carries no call, would pass.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from secrets import token_bytes

from mentalverse_signaling.calls.ice import (
    Credential,
    Relay,
    TurnUrl,
    credential,
    new_pseudonym,
    read_turn_url,
)
from mentalverse_signaling.calls.relay_ranges import (
    DENIED_V4,
    DENIED_V6,
    DeniedRange,
    mapped,
    written,
)

from ..clock import SystemClock, to_millis
from ..config import Config, ConfigError
from .stun import Address
from .turn_client import Family, TurnClient, TurnRefused, TurnUnreachable, turn_client
from .turn_config import USER_QUOTA
from .turn_secrets import open_relay

PUBLIC = {
    Family.IPV4: ip_address("9.9.9.9"),
    Family.IPV6: ip_address("2620:fe::fe"),
}
"""Addresses that anybody may send to. Nothing is sent to them."""
NOTED = (
    (ip_address("127.0.0.1"), "loopback"),
    (ip_address("169.254.169.254"), "metadata of the cloud"),
    (ip_address("fd00:ec2::254"), "metadata of the cloud"),
)
"""What an attacker asks for first, beside the ends and the middle of every range."""
_FORBIDDEN, _NO_SUCH_FAMILY, _QUOTA_REACHED = 403, 440, 486
_AT_ONCE = 8
_LONG_AGO_MS = 24 * 3_600_000
_SHOWN = 3
_WRITE_ANEW = "write its settings with `mentalverse turn config` and restart it"


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was tried."""

    subject: str
    ok: bool
    text: str
    advice: str = ""
    """What to do about it; empty if nothing."""


def examine_relay(config: Config) -> list[Result]:
    """Ask the relay of the settings.

    Raises:
        ConfigError: there is none, or its secret cannot be read.
    """
    relay = open_relay(config)
    if relay is None:
        raise ConfigError("turn.urls is empty: there is no relay to ask")
    return asyncio.run(probe(relay, to_millis(SystemClock().now())))


async def probe(
    relay: Relay, now_ms: int, tls: ssl.SSLContext | None = None
) -> list[Result]:
    """Everything that is tried, in order. `tls` replaces the system's certificates."""
    probing = _Probe(relay, now_ms, tls)
    urls = [read_turn_url(url) for url in relay.urls]
    reached = [await probing.reach(url) for url in urls]
    usable = [url for url, result in zip(urls, reached, strict=True) if result.ok]
    if not usable:
        return reached
    at = usable[0]
    try:
        return [*reached, *await probing.examine(at)]
    except TurnUnreachable as error:
        lost = f"stopped answering: {error}"
        advice = "try again; if it stays so, look into its log"
        return [*reached, Result(at.text, False, lost, advice)]


class _Probe:
    def __init__(self, relay: Relay, now_ms: int, tls: ssl.SSLContext | None):
        self._relay = relay
        self._now_ms = now_ms
        self._tls = tls
        # Of its own: what a probe just before held counts for another second.
        self._name = new_pseudonym(token_bytes)

    async def reach(self, url: TurnUrl) -> Result:
        """Whether an allocation can be had at this address."""
        try:
            async with self._client(url, self._good("reach")) as client:
                relayed = await client.allocate()
        except TurnUnreachable as error:
            advice = "is it running, and does the firewall let this address through?"
            return Result(url.text, False, str(error), advice)
        except TurnRefused as error:
            advice = (
                f"it has another secret or realm, or its clock is wrong: {_WRITE_ANEW}"
                if error.code == 401
                else "look into its log"
            )
            return Result(url.text, False, f"refuses: {error}", advice)
        return Result(url.text, True, f"relays from {relayed.address}")

    async def examine(self, url: TurnUrl) -> list[Result]:
        """What it refuses and what it grants. Raises `TurnUnreachable`."""
        return [
            await self._ranges(url, Family.IPV4),
            await self._ranges(url, Family.IPV6),
            *[await self._secret(url, number) for number in range(self._live)],
            *[await self._no_entry(url, *row) for row in self._bad_credentials()],
            await self._tcp(url),
            await self._quota(url),
        ]

    @property
    def _live(self) -> int:
        return len(self._relay.secrets)

    async def _ranges(self, url: TurnUrl, family: Family) -> Result:
        """Every range that must be refused, and one address that must not."""
        subject = f"special addresses from IPv{4 if family is Family.IPV4 else 6}"
        async with self._client(url, self._good("ranges")) as client:
            try:
                await client.allocate(family)
            except TurnRefused as error:
                if error.code != _NO_SUCH_FAMILY:
                    return Result(subject, False, f"not tried: {error}", _WRITE_ANEW)
                return Result(subject, True, "none can be reached: it has no such side")
            granted, odd = await _asked(client, targets(family))
            public = PUBLIC[family]
            refusal = await _refusal(client, public)
        tried = len(targets(family))
        if granted:
            return Result(subject, False, f"sends to {_some(granted)}", _WRITE_ANEW)
        if odd:
            return Result(subject, False, f"unclear: {_some(odd)}", "look into its log")
        if refusal is not None:
            text = f"refuses even the public {public} ({refusal}): it carries no call"
            return Result(subject, False, text, _WRITE_ANEW)
        return Result(subject, True, f"{tried} refused; a public one is granted")

    async def _secret(self, url: TurnUrl, number: int) -> Result:
        """Whether credentials of each live secret are taken."""
        subject = ("the newest secret", "the secret before it")[number]
        secret = self._relay.secrets[number]
        refusal = await self._refused_entry(url, self._made(secret, "secret"))
        if refusal is not None:
            return Result(subject, False, f"not taken: {refusal}", _WRITE_ANEW)
        return Result(subject, True, "taken")

    def _bad_credentials(self) -> Iterable[tuple[str, Credential | None]]:
        one, other = self._good("one"), self._good("other")
        expired = credential(
            self._relay.secrets[0], self._name, self._now_ms - _LONG_AGO_MS
        )
        borrowed = Credential(one.username, other.password, one.expires_at_seconds)
        return (
            ("no credential", None),
            ("a made-up credential", self._made("made up", "one")),
            ("an expired credential", expired),
            ("a name with the password of another", borrowed),
        )

    async def _no_entry(
        self, url: TurnUrl, subject: str, bad: Credential | None
    ) -> Result:
        refusal = await self._refused_entry(url, bad)
        if refusal is None:
            return Result(subject, False, "gets an allocation", _WRITE_ANEW)
        return Result(subject, True, f"gets nothing ({refusal})")

    async def _tcp(self, url: TurnUrl) -> Result:
        """Relaying TCP (RFC 6062) is for nothing that a call does."""
        subject = "relaying TCP"
        if url.transport == "udp":
            url = TurnUrl(url.scheme, url.host, url.port, "tcp")
        try:
            async with self._client(url, self._good("tcp")) as client:
                await client.allocate(over_tcp=True)
        except (TurnRefused, TurnUnreachable) as error:
            return Result(subject, True, f"refused ({error})")
        return Result(subject, False, "granted", _WRITE_ANEW)

    async def _quota(self, url: TurnUrl) -> Result:
        """One name holds so many allocations and not one more."""
        subject = "allocations of one name"
        name = self._good("quota")
        async with AsyncExitStack() as held:
            for number in range(USER_QUOTA + 1):
                client = await held.enter_async_context(self._client(url, name))
                try:
                    await client.allocate()
                except TurnRefused as error:
                    ok = error.code == _QUOTA_REACHED and number > 0
                    advice = "" if ok else "look into its log"
                    text = f"{number}, and no more ({error})"
                    return Result(subject, ok, text, advice)
        return Result(subject, False, f"more than {USER_QUOTA}", _WRITE_ANEW)

    async def _refused_entry(
        self, url: TurnUrl, shown: Credential | None
    ) -> TurnRefused | None:
        """How an allocation is refused to a credential; None if it is granted."""
        try:
            async with self._client(url, shown) as client:
                await client.allocate()
        except TurnRefused as error:
            return error
        return None

    def _client(
        self, url: TurnUrl, shown: Credential | None
    ) -> AbstractAsyncContextManager[TurnClient]:
        return turn_client(url, shown, self._tls)

    def _good(self, purpose: str) -> Credential:
        return self._made(self._relay.secrets[0], purpose)

    def _made(self, secret: str, purpose: str) -> Credential:
        return credential(secret, f"{self._name}-{purpose}", self._now_ms)


def targets(family: Family) -> list[tuple[Address, str]]:
    """What is asked for, with the name of each: ends and middle of every range."""
    v4 = _ends_and_middles(DENIED_V4)
    v4 += [(a, name) for a, name in NOTED if isinstance(a, IPv4Address)]
    if family is Family.IPV4:
        return v4
    v6 = _ends_and_middles(DENIED_V6)
    v6 += [(a, name) for a, name in NOTED if isinstance(a, IPv6Address)]
    return v6 + [(mapped(a), name) for a, name in v4 if isinstance(a, IPv4Address)]


def _ends_and_middles(ranges: Iterable[DeniedRange]) -> list[tuple[Address, str]]:
    found: list[tuple[Address, str]] = []
    for denied in ranges:
        size = denied.network.num_addresses
        for offset in sorted({0, size // 2, size - 1}):
            found.append((denied.network[offset], denied.name))
    return found


async def _asked(
    client: TurnClient, wanted: list[tuple[Address, str]]
) -> tuple[list[str], list[str]]:
    """What was granted, and what was refused for another reason than the address."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(address: Address) -> TurnRefused | None:
        async with slots:
            return await _refusal(client, address)

    granted, odd = [], []
    refusals = await asyncio.gather(*(ask(address) for address, _ in wanted))
    for (address, name), refusal in zip(wanted, refusals, strict=True):
        if refusal is None:
            granted.append(f"{written(address)} ({name})")
        elif refusal.code != _FORBIDDEN:
            odd.append(f"{written(address)} {refusal}")
    return granted, odd


async def _refusal(client: TurnClient, address: Address) -> TurnRefused | None:
    try:
        await client.permit(address)
    except TurnRefused as error:
        return error
    return None


def _some(found: list[str]) -> str:
    more = len(found) - _SHOWN
    return ", ".join(found[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
