"""Who shows a credential in a conversation is its holder, and is in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crypto.exporter import ExporterLabel, export
from mentalverse_modules.credentials import proof, vc
from mentalverse_modules.credentials.errors import (
    CredentialError,
    Expired,
    MalformedCredential,
    UnknownKey,
    WrongSignature,
)
from mentalverse_modules.credentials.keys import IssuerKey, did_key
from mentalverse_modules.credentials.status_list import Purpose
from support.credentials_kit import (
    NOW_S,
    UNTIL_S,
    credential,
    issuer_key,
    known,
    public_of,
    published,
)

pytestmark = pytest.mark.capability("K16")

ISSUER = issuer_key()
CLEAR = [published(ISSUER, each) for each in Purpose]
TOKEN = vc.sign(credential(ISSUER), ISSUER)
NONCE = b"n" * 32


def _holder(seed: bytes = b"h" * 32) -> IssuerKey:
    public = public_of(seed)
    return IssuerKey(did_key(public), public.octets, seed)


def _exported(epoch: bytes, nonce: bytes = NONCE) -> bytes:
    """What a member of an epoch computes, as the conversation's own code does."""
    return export(epoch, ExporterLabel.CREDENTIAL, nonce, proof.EXPORTED_BYTES)


def _verify(shown: proof.LiveProof, exported: bytes, now_s: int = NOW_S) -> object:
    return proof.verify(shown, exported, known(ISSUER), CLEAR, now_s)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_proof_holds_in_its_epoch_and_in_no_other(epoch: bytes, nonce: bytes) -> None:
    exported = _exported(epoch, nonce)
    shown = proof.prove(TOKEN, nonce, exported, _holder())
    assert _verify(shown, exported) == credential(ISSUER)
    elsewhere = _exported(bytes(octet ^ 1 for octet in epoch), nonce)
    with pytest.raises(WrongSignature):
        _verify(shown, elsewhere)


def test_nobody_shows_what_is_somebody_elses() -> None:
    exported = _exported(b"e" * 32)
    thief = _holder(b"t" * 32)
    with pytest.raises(UnknownKey):
        _verify(proof.prove(TOKEN, NONCE, exported, thief), exported)
    posing = replace(_holder(), private=thief.private, public=thief.public)
    with pytest.raises(CredentialError):
        _verify(proof.prove(TOKEN, NONCE, exported, posing), exported)


def test_a_proof_is_of_one_credential_and_one_nonce() -> None:
    exported = _exported(b"e" * 32)
    shown = proof.prove(TOKEN, NONCE, exported, _holder())
    other = vc.sign(credential(ISSUER, issuer_name="Mouse"), ISSUER)
    for swapped in (replace(shown, credential=other), replace(shown, nonce=b"m" * 32)):
        with pytest.raises(WrongSignature):
            _verify(swapped, exported)


def test_a_proof_is_no_better_than_its_credential() -> None:
    exported = _exported(b"e" * 32)
    with pytest.raises(Expired):
        _verify(proof.prove(TOKEN, NONCE, exported, _holder()), exported, UNTIL_S)


@pytest.mark.parametrize(("nonce", "exported"), [(31, 32), (32, 16)])
def test_a_proof_has_its_lengths(nonce: int, exported: int) -> None:
    with pytest.raises(MalformedCredential):
        proof.signed_bytes(TOKEN, bytes(nonce), bytes(exported))
