"""The only door through which hooks leave: HTTP requests to where they may go.

An address is judged by its form (`addresses`), then the name is resolved once, and
**every** address that it has must be of the public internet and none of our own: not
this machine's, and none that our own names lead to. The
connection is made to one of these and to no other, under the name that was asked for
(SNI, certificate, Host), so there is no moment for the answer to change between. Where
the library asks for a socket the address is judged once more.

Redirects are answers like any other, the environment's proxies are not asked, no cookie
is kept, and every connection serves one request: on an old one a receiver's close would
look like its failure. Certificates are always verified.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import hdrs
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ..public_internet import is_public, meant
from .addresses import HTTPS_PORT, HostPort, Target, UrlRefused, read_url

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
MAX_ANSWER_BYTES = 64 * 1024
OWN_NAMES_SECONDS = 60.0
"""For so long it counts where our own names lead."""

Resolve = Callable[[str, int], Awaitable[Sequence[tuple[str, int]]]]
"""Name and port → addresses with their ports. Raises `OSError`."""


class Outcome(Enum):
    """What became of a request."""

    ANSWERED = "answered"
    REFUSED = "refused"
    """By us: it would have gone where nothing may go. Nothing was sent."""
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    """The connection ended, or what came was no HTTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver said; with an outcome other than `ANSWERED` nothing."""

    outcome: Outcome
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    """Only where it was asked for."""


class AddressRefused(OSError):
    """A name leads to an address that is not called."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request."""

    connect_seconds: float = CONNECT_SECONDS
    """From the name to the end of the TLS handshake."""
    whole_seconds: float = WHOLE_SECONDS
    max_answer_bytes: int = MAX_ANSWER_BYTES


