"""What a push carries, and who can read it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from mentalverse_server.push.encryption import encrypt, encrypt_fresh, payload
from mentalverse_server.push.vapid import authorization, new_push_key
from mentalverse_signaling.ids import ConversationId, new_id
from mentalverse_signaling.push_api import PUSH_PAYLOAD_BYTES, PushKind
from support.push import Subscription, signed_claims, unpadded


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unpadded(text)), ec.SECP256R1())


def test_a_push_is_encrypted_as_in_the_example_of_rfc_8291() -> None:
    """Section 5: the same keys and salt give the same octets."""
    browser = Subscription(
        "https://push.example.net/",
        _private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"),
        unpadded("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    text = b"When I grow up, I want to be a watermelon"
    body = encrypt(
        text,
        browser.p256dh,
        browser.auth,
        unpadded("DGv6ra1nlYgDCS1FRnbzlw"),
        _private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert body == unpadded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg"
        "Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVB"
        "St2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.opened(body) == text


def test_every_push_has_one_length_and_a_name_for_its_browser_alone() -> None:
    """Two browsers, two names; neither holds the id, and no other browser opens it."""
    ada, ben = Subscription("https://a.example/"), Subscription("https://b.example/")
    conversation = ConversationId(new_id(secrets.token_bytes))
    bodies = []
    for browser in (ada, ben):
        text = payload(PushKind.CONVERSATION, browser.auth, conversation)
        assert len(text) == PUSH_PAYLOAD_BYTES
        assert text.decode().rstrip() == f"1.{browser.name_of(conversation)}"
        body = encrypt_fresh(text, browser.p256dh, browser.auth, secrets.token_bytes)
        assert browser.opened(body) == text
        assert conversation.encode() not in body
        assert bytes.fromhex(conversation) not in body + text
        bodies.append(body)
    assert len(bodies[0]) == len(bodies[1])
    assert ada.name_of(conversation) != ben.name_of(conversation)
    with pytest.raises(InvalidTag):
        ben.opened(bodies[0])


def test_a_push_service_is_told_who_pushes_and_for_how_long() -> None:
    """RFC 8292: the origin of the service, an end within a day, by our key."""
    key = new_push_key()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    endpoint = "https://push.example.net/secret?token=1"
    header = authorization(key, endpoint, "mailto:ops@example.org", now)
    claims = signed_claims(header, key.public)
    assert claims["aud"] == "https://push.example.net"
    assert 0 < claims["exp"] - now.timestamp() <= 24 * 3600
    assert claims["sub"] == "mailto:ops@example.org"
    assert "sub" not in signed_claims(authorization(key, endpoint, "", now), key.public)
    with pytest.raises((InvalidSignature, AssertionError)):
        signed_claims(header, new_push_key().public)
    assert repr(key.private) not in repr(key)
