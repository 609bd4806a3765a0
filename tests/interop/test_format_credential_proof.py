"""A credential shown in a conversation: the same proof in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer

from mentalverse_modules.credentials import jose, proof
from mentalverse_modules.credentials.keys import IssuerKey, did_key
from support.credentials_kit import public_of

pytestmark = pytest.mark.capability("K16")

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=60)
of_32, of_16 = (st.binary(min_size=n, max_size=n) for n in (32, 16))
JWT = "e30.e30.c2ln"


def _holder(seed: bytes) -> IssuerKey:
    public = public_of(seed)
    return IssuerKey(did_key(public), public.octets, seed)


def _place(nonce: bytes, account: bytes, device: bytes, exported: bytes) -> Any:
    return {
        "jwt": JWT,
        "nonce": nonce,
        "account": account,
        "device": device,
        "exported": exported,
    }


@repeatable
@given(of_32, of_16, of_16, of_32, of_32)
def test_both_make_and_take_the_same_proof(
    formats: JsPeer,
    nonce: bytes,
    account: bytes,
    device: bytes,
    exported: bytes,
    seed: bytes,
) -> None:
    fields, holder = _place(nonce, account, device, exported), _holder(seed)
    here = proof.Place(account + device, exported)
    ours = proof.prove(JWT, nonce, here, holder).signature
    theirs = formats.call("proveCredential", **fields, seed=seed)
    assert theirs == ours
    for sig in (ours, theirs):
        shown = {**fields, "sig": sig, "holder": holder.public}
        assert formats.call("provesCredential", **shown) is True


MESSAGE = proof.signed_bytes(
    JWT, b"n" * 32, proof.Place(b"a" * 16 + b"d" * 16, b"e" * 32)
)
FIELDS = _place(b"n" * 32, b"a" * 16, b"d" * 16, b"e" * 32)


@pytest.mark.parametrize(
    "changed",
    [
        {"jwt": "e30.e30.b3RoZXI"},
        {"nonce": b"m" * 32},
        {"account": b"b" * 16},
        {"device": b"b" * 16},
        {"exported": b"f" * 32},
        {"holder": _holder(b"t" * 32).public},
        {"sig": "e30.e30"},
        {"sig": jose.sign(MESSAGE, _holder(b"h" * 32), "vc+jwt")},
        {"sig": jose.sign(MESSAGE, _holder(b"t" * 32), proof.MEDIA_TYPE)},
        {"sig": "ä.." + "A" * 8},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_says_anything_else_is_no_proof(
    formats: JsPeer, changed: dict[str, Any]
) -> None:
    holder = _holder(b"h" * 32)
    here = proof.Place(b"a" * 16 + b"d" * 16, b"e" * 32)
    sig = proof.prove(JWT, b"n" * 32, here, holder).signature
    shown = {**FIELDS, "sig": sig, "holder": holder.public}
    assert formats.call("provesCredential", **shown) is True
    assert formats.call("provesCredential", **{**shown, **changed}) is False
