"""The settings of coturn, the relay that is supported: `turnserver.conf`, rendered.

Nothing is left to the defaults of a distribution: they relay to private addresses.
The quotas are for calls of at most ten seats: 12 allocations for a seat's own retries
over three transports, 1,200 in all, 750,000 octets a second for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from mentalverse_signaling.calls.ice import TurnUrl, read_turn_url
from mentalverse_signaling.calls.relay_ranges import DENIED

from ..config_sections import TurnSection
from ..errors import StartupError

USER_QUOTA = 12
TOTAL_QUOTA = 1200
MAX_BYTES_PER_SECOND = 750_000
STALE_NONCE_SECONDS = 600
MIN_PORT, MAX_PORT = 49_152, 51_199


@dataclass(frozen=True, slots=True)
class RelayHost:
    """What is particular to the machine that the relay runs on."""

    certificate: Path | None = None
    """PEM file with the chain; needed where an address is `turns:`."""
    private_key: Path | None = None
    external_address: str = ""
    """public or public/private, where the machine stands behind NAT."""
    min_port: int = MIN_PORT
    max_port: int = MAX_PORT
    """UDP ports that are relayed from, one for each allocation."""
    allowed_peers: tuple[IPv4Address | IPv6Address, ...] = ()
    """Denied addresses that are relayed to after all: a media engine's."""


def render(settings: TurnSection, secrets: tuple[str, ...], host: RelayHost) -> str:
    """The file. It holds the secrets.

    Raises:
        StartupError: settings that contradict each other, in one line.
    """
    urls = [read_turn_url(url) for url in settings.urls]
    if not urls:
        raise StartupError("turn.urls is empty: name the addresses of the relay first")
    if not 1024 <= host.min_port <= host.max_port <= 65_535:
        raise StartupError("ports to relay from go from 1024 up to 65535")
    if host.max_port - host.min_port + 1 < TOTAL_QUOTA:
        raise StartupError(f"{TOTAL_QUOTA} ports at least, one for each allocation")
    lines = [
        "# Settings of coturn, written by `mentalverse turn config`.",
        "# Holds the secret shared with the server: for the relay's user only.",
        "",
        *_listening(urls, host),
        f"min-port={host.min_port}",
        f"max-port={host.max_port}",
        "",
        "use-auth-secret",
        *(f"static-auth-secret={secret}" for secret in secrets),
        f"realm={settings.realm}",
        "fingerprint",
        f"stale-nonce={STALE_NONCE_SECONDS}",
        "",
        "no-cli",
        "no-rfc5780",
        "no-multicast-peers",
        "no-tcp-relay",
        f"user-quota={USER_QUOTA}",
        f"total-quota={TOTAL_QUOTA}",
        f"max-bps={MAX_BYTES_PER_SECOND}",
        "",
        "# Everything that is no public address. Do not add the relay's own: people",
        "# who both need the relay meet there.",
        *(
            f"denied-peer-ip={each}"
            for denied in DENIED
            for each in denied.first_last()
        ),
        *(f"allowed-peer-ip={address}" for address in host.allowed_peers),
    ]
    return "\n".join(lines) + "\n"


def _listening(urls: list[TurnUrl], host: RelayHost) -> list[str]:
    """Ports, address and certificate."""
    plain = _port(urls, "turn")
    secured = _port(urls, "turns")
    if (host.certificate is None) != (host.private_key is None):
        raise StartupError("a certificate and its private key come together")
    if secured is not None and host.certificate is None:
        raise StartupError("turn.urls has turns: it needs a certificate and its key")
    lines = [f"listening-port={plain or 3478}"]
    if secured is None:
        lines += ["no-tls", "no-dtls"]
    else:
        lines += [
            f"tls-listening-port={secured}",
            f"cert={host.certificate}",
            f"pkey={host.private_key}",
            "no-tlsv1",
            "no-tlsv1_1",
            "no-dtls",
        ]
    if host.external_address:
        _check_external(host.external_address)
        lines.append(f"external-ip={host.external_address}")
    return lines


def _check_external(text: str) -> None:
    """Raises `StartupError` unless it is PUBLIC or PUBLIC/PRIVATE."""
    try:
        parts = [ip_address(part) for part in text.split("/")]
    except ValueError:
        parts = []
    if len(parts) not in {1, 2}:
        raise StartupError(f"external-ip: {text!r} is not an address, or two with /")


def _port(urls: list[TurnUrl], scheme: str) -> int | None:
    """The one port that all addresses of a scheme name."""
    ports = {url.port for url in urls if url.scheme == scheme}
    if len(ports) > 1:
        raise StartupError(f"turn.urls names several ports for {scheme}: one is served")
    return ports.pop() if ports else None
