"""What somebody shows is judged without a network, by what the caller brings."""

from __future__ import annotations

import json

import pytest

from mentalverse_client import credential_check
from mentalverse_modules.credentials import vc
from mentalverse_modules.credentials.errors import (
    CredentialError,
    Revoked,
    StatusUnknown,
    UnknownKey,
)
from mentalverse_modules.credentials.keys import Curve, PublicKey, did_document, did_web
from mentalverse_modules.credentials.status_list import Purpose, sign_list
from support.credentials_kit import INDEX, NOW_S, credential, issuer_key, published

pytestmark = pytest.mark.capability("K16")
ISSUER = issuer_key()


def _lists(*revoked: int) -> list[str]:
    at = {Purpose.REVOCATION: revoked, Purpose.SUSPENSION: ()}
    return [sign_list(published(ISSUER, each, at[each]), ISSUER) for each in Purpose]


def test_a_key_that_stands_for_itself_needs_its_lists_alone() -> None:
    token = vc.sign(credential(ISSUER), ISSUER)
    found = credential_check.verify(token, NOW_S, lists=_lists(), issuer=ISSUER.did)
    assert found == credential(ISSUER)
    with pytest.raises(StatusUnknown):
        credential_check.verify(token, NOW_S)
    with pytest.raises(Revoked):
        credential_check.verify(token, NOW_S, lists=_lists(INDEX))
    with pytest.raises(CredentialError, match="another issuer"):
        credential_check.verify(token, NOW_S, lists=_lists(), issuer=issuer_key(9).did)


def test_a_host_is_believed_by_its_document() -> None:
    did = did_web("https://example.org")
    old, new, other = (issuer_key(number, did) for number in (3, 4, 5))
    keys = [PublicKey(Curve.ED25519, each.public) for each in (new, old)]
    document = json.dumps(did_document(did, keys)).encode()
    for key in (old, new):
        plain = credential(key, statuses=())
        token = vc.sign(plain, key)
        found = credential_check.verify(token, NOW_S, document=document)
        assert found == plain
        with pytest.raises(UnknownKey):
            credential_check.verify(token, NOW_S)
    token = vc.sign(credential(other, statuses=()), other)
    with pytest.raises(UnknownKey):
        credential_check.verify(token, NOW_S, document=document)
