"""What a device needs to reach the relay (TURN, RFC 8656), and for how long.

A credential is made for one seat of one call: its name holds the second in which it
ends and a pseudonym, since the relay writes the name into its log; its password is an
HMAC of that name under a secret that only the server and the relay hold (the "TURN REST
API", draft-uberti-behave-turn-rest-00, which coturn calls `use-auth-secret`). So the
relay keeps no accounts, and a name of somebody's own making has no password.

Two secrets may be in use, the newest first. The first signs; the relay knows both, so a
credential that was made before a change of secret is good until it ends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

LIFE_SECONDS = 600
"""How long a credential lasts unless the operator says otherwise."""
MAX_SECRETS = 2
"""The one that signs, and the one before it."""
PSEUDONYM_BYTES = 16
_RENEWED_AFTER = 4 / 5
"""Of its life: what is left covers a lost connection and three attempts."""
_URL = re.compile(
    r"(turns?):(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?"
    r"(?:\?transport=(udp|tcp))?",
    re.ASCII,
)
_DEFAULT_PORTS = {"turn": 3478, "turns": 5349}
_TRIED = (("turn", "udp"), ("turn", "tcp"), ("turns", "tcp"))
"""The quickest way first, then what passes through more firewalls."""


class BadTurnUrl(ValueError):
    """An address of a relay that nobody could use; the text says why."""


@dataclass(frozen=True, slots=True)
class TurnUrl:
    """A `turn:` or `turns:` address (RFC 7065), every part filled in."""

    scheme: str
    host: str
    """A name, or an address without brackets."""
    port: int
    transport: str
    """How a device reaches the relay: udp or tcp; with `turns`, TLS over tcp."""

    @property
    def text(self) -> str:
        """The address as `RTCIceServer.urls` takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}:{host}:{self.port}?transport={self.transport}"


@dataclass(frozen=True, slots=True)
class Relay:
    """The operator's relay, as credentials are made for it."""

    urls: tuple[str, ...]
    """As `ordered_urls` gives them; never empty."""
    secrets: tuple[str, ...] = field(repr=False)
    """One or two, the newest first."""
    life_seconds: int = LIFE_SECONDS

    def __post_init__(self) -> None:
        if not self.urls or not 1 <= len(self.secrets) <= MAX_SECRETS:
            raise ValueError("a relay has an address, and one secret or two")


@dataclass(frozen=True, slots=True)
class Credential:
    """A name and a password that the relay takes until `expires_at_seconds`."""

    username: str
    password: str = field(repr=False)
    expires_at_seconds: int


@dataclass(frozen=True, slots=True)
class IceServer:
    """One `RTCIceServer` (W3C WebRTC), in its own words."""

    urls: tuple[str, ...]
    username: str
    credential: str = field(repr=False)


def read_turn_url(text: str) -> TurnUrl:
    """The parts of an address of a relay.

    Raises:
        BadTurnUrl: it is none, or it asks for DTLS, which browsers do not do.
    """
    found = _URL.fullmatch(text)
    if found is None:
        raise BadTurnUrl(f"{text!r} is not turn:host:port?transport=udp or tcp")
    scheme, host, port_digits, given = found.groups()
    transport = given or ("tcp" if scheme == "turns" else "udp")
    port = int(port_digits) if port_digits else _DEFAULT_PORTS[scheme]
    if not 0 < port <= 65535:
        raise BadTurnUrl(f"{text!r} has no such port")
    if (scheme, transport) not in _TRIED:
        raise BadTurnUrl(f"{text!r}: turns is TLS, which is transport=tcp")
    if host.startswith("["):
        host = host[1:-1]
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise BadTurnUrl(f"{text!r} has no such address") from None
    return TurnUrl(scheme, host, port, transport)


def ordered_urls(urls: Iterable[str]) -> tuple[str, ...]:
    """The addresses in full, each once, in the order in which they are to be tried.

    Raises:
        BadTurnUrl: one of them is none.
    """
    read = dict.fromkeys(read_turn_url(url) for url in urls)
    by_way = sorted(read, key=lambda url: _TRIED.index((url.scheme, url.transport)))
    return tuple(url.text for url in by_way)


def new_pseudonym(rng: Callable[[int], bytes]) -> str:
    """A name for one seat of one call, that says nothing of whose it is."""
    return rng(PSEUDONYM_BYTES).hex()


def credential(
    secret: str, pseudonym: str, now_ms: int, life_seconds: int = LIFE_SECONDS
) -> Credential:
    """What `pseudonym` shows the relay, from now on for `life_seconds`."""
    expires_at_seconds = now_ms // 1000 + life_seconds
    username = f"{expires_at_seconds}:{pseudonym}"
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1)
    password = base64.b64encode(mac.digest()).decode("ascii")
    return Credential(username, password, expires_at_seconds)


def renewal_due_ms(expires_at_seconds: int, life_seconds: int = LIFE_SECONDS) -> int:
    """When a device asks for the next credential: 480 s into a life of 600 s."""
    made_at_seconds = expires_at_seconds - life_seconds
    return made_at_seconds * 1000 + int(life_seconds * 1000 * _RENEWED_AFTER)


def ice_servers(relay: Relay, pseudonym: str, now_ms: int) -> tuple[IceServer, ...]:
    """What a device is handed: every address of the relay, with one credential.

    No STUN server is in it. A relay answers STUN too, and a third one would learn who
    talks.
    """
    made = credential(relay.secrets[0], pseudonym, now_ms, relay.life_seconds)
    return (IceServer(relay.urls, made.username, made.password),)