class Egress:
    """Posts to endpoints and providers; made on the event loop, then `close`."""

    def __init__(
        self,
        *,
        private: Collection[HostPort] = (),
        own: Collection[str] = (),
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`own`: names and addresses under which others reach this server, beside
        those that this machine has."""
        self._private = frozenset(private)
        self._limits = limits or Limits()
        tls = tls or tls_context(None)
        resolve = resolve or _system_resolve
        judge = _Judge(own)
        self._outside = self._session(tls, _Resolver(resolve, judge), judge)
        self._inside = self._session(tls, _Resolver(resolve, None), None)

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        whole_seconds: float | None = None,
        keep_body: bool = False,
        may_be_private: bool = True,
    ) -> Reply:
        """Send it once. Never raises for what lies in the network or the receiver.

        `may_be_private`: also where the settings allow one's own network. An answer
        longer than the limit is cut; where it is kept, it is `BROKEN`.
        """
        try:
            target = read_url(url, self._private if may_be_private else ())
        except UrlRefused:
            return Reply(Outcome.REFUSED)
        most = self._limits.whole_seconds
        total = most if whole_seconds is None else min(whole_seconds, most)
        try:
            return await self._send(target, body, headers, total, keep_body)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as problem:
            return Reply(_outcome(problem))

    async def close(self) -> None:
        """Close the connections."""
        await self._outside.close()
        await self._inside.close()

    async def _send(
        self,
        target: Target,
        body: bytes,
        headers: Mapping[str, str],
        whole_seconds: float,
        keep_body: bool,
    ) -> Reply:
        session = self._inside if target.is_private else self._outside
        async with session.post(
            URL(target.url, encoded=True),
            data=body,
            headers={**headers, hdrs.ACCEPT_ENCODING: "identity"},
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=whole_seconds, connect=self._limits.connect_seconds
            ),
        ) as response:
            if not keep_body:
                # What was answered is known; how its text ends changes nothing.
                with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                    await self._text(response)
                return Reply(Outcome.ANSWERED, response.status, dict(response.headers))
            text = await self._text(response)
            if len(text) > self._limits.max_answer_bytes:
                return Reply(Outcome.BROKEN)
            found = dict(response.headers)
            return Reply(Outcome.ANSWERED, response.status, found, text)

    async def _text(self, response: aiohttp.ClientResponse) -> bytes:
        """At most one octet more than the limit."""
        most, text = self._limits.max_answer_bytes + 1, b""
        while len(text) < most:
            more = await response.content.read(most - len(text))
            if not more:
                break
            text += more
        return text

    def _session(
        self, tls: ssl.SSLContext, resolver: AbstractResolver, judge: _Judge | None
    ) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=tls,
                resolver=resolver,
                use_dns_cache=False,
                force_close=True,
                socket_factory=None if judge is None else judge.socket,
            ),
            headers={hdrs.USER_AGENT: "MentalVerse"},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Who is trusted: the system's issuers and those of `hooks.ca_file`.

    Raises `OSError` where the file is not there or holds none.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class _Judge:
    """Says of addresses whether they are called."""

    def __init__(self, own: Collection[str]) -> None:
        self._addresses = {plain for each in own if (plain := _plain(each))}
        self._names = {each: set[str | None]() for each in own if not _plain(each)}
        self._asked_at: float | None = None

    async def learn(self, ask: Resolve) -> None:
        """Ask where our own names lead, at most once a minute.

        One that does not resolve now counts as it last did.
        """
        now = asyncio.get_running_loop().time()
        if self._asked_at is not None and now < self._asked_at + OWN_NAMES_SECONDS:
            return
        self._asked_at = now
        for name in self._names:
            with contextlib.suppress(OSError):
                found = await ask(name, HTTPS_PORT)
                self._names[name] = {_plain(address) for address, _ in found}

    def check(self, address: str) -> None:
        """Raises `AddressRefused`."""
        plain, own = _plain(address), self._names.values()
        is_own = plain in self._addresses or any(plain in each for each in own)
        if not is_public(address) or is_own or _is_of_this_machine(address):
            raise AddressRefused("the name leads to an address that is not called")

    def socket(self, address: Any) -> socket.socket:
        """A socket for this address (a `getaddrinfo` result), if it is called."""
        family, kind, protocol, _, where = address
        self.check(where[0])
        return socket.socket(family, kind, protocol)


class _Resolver(AbstractResolver):
    """Asks once, and gives addresses only if every one of them passes."""

    def __init__(self, ask: Resolve, judge: _Judge | None) -> None:
        """Without a judge: the operator named these hosts."""
        self._ask = ask
        self._judge = judge

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """See `AbstractResolver`."""
        found = await self._ask(host, port)
        if self._judge is not None:
            await self._judge.learn(self._ask)
            for address, _ in found:
                self._judge.check(address)
        return [_result(host, address, at) for address, at in found]

    async def close(self) -> None:
        """Nothing is held."""


def _plain(text: str) -> str | None:
    """An address as packets mean it; None: it is a name."""
    try:
        return str(meant(ip_address(text.partition("%")[0])))
    except ValueError:
        return None


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


async def _system_resolve(host: str, port: int) -> list[tuple[str, int]]:
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    )
    return [(str(where[0]), port) for _, _, _, _, where in found]


def _is_of_this_machine(address: str) -> bool:
    """Whether an interface has it: nothing else lets a socket be bound to it.

    No packet is sent.
    """
    plain = meant(ip_address(address.partition("%")[0]))
    family = socket.AF_INET if plain.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(plain), 0))
        except OSError:
            return False
    return True


def _outcome(problem: BaseException) -> Outcome:
    if _is_refusal(problem):
        return Outcome.REFUSED
    if isinstance(problem, TimeoutError):
        return Outcome.TIMEOUT
    if isinstance(problem, aiohttp.ClientConnectorDNSError):
        return Outcome.DNS
    if isinstance(problem, aiohttp.ClientSSLError | ssl.SSLError):
        return Outcome.TLS
    if isinstance(problem, aiohttp.ClientConnectorError):
        return Outcome.CONNECT
    return Outcome.BROKEN


def _is_refusal(problem: BaseException | None) -> bool:
    """Whether our own refusal is at the bottom of what the library raised."""
    while problem is not None:
        if isinstance(problem, AddressRefused):
            return True
        problem = problem.__cause__ or problem.__context__
    return False
