"""A credential holds for whoever checks it, and for nobody once it is altered."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from mentalverse_modules.credentials import jose, vc
from mentalverse_modules.credentials.errors import (
    CredentialError,
    Expired,
    MalformedCredential,
    NotYetValid,
    Revoked,
    StatusUnknown,
    Suspended,
    UnknownKey,
    WrongSignature,
)
from mentalverse_modules.credentials.keys import Curve, IssuerKey, PublicKey, did_key
from mentalverse_modules.credentials.status_list import Purpose, StatusEntry
from mentalverse_modules.credentials.w3c import MAX_SECONDS, instant, seconds
from support.credentials_kit import (
    FROM_S,
    INDEX,
    NOW_S,
    UNTIL_S,
    credential,
    issuer_key,
    known,
    published,
)

pytestmark = pytest.mark.capability("K16")

ISSUER = issuer_key()
CLEAR = [published(ISSUER, each) for each in Purpose]
TOKEN = vc.sign(credential(ISSUER), ISSUER)


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, payload, signature = token.split(".")
    return _json(header), _json(payload), signature


def _json(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def _signed(payload: object, key: IssuerKey = ISSUER) -> str:
    return jose.sign(msgspec.json.encode(payload), key, "vc+jwt")


def _verify(token: str, now_s: int = NOW_S) -> vc.Credential:
    return vc.verify(token, known(ISSUER), CLEAR, now_s)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    name=TEXT,
    criteria=TEXT,
    kind=st.sampled_from(vc.AchievementType),
    span=st.tuples(
        st.integers(0, MAX_SECONDS), st.integers(0, MAX_SECONDS), st.integers(1, 9)
    ),
)
def test_what_was_signed_is_read_back(
    name: str, criteria: str, kind: vc.AchievementType, span: tuple[int, int, int]
) -> None:
    start, end = sorted(span[:2])
    end = min(end + span[2], MAX_SECONDS)
    start = min(start, end - 1)
    given_ = credential(
        ISSUER,
        attested=vc.Attested("level.basic", name, criteria, kind),
        valid_from_s=start,
        valid_until_s=end,
    )
    assert _verify(vc.sign(given_, ISSUER), start) == given_
    assert _verify(vc.sign(given_, ISSUER), end - 1) == given_


def test_a_token_says_what_it_is() -> None:
    header, payload, _ = _parts(TOKEN)
    assert header == {"alg": "EdDSA", "typ": "vc+jwt", "kid": ISSUER.key_id}
    assert payload["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert payload["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert "vc" not in payload


def test_it_holds_from_its_first_second_up_to_its_last() -> None:
    with pytest.raises(NotYetValid):
        _verify(TOKEN, FROM_S - 1)
    with pytest.raises(Expired):
        _verify(TOKEN, UNTIL_S)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("A_.é"))
def test_no_letter_of_a_token_can_be_changed(position: int, letter: str) -> None:
    altered = TOKEN[:position] + letter + TOKEN[position + 1 :]
    if altered != TOKEN:
        with pytest.raises(CredentialError):
            _verify(altered)


@pytest.mark.parametrize(
    ("purpose", "refused"),
    [(Purpose.REVOCATION, Revoked), (Purpose.SUSPENSION, Suspended)],
)
def test_a_set_bit_ends_it(purpose: Purpose, refused: type[CredentialError]) -> None:
    lists = [
        published(ISSUER, each, [INDEX] if each is purpose else []) for each in Purpose
    ]
    with pytest.raises(refused):
        vc.verify(TOKEN, known(ISSUER), lists, NOW_S)


def test_the_bit_of_another_says_nothing_about_it() -> None:
    others = [published(ISSUER, each, [INDEX - 1, INDEX + 1]) for each in Purpose]
    assert vc.verify(TOKEN, known(ISSUER), others, NOW_S) == credential(ISSUER)


def test_without_a_list_nobody_can_say_whether_it_holds() -> None:
    with pytest.raises(StatusUnknown):
        vc.verify(TOKEN, known(ISSUER), CLEAR[:1], NOW_S)


def test_where_its_issuer_says_whether_it_holds_is_read_before_any_list() -> None:
    """Each place once; of a credential that its issuer did not sign, none."""
    twice = credential(ISSUER).statuses * 2
    token = vc.sign(credential(ISSUER, statuses=twice), ISSUER)
    places = tuple(each.status_list_credential for each in twice[: len(Purpose)])
    assert vc.lists_of(token, known(ISSUER)) == places
    with pytest.raises(CredentialError):
        vc.lists_of(token, known())


def test_the_list_of_somebody_else_clears_nobody() -> None:
    foreign = [replace(each, issuer="did:key:zOther") for each in CLEAR]
    with pytest.raises(StatusUnknown):
        vc.verify(TOKEN, known(ISSUER), foreign, NOW_S)


@pytest.mark.parametrize("index", ["-1", "131072", "1e3", "", "9" * 40, "٣"])
def test_a_place_that_no_list_has_is_no_clearance(index: str) -> None:
    url = CLEAR[0].url
    lost = credential(ISSUER, statuses=(StatusEntry("revocation", index, url),))
    with pytest.raises(StatusUnknown):
        _verify(vc.sign(lost, ISSUER))


def test_a_purpose_or_a_size_that_is_unknown_is_no_clearance() -> None:
    url = CLEAR[0].url
    for entry in (
        StatusEntry("message", "1", url),
        StatusEntry("revocation", "1", url, status_size=2),
    ):
        with pytest.raises(StatusUnknown):
            _verify(vc.sign(credential(ISSUER, statuses=(entry,)), ISSUER))


def test_a_key_signs_in_its_own_name_only() -> None:
    other = issuer_key(2)
    token = vc.sign(credential(ISSUER), other)
    with pytest.raises(UnknownKey):
        _verify(token)
    with pytest.raises(MalformedCredential, match="somebody else"):
        vc.verify(token, known(ISSUER, other), CLEAR, NOW_S)


def test_a_name_does_not_lend_its_key() -> None:
    claimed = IssuerKey(ISSUER.did, ISSUER.public, issuer_key(2).private)
    header, payload, _ = _parts(TOKEN)
    forged = jws.serialize_compact(
        header, msgspec.json.encode(payload), issuer_key(2).jose_key, ["EdDSA"]
    )
    assert claimed.key_id == ISSUER.key_id
    with pytest.raises(WrongSignature):
        _verify(forged)


@pytest.mark.parametrize(
    "change",
    [
        {"nbf": FROM_S - 1},
        {"exp": UNTIL_S + 1},
        {"iss": "did:key:zOther"},
        {"sub": "did:key:zOther"},
        {"jti": "urn:uuid:other"},
        {"validUntil": "9999-12-31T23:59:59"},
        {"validUntil": "whenever"},
        {"type": ["VerifiableCredential"]},
        {"credentialSubject": None},
        {"issuer": "did:key:zOther"},
    ],
)
def test_a_credential_says_one_thing_about_itself(change: dict[str, object]) -> None:
    _, payload, _ = _parts(TOKEN)
    with pytest.raises(MalformedCredential):
        _verify(_signed({**payload, **change}))


@pytest.mark.parametrize("payload", [b"", b"[]", b"\xff", b"[" * 10_000])
def test_what_is_no_credential_is_refused_whoever_signed_it(payload: bytes) -> None:
    with pytest.raises(MalformedCredential):
        _verify(jose.sign(payload, ISSUER, "vc+jwt"))


def test_what_is_longer_than_any_credential_is_not_looked_at() -> None:
    with pytest.raises(MalformedCredential, match="longer"):
        _verify(jose.sign(bytes(vc.MAX_TOKEN_CHARS), ISSUER, "vc+jwt"))


def test_a_token_of_another_kind_is_none() -> None:
    _, payload, _ = _parts(TOKEN)
    other = jose.sign(msgspec.json.encode(payload), ISSUER, "at+jwt")
    with pytest.raises(MalformedCredential):
        _verify(other)
    bare = jws.serialize_compact({"alg": "EdDSA"}, b"{}", ISSUER.jose_key, ["EdDSA"])
    with pytest.raises(MalformedCredential):
        _verify(bare)


def test_no_algorithm_counts_but_those_of_the_list() -> None:
    header, payload, _ = _parts(TOKEN)
    body = msgspec.json.encode(payload)
    for alg in ("none", "HS256"):
        head = msgspec.json.encode({**header, "alg": alg})
        parts = [base64.urlsafe_b64encode(each).rstrip(b"=") for each in (head, body)]
        with pytest.raises(WrongSignature):
            _verify(b".".join([*parts, b"AAAA"]).decode())


def test_the_new_name_of_the_algorithm_is_read_as_well() -> None:
    header, payload, _ = _parts(TOKEN)
    token = jws.serialize_compact(
        {**header, "alg": "Ed25519"},
        msgspec.json.encode(payload),
        ISSUER.jose_key,
        ["Ed25519"],
    )
    assert _verify(token) == credential(ISSUER)


def test_a_holder_with_a_p256_key_is_read_and_its_key_signs_nothing_else() -> None:
    private = ec.derive_private_key(7, ec.SECP256R1())
    pair = ECKey.import_key(private)
    numbers = private.public_key().public_numbers()
    octets = bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(32, "big")
    public = PublicKey(Curve.P256, octets)
    kid = f"{did_key(public)}#{public.multibase}"
    token = jws.serialize_compact(
        {"alg": "ES256", "typ": "vp+jwt", "kid": kid}, b"{}", pair, ["ES256"]
    )
    keys = {kid: public, "ed": public}
    assert jose.verify(token, keys.get, "vp+jwt") == (b"{}", kid)
    crossed = jws.serialize_compact(
        {"alg": "EdDSA", "typ": "vp+jwt", "kid": kid}, b"{}", ISSUER.jose_key, ["EdDSA"]
    )
    with pytest.raises(UnknownKey):
        jose.verify(crossed, keys.get, "vp+jwt")


@given(st.integers(0, MAX_SECONDS))
def test_times_are_written_and_read_alike(at_s: int) -> None:
    assert seconds(instant(at_s)) == at_s


@pytest.mark.parametrize("at_s", [-1, MAX_SECONDS + 1])
def test_a_time_that_cannot_be_written_is_none(at_s: int) -> None:
    with pytest.raises(ValueError, match="written"):
        instant(at_s)
