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
    ShownElsewhere,
    UnknownKey,
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


def _here(epoch: bytes = b"e" * 32, nonce: bytes = NONCE) -> proof.Place:
    return proof.Place(b"a" * 16 + b"d" * 16, _exported(epoch, nonce))


def _verify(shown: proof.LiveProof, place: proof.Place, now_s: int = NOW_S) -> object:
    return proof.verify(shown, place, known(ISSUER), CLEAR, now_s)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_proof_holds_in_its_epoch_and_in_no_other(epoch: bytes, nonce: bytes) -> None:
    here = _here(epoch, nonce)
    shown = proof.prove(TOKEN, nonce, here, _holder())
    assert _verify(shown, here) == credential(ISSUER)
    with pytest.raises(ShownElsewhere):
        _verify(shown, _here(bytes(octet ^ 1 for octet in epoch), nonce))


def test_another_member_who_repeats_a_proof_has_none() -> None:
    here = _here()
    shown = proof.prove(TOKEN, NONCE, here, _holder())
    for leaf in (b"b" * 16 + b"d" * 16, b"a" * 16 + b"e" * 16):
        with pytest.raises(ShownElsewhere):
            _verify(shown, replace(here, leaf=leaf))


def test_nobody_shows_what_is_somebody_elses() -> None:
    here = _here()
    thief = _holder(b"t" * 32)
    with pytest.raises(UnknownKey):
        _verify(proof.prove(TOKEN, NONCE, here, thief), here)
    posing = replace(_holder(), private=thief.private, public=thief.public)
    with pytest.raises(CredentialError):
        _verify(proof.prove(TOKEN, NONCE, here, posing), here)


def test_a_proof_is_of_one_credential_and_one_nonce() -> None:
    here = _here()
    shown = proof.prove(TOKEN, NONCE, here, _holder())
    other = vc.sign(credential(ISSUER, issuer_name="Mouse"), ISSUER)
    for swapped in (replace(shown, credential=other), replace(shown, nonce=b"m" * 32)):
        with pytest.raises(ShownElsewhere):
            _verify(swapped, here)


def test_a_proof_is_no_better_than_its_credential() -> None:
    here = _here()
    with pytest.raises(Expired):
        _verify(proof.prove(TOKEN, NONCE, here, _holder()), here, UNTIL_S)


@pytest.mark.parametrize("lengths", [(31, 32, 32), (32, 31, 32), (32, 32, 16)])
def test_a_proof_has_its_lengths(lengths: tuple[int, int, int]) -> None:
    nonce, leaf, exported = map(bytes, lengths)
    with pytest.raises(MalformedCredential):
        proof.signed_bytes(TOKEN, nonce, proof.Place(leaf, exported))
