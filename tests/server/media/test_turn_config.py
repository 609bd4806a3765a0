"""What is written for coturn: complete, and nothing left to its defaults."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from mentalverse_server.config_sections import TurnSection
from mentalverse_server.errors import StartupError
from mentalverse_server.media.turn_config import RelayHost, render
from mentalverse_signaling.calls.relay_ranges import DENIED

REPOSITORY = Path(__file__).parents[3]
NEW, OLD = "5e" * 32, "0d" * 32
SETTINGS = TurnSection(
    urls=(
        "turn:relay.example:3478?transport=udp",
        "turn:relay.example:3478?transport=tcp",
        "turns:relay.example:443?transport=tcp",
    ),
    realm="relay.example",
)
CERTIFIED = RelayHost(Path("/certs/chain.pem"), Path("/certs/key.pem"))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_file_is_this() -> None:
    lines = _lines(render(SETTINGS, (NEW, OLD), CERTIFIED))

    assert [line for line in lines if not line.startswith("denied-peer-ip=")] == [
        "listening-port=3478",
        "tls-listening-port=443",
        "cert=/certs/chain.pem",
        "pkey=/certs/key.pem",
        "no-tlsv1",
        "no-tlsv1_1",
        "no-dtls",
        "min-port=49152",
        "max-port=51199",
        "use-auth-secret",
        f"static-auth-secret={NEW}",
        f"static-auth-secret={OLD}",
        "realm=relay.example",
        "fingerprint",
        "stale-nonce=600",
        "no-cli",
        "no-rfc5780",
        "no-multicast-peers",
        "no-tcp-relay",
        "user-quota=12",
        "total-quota=1200",
        "max-bps=750000",
    ]


def test_every_special_range_is_denied() -> None:
    denied = [
        line.removeprefix("denied-peer-ip=")
        for line in _lines(render(SETTINGS, (NEW,), CERTIFIED))
        if line.startswith("denied-peer-ip=")
    ]

    assert denied == [text for each in DENIED for text in each.first_last()]
    assert "169.254.0.0-169.254.255.255" in denied
    assert "::ffff:0.0.0.0-::ffff:255.255.255.255" in denied


def test_without_tls_there_is_no_port_for_it() -> None:
    plain = TurnSection(urls=("turn:relay.example:3479",))

    lines = _lines(render(plain, (NEW,), RelayHost()))

    assert lines[:3] == ["listening-port=3479", "no-tls", "no-dtls"]


def test_nat_and_a_media_engine_within_are_named() -> None:
    host = RelayHost(
        Path("chain.pem"),
        Path("key.pem"),
        external_address="192.0.2.7/10.0.0.7",
        allowed_peers=(ip_address("10.0.0.9"),),
    )

    lines = _lines(render(SETTINGS, (NEW,), host))

    assert "external-ip=192.0.2.7/10.0.0.7" in lines
    assert lines[-1] == "allowed-peer-ip=10.0.0.9"


@pytest.mark.parametrize(
    ("urls", "host", "says"),
    [
        ((), CERTIFIED, "turn.urls is empty"),
        (SETTINGS.urls, RelayHost(), "needs a certificate"),
        (SETTINGS.urls, RelayHost(Path("chain.pem")), "come together"),
        (("turn:a:1", "turn:b:2"), RelayHost(), "several ports for turn"),
        (("turn:a",), RelayHost(min_port=50_000, max_port=51_000), "1200 ports"),
        (("turn:a",), RelayHost(max_port=70_000), "up to 65535"),
        (("turn:a",), RelayHost(external_address="a\nno-auth"), "not an address"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    urls: tuple[str, ...], host: RelayHost, says: str
) -> None:
    with pytest.raises(StartupError, match=says):
        render(TurnSection(urls=urls), (NEW,), host)


def test_only_a_test_relays_to_this_machine() -> None:
    """The option opens every service on the relay's own machine to its users."""
    option = "allow-" + "loopback-peers"
    folders = ("server", "signaling", "clients", "load_tests", "tests", "crisis")
    found = {
        path.relative_to(REPOSITORY).as_posix()
        for folder in folders
        for path in (REPOSITORY / folder).rglob("*")
        if path.suffix in {".py", ".conf", ".toml", ".sh", ".yml", ".yaml"}
        and "node_modules" not in path.parts
        and option in path.read_text(encoding="utf-8")
    }

    assert found == {"tests/support/coturn.py"}
