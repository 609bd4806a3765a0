"""A library that we did not write judges our credentials, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from mentalverse_modules.credentials import vc
from mentalverse_modules.credentials.keys import Curve, PublicKey, did_document, did_web
from mentalverse_modules.credentials.status_list import Purpose, sign_list
from support.credentials_kit import (
    FROM_S,
    INDEX,
    LISTS,
    credential,
    issuer_key,
    published,
)

pytestmark = [
    pytest.mark.capability("K16"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

ISSUER = issuer_key()


def _lists(**set_at: list[int]) -> Callable[[str], bytes]:
    def fetch(url: str) -> bytes:
        purpose = Purpose(url.removeprefix(f"{LISTS}/"))
        listed = published(ISSUER, purpose, set_at.get(purpose.value, []))
        return sign_list(listed, ISSUER).encode()

    return fetch


def _verify(token: str, fetch: Callable[[str], bytes]) -> object:
    verifier = OB3Verifier.for_issuer_did(ISSUER.did)
    return verifier.verify(token, check_status=True, download=fetch)


def test_it_accepts_a_credential_and_its_status_lists() -> None:
    found = _verify(vc.sign(credential(ISSUER), ISSUER), _lists())
    assert found.recipient_id == credential(ISSUER).subject  # type: ignore[attr-defined]


def test_it_refuses_what_was_altered() -> None:
    head, body, signature = vc.sign(credential(ISSUER), ISSUER).split(".")
    other = vc.sign(credential(ISSUER, issuer_name="Mouse"), ISSUER).split(".")[1]
    for altered in (f"{head}.{other}.{signature}", f"{head}.{body}.{'A' * 86}"):
        with pytest.raises(OB3VerificationError):
            _verify(altered, _lists())


def test_it_refuses_what_has_expired() -> None:
    expired = credential(ISSUER, valid_until_s=FROM_S + 1)
    with pytest.raises(OB3VerificationError, match="expired"):
        _verify(vc.sign(expired, ISSUER), _lists())


@pytest.mark.parametrize("purpose", list(Purpose))
def test_it_refuses_what_was_taken_back(purpose: Purpose) -> None:
    with pytest.raises(OB3VerificationError, match=purpose.value):
        _verify(vc.sign(credential(ISSUER), ISSUER), _lists(**{purpose.value: [INDEX]}))


def test_it_follows_a_host_to_a_key_of_the_past() -> None:
    did = did_web("https://example.org")
    old, new = issuer_key(3, did), issuer_key(4, did)
    keys = [PublicKey(Curve.ED25519, each.public) for each in (new, old)]
    verifier = OB3Verifier.for_issuer_did(did, download=_document(did, keys))
    token = vc.sign(credential(old, statuses=()), old)
    assert verifier.verify(token).issuer.id == did
    stranger = issuer_key(5, did)
    with pytest.raises(OB3VerificationError):
        verifier.verify(vc.sign(credential(stranger, statuses=()), stranger))


def _document(did: str, keys: list[PublicKey]) -> Callable[[str], bytes]:
    def fetch(url: str) -> bytes:
        assert url == "https://example.org/.well-known/did.json"
        return json.dumps(did_document(did, keys)).encode()

    return fetch
