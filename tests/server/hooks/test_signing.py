"""Webhooks are signed by Standard Webhooks, and taken once, of now, from who signed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mentalverse_server.hooks import signing
from mentalverse_server.hooks.signing import (
    Flaw,
    NotGenuine,
    PrivateKey,
    PublicKey,
    Secret,
    SigningKey,
    Verifier,
    read_signing_key,
    read_verifying_key,
    signed_headers,
)
from support.deterministic import seeded_rng

NOW = 1_790_000_000
ID = "evt_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODY = b'{"type":"duty.started"}'
SECRET = Secret(b"a secret of thirty-two octets...")
OTHER_SECRET = Secret(b"another secret of as many octets")
KEY = PrivateKey(bytes(range(32)))
OTHER_KEY = PrivateKey(bytes(range(1, 33)))
# The example of the standard's own text.
EXAMPLE_PRIVATE = (
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9"
    "lMicMFs6Kvg=="
)
EXAMPLE_PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="


def flaw(verifier: Verifier, headers: dict[str, str], body: bytes, at: int) -> Flaw:
    with pytest.raises(NotGenuine) as refused:
        verifier.verify(headers, body, at * 1000)
    return refused.value.flaw


def test_signatures_are_those_of_the_standard() -> None:
    """The example that implementations of it are held against."""
    secret = Secret(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    message, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
    made = signed_headers((secret,), message, 1_614_265_330, body)
    assert made == {
        "webhook-id": message,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.binary(min_size=24, max_size=64), st.dictionaries(st.text(), st.text()))
def test_the_reference_library_verifies_v1(octets: bytes, data: dict[str, str]) -> None:
    """And finds that one changed octet is too many."""
    body = json.dumps(data).encode()
    secret, now = Secret(octets), int(datetime.now(UTC).timestamp())
    headers = signed_headers((KEY, secret), ID, now, body)
    assert Webhook(secret.text).verify(body, headers) == data
    with pytest.raises(WebhookVerificationError):
        Webhook(secret.text).verify(body + b" ", headers)


def test_what_the_reference_library_signs_is_taken() -> None:
    moment = datetime.fromtimestamp(NOW, UTC)
    signature = Webhook(SECRET.text).sign(ID, moment, BODY.decode())
    headers = {
        "Webhook-Id": ID,
        "Webhook-Timestamp": str(NOW),
        "Webhook-Signature": signature,
    }
    assert Verifier([SECRET]).verify(headers, BODY, NOW * 1000) == ID


def test_v1a_is_plain_ed25519_of_id_timestamp_and_body() -> None:
    """`cryptography` verifies it with the octets behind `whpk_`, and nothing else."""
    headers = signed_headers((KEY,), ID, NOW, BODY)
    version, _, encoded = headers["webhook-signature"].partition(",")
    public = base64.b64decode(KEY.public.text.removeprefix("whpk_"))
    signed = f"{ID}.{NOW}.".encode() + BODY
    key = Ed25519PublicKey.from_public_bytes(public)
    assert version == "v1a"
    key.verify(base64.b64decode(encoded), signed)
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(encoded), signed + b" ")


def test_keys_are_written_as_the_standard_writes_them() -> None:
    private = read_signing_key(EXAMPLE_PRIVATE)
    assert isinstance(private, PrivateKey)
    assert private.public.text == EXAMPLE_PUBLIC
    assert private.text == EXAMPLE_PRIVATE
    assert read_verifying_key(EXAMPLE_PUBLIC) == private.public
    assert read_signing_key(SECRET.text) == read_verifying_key(SECRET.text) == SECRET


def test_nothing_secret_is_shown() -> None:
    """Not in a log line, nor in the text of an error."""
    made = signing.new_private_key(seeded_rng(7)), signing.new_secret(seeded_rng(8))
    for key in (*made, KEY, SECRET):
        assert repr(key) in {"PrivateKey()", "Secret()"}
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - its text is the matter
        read_signing_key("whsk_" + base64.b64encode(b"too short").decode())
    assert "dG9v" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        SECRET.text.removeprefix("whsec_"),
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whsec_ü",
        "whsec_!!!!",
        "whsk_" + base64.b64encode(bytes(32)).decode(),
        "whsk_" + base64.b64encode(bytes(64)).decode(),
        EXAMPLE_PUBLIC,
    ],
)
def test_what_is_no_signing_key_is_refused(text: str) -> None:
    """Also a private key whose halves do not belong together."""
    with pytest.raises(ValueError, match=r"secret|key|begin|base64"):
        read_signing_key(text)


@pytest.mark.parametrize(
    "text", ["", "whpk_", "whpk_c2hvcnQ=", EXAMPLE_PRIVATE, EXAMPLE_PUBLIC + "AAAA"]
)
def test_what_is_no_verifying_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"secret|key|begin|base64"):
        read_verifying_key(text)


@pytest.mark.parametrize("message", ["", "a.b", "a b", "a\nb", "ä", "x" * 129])
def test_an_id_cannot_blur_what_is_signed(message: str) -> None:
    """With a dot in it two requests could have one signature."""
    with pytest.raises(ValueError, match="id"):
        signed_headers((KEY,), message, NOW, BODY)


@pytest.mark.parametrize("old", [SECRET, KEY])
@pytest.mark.parametrize("new", [OTHER_SECRET, OTHER_KEY])
def test_during_a_rotation_both_receivers_verify(
    old: SigningKey, new: SigningKey
) -> None:
    """Whoever has taken up the new key, and whoever has not."""
    headers = signed_headers((new, old), ID, NOW, BODY)
    for key in (old, new):
        verifying = key.public if isinstance(key, PrivateKey) else key
        assert Verifier([verifying]).verify(headers, BODY, NOW * 1000) == ID
    stranger = PublicKey(bytes(32))
    assert flaw(Verifier([stranger]), headers, BODY, NOW) is Flaw.NO_MATCH


@given(st.data())
def test_one_changed_bit_is_too_many(data: st.DataObject) -> None:
    """In the id, the time, the body or the signature."""
    keys: list[SigningKey] = [KEY, SECRET]
    key = data.draw(st.sampled_from(keys))
    headers, body = signed_headers((key,), ID, NOW, BODY), bytearray(BODY)
    what = data.draw(st.sampled_from(["body", *headers]))
    if what == "body":
        at = data.draw(st.integers(0, len(body) * 8 - 1))
        body[at // 8] ^= 1 << at % 8
    else:
        text = headers[what]
        at = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(
            st.sampled_from("0129AZaz+/=,").filter(lambda c: c != text[at])
        )
        headers[what] = text[:at] + other + text[at + 1 :]
        decoded = _decoded(headers["webhook-signature"])
        if what == "webhook-signature" and decoded == _decoded(text):
            return  # the last character of base64 may carry bits that say nothing
    verifying = key.public if isinstance(key, PrivateKey) else key
    with pytest.raises(NotGenuine):
        Verifier([verifying]).verify(headers, bytes(body), NOW * 1000)


def _decoded(signature: str) -> tuple[str, bytes]:
    version, _, encoded = signature.partition(",")
    try:
        return version, base64.b64decode(encoded, validate=True)
    except ValueError:
        return version, b""


def test_five_minutes_either_way_and_not_a_second_more() -> None:
    headers = signed_headers((SECRET,), ID, NOW, BODY)
    for ahead in (-300, 300):
        assert Verifier([SECRET]).verify(headers, BODY, (NOW + ahead) * 1000) == ID
    assert flaw(Verifier([SECRET]), headers, BODY, NOW + 301) is Flaw.TOO_OLD
    assert flaw(Verifier([SECRET]), headers, BODY, NOW - 301) is Flaw.TOO_NEW


def test_an_id_is_taken_once_while_its_time_is_good() -> None:
    """After ten minutes its timestamp is void, so it need not be remembered."""
    verifier = Verifier([SECRET])
    early = signed_headers((SECRET,), ID, NOW + 300, BODY)
    verifier.verify(early, BODY, NOW * 1000)
    assert flaw(verifier, early, BODY, NOW + 599) is Flaw.REUSED
    late = signed_headers((SECRET,), ID, NOW + 600, BODY)
    assert verifier.verify(late, BODY, (NOW + 600) * 1000) == ID


def test_a_stranger_uses_no_id_up() -> None:
    """What is not signed is forgotten at once."""
    verifier = Verifier([KEY.public])
    forged = signed_headers((OTHER_KEY,), ID, NOW, BODY)
    assert flaw(verifier, forged, BODY, NOW) is Flaw.NO_MATCH
    genuine = signed_headers((KEY,), ID, NOW, BODY)
    assert verifier.verify(genuine, BODY, NOW * 1000) == ID


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it nothing is taken, since a forgotten id could come again."""
    monkeypatch.setattr(signing, "MAX_REMEMBERED", 2)
    verifier = Verifier([SECRET])
    for message in ("one", "two"):
        headers = signed_headers((SECRET,), message, NOW, BODY)
        verifier.verify(headers, BODY, NOW * 1000)
    third = signed_headers((SECRET,), "three", NOW, BODY)
    assert flaw(verifier, third, BODY, NOW) is Flaw.CROWDED
    third = signed_headers((SECRET,), "three", NOW + 600, BODY)
    assert verifier.verify(third, BODY, (NOW + 600) * 1000) == "three"


