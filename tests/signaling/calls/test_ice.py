"""Credentials of the relay: the arithmetic that coturn does too."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_signaling.calls import ice

SECRETS = st.text("0123456789abcdef", min_size=32, max_size=64)
PSEUDONYMS = st.binary(min_size=16, max_size=16).map(bytes.hex)
TIMES = st.integers(1_600_000_000_000, 4_000_000_000_000)
LIVES = st.integers(10, 86_400)


def test_a_credential_is_the_one_that_was_worked_out_elsewhere() -> None:
    """printf 1700000600:00ff | openssl dgst -sha1 -hmac north -binary | base64"""
    made = ice.credential("north", "00ff", 1_700_000_000_999)

    assert made.username == "1700000600:00ff"
    assert made.password == "/mdqJfGoNbxRqXmaY4ky9wh9IMM="
    assert made.expires_at_seconds == 1_700_000_600


@given(SECRETS, PSEUDONYMS, TIMES, LIVES)
def test_the_password_is_the_name_under_the_secret(
    secret: str, pseudonym: str, now_ms: int, life: int
) -> None:
    made = ice.credential(secret, pseudonym, now_ms, life)

    expiry, _, name = made.username.partition(":")
    assert name == pseudonym
    assert 0 <= now_ms - (int(expiry) - life) * 1000 < 1000
    expected = hmac.digest(secret.encode(), made.username.encode(), hashlib.sha1)
    assert base64.b64decode(made.password, validate=True) == expected


@given(TIMES, LIVES)
def test_it_is_renewed_while_it_is_good_and_not_at_once(now_ms: int, life: int) -> None:
    made = ice.credential("s", "p", now_ms, life)
    due_ms = ice.renewal_due_ms(made.expires_at_seconds, life)

    assert 0.79 * life * 1000 <= due_ms - (now_ms - now_ms % 1000) <= 0.8 * life * 1000
    assert due_ms < made.expires_at_seconds * 1000


def test_one_of_ten_minutes_is_renewed_after_eight() -> None:
    assert ice.renewal_due_ms(600) == 480_000


def test_the_newest_of_two_secrets_signs() -> None:
    relay = ice.Relay(("turn:relay.example:3478?transport=udp",), ("new", "old"))

    (server,) = ice.ice_servers(relay, "00ff", 1_700_000_000_000)

    made = ice.credential("new", "00ff", 1_700_000_000_000)
    assert (server.username, server.credential) == (made.username, made.password)
    assert server.urls == relay.urls


@pytest.mark.parametrize("secrets", [(), ("a", "b", "c")])
def test_a_relay_has_one_secret_or_two(secrets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one secret or two"):
        ice.Relay(("turn:relay.example:3478?transport=udp",), secrets)


def test_neither_secret_nor_password_is_shown() -> None:
    relay = ice.Relay(("turn:relay.example:3478?transport=udp",), ("hush",))
    made = ice.credential("hush", "00ff", 0)
    shown = repr((relay, made, ice.ice_servers(relay, "00ff", 0)))

    assert "hush" not in shown
    assert made.password not in shown


def test_addresses_are_tried_from_the_quickest_to_the_most_passable() -> None:
    given_urls = (
        "turns:relay.example:443?transport=tcp",
        "turn:relay.example?transport=tcp",
        "turn:relay.example",
        "turn:relay.example:3478?transport=udp",
    )

    assert ice.ordered_urls(given_urls) == (
        "turn:relay.example:3478?transport=udp",
        "turn:relay.example:3478?transport=tcp",
        "turns:relay.example:443?transport=tcp",
    )


@given(st.permutations(["turn:b:1", "turn:a:2", "turn:[2001:db8::1]:3"]))
def test_the_operators_own_order_holds_within_one_way(urls: list[str]) -> None:
    expected = tuple(f"{url}?transport=udp" for url in urls)
    assert ice.ordered_urls(urls) == expected
    assert ice.ordered_urls(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "relay.example",
        "stun:relay.example",
        "turn:",
        "turn:relay.example:0",
        "turn:relay.example:65536",
        "turn:relay.example:٣",
        "turn://relay.example",
        "turn:user@relay.example",
        "turn:relay.example?transport=sctp",
        "turns:relay.example?transport=udp",
        "turn:[::g]:3478",
        "turn:[1.2.3.4]",
        "turn:relay.example\n",
    ],
)
def test_what_is_no_address_of_a_relay_is_refused(text: str) -> None:
    with pytest.raises(ice.BadTurnUrl):
        ice.read_turn_url(text)


@given(st.text(max_size=60))
def test_any_other_text_is_refused_in_the_same_way(text: str) -> None:
    try:
        read = ice.read_turn_url(text)
    except ice.BadTurnUrl:
        return
    assert re.match(r"turns?:", text)
    assert ice.read_turn_url(read.text) == read


def test_a_pseudonym_is_what_the_generator_gave() -> None:
    assert ice.new_pseudonym(lambda count: b"\x0f" * count) == "0f" * 16