def test_a_version_that_nobody_knows_is_passed_over() -> None:
    headers = signed_headers((SECRET,), ID, NOW, BODY)
    known = headers["webhook-signature"]
    headers["webhook-signature"] = f"v9,AAAA  nonsense {known}"
    assert Verifier([SECRET]).verify(headers, BODY, NOW * 1000) == ID
    octets = known.removeprefix("v1,")
    headers["webhook-signature"] = f"v1a,{octets} v9,{octets} {octets}"
    assert flaw(Verifier([SECRET]), headers, BODY, NOW) is Flaw.NO_MATCH


@pytest.mark.parametrize(
    "name", ["webhook-id", "webhook-timestamp", "webhook-signature"]
)
def test_without_one_of_the_headers_nothing_is_taken(name: str) -> None:
    headers = signed_headers((SECRET,), ID, NOW, BODY)
    del headers[name]
    assert flaw(Verifier([SECRET]), headers, BODY, NOW) is Flaw.MISSING


@pytest.mark.parametrize("seconds", ["x", "-1", "1e9", "٣", " 1", "9" * 400])
def test_a_timestamp_is_whole_seconds(seconds: str) -> None:
    headers = signed_headers((SECRET,), ID, NOW, BODY)
    headers["webhook-timestamp"] = seconds
    assert flaw(Verifier([SECRET]), headers, BODY, NOW) in {
        Flaw.MALFORMED,
        Flaw.TOO_NEW,
    }
