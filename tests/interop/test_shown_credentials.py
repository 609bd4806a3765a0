"""A credential that somebody shows: both languages believe and refuse the same."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer

from mentalverse_client import credential_check
from mentalverse_modules.credentials import jose, proof, vc
from mentalverse_modules.credentials.errors import CredentialError
from mentalverse_modules.credentials.keys import (
    Curve,
    IssuerKey,
    PublicKey,
    did_document,
    did_key,
)
from mentalverse_modules.credentials.status_list import Purpose, sign_list
from mentalverse_modules.credentials.w3c import MEDIA_TYPE
from support.credentials_kit import (
    FROM_S,
    INDEX,
    LISTS,
    NOW_S,
    UNTIL_S,
    credential,
    issuer_key,
    public_of,
    published,
)

pytestmark = pytest.mark.capability("K16")

HOUSE = issuer_key()
NONCE, EXPORTED = b"n" * 32, b"e" * 32
ACCOUNT, DEVICE = b"a" * 16, b"d" * 16
HOLDER_SEED = b"h" * 32


def _holder(seed: bytes = HOLDER_SEED) -> IssuerKey:
    public = public_of(seed)
    return IssuerKey(did_key(public), public.octets, seed)


def _document(key: IssuerKey) -> str:
    public = PublicKey(Curve.ED25519, key.public)
    return json.dumps(did_document(key.did, [public]))


def _lists(key: IssuerKey = HOUSE, **taken: list[int]) -> dict[str, str]:
    return {
        f"{LISTS}/{each.value}": sign_list(
            published(key, each, taken.get(each.value, [])), key
        )
        for each in Purpose
    }


def _says(key: IssuerKey = HOUSE, **changes: object) -> str:
    return vc.sign(credential(key, **changes), key)


def _saying(change: Mapping[str, object]) -> str:
    """Signed by the house, and with something else in it."""
    said = json.loads(urlsafe_b64decode(f"{_says().split('.')[1]}==="))
    return jose.sign(json.dumps({**said, **change}).encode(), HOUSE, MEDIA_TYPE)


@dataclass(frozen=True)
class Case:
    """What is shown, where, by whom, and when somebody looks."""

    jwt: str = field(default_factory=_says)
    sig: str | None = None
    nonce: bytes = NONCE
    account: bytes = ACCOUNT
    exported: bytes = EXPORTED
    lists: Mapping[str, str] = field(default_factory=_lists)
    issuer: IssuerKey = HOUSE
    now_s: int = NOW_S

    @property
    def shown(self) -> proof.LiveProof:
        """As it is sent: proven by the holder, here, unless the case says otherwise."""
        if self.sig is not None:
            return proof.LiveProof(self.jwt, NONCE, self.sig)
        here = proof.Place(ACCOUNT + DEVICE, EXPORTED)
        return proof.prove(self.jwt, NONCE, here, _holder())

    def here(self) -> dict[str, Any]:
        """What Python makes of it."""
        shown = replace(self.shown, nonce=self.nonce)
        try:
            found = credential_check.verify_shown(
                shown,
                proof.Place(self.account + DEVICE, self.exported),
                self.now_s,
                issuer=self.issuer.did,
                document=_document(self.issuer).encode(),
                lists=self.lists.values(),
            )
        except CredentialError as error:
            return {"flaw": error.code}
        return {
            "issuer": found.issuer,
            "issuerName": found.issuer_name,
            "subject": found.subject,
            "code": found.attested.code,
            "name": found.attested.name,
            "validFrom": found.valid_from_s,
            "validUntil": found.valid_until_s,
        }

    def there(self, formats: JsPeer) -> Any:
        """What the browser's client makes of it."""
        return formats.call(
            "verifyShown",
            jwt=self.jwt,
            sig=self.shown.signature,
            nonce=self.nonce,
            account=self.account,
            device=DEVICE,
            exported=self.exported,
            document=_document(self.issuer),
            lists=dict(self.lists),
            now=self.now_s,
        )


WEB = issuer_key(3, "did:web:example.org")
STRANGER = issuer_key(9)


@pytest.mark.parametrize(
    "case", [Case(), Case(jwt=_says(WEB), lists=_lists(WEB), issuer=WEB)]
)
def test_what_holds_here_holds_there(formats: JsPeer, case: Case) -> None:
    assert "flaw" not in case.here()
    assert case.there(formats) == case.here()


REFUSED = {
    "revoked": Case(lists=_lists(revocation=[INDEX])),
    "suspended": Case(lists=_lists(suspension=[INDEX])),
    "revoked_and_suspended": Case(lists=_lists(revocation=[INDEX], suspension=[INDEX])),
    "over": Case(jwt=_says(valid_until_s=NOW_S)),
    "to_come": Case(jwt=_says(valid_from_s=NOW_S + 1)),
    "no_list": Case(lists={}),
    "one_list": Case(lists=dict(list(_lists().items())[:1])),
    "lists_of_a_stranger": Case(lists=_lists(STRANGER)),
    "of_a_stranger": Case(jwt=_says(STRANGER), lists=_lists(STRANGER)),
    "of_another_host": Case(
        jwt=_says(IssuerKey("did:web:other.example", HOUSE.public, HOUSE.private))
    ),
    "in_the_name_of_the_house": Case(jwt=_says(replace(STRANGER, did=HOUSE.did))),
    "host_with_another_key": Case(
        jwt=_says(replace(STRANGER, did=WEB.did)), issuer=WEB, lists=_lists(WEB)
    ),
    "of_another_kind": Case(jwt=jose.sign(b"{}", HOUSE, proof.MEDIA_TYPE)),
    "nothing": Case(jwt="e30.e30.c2ln"),
    "no_credential": Case(jwt=jose.sign(b"{}", HOUSE, MEDIA_TYPE)),
    "two_subjects": Case(jwt=_saying({"sub": _holder(b"t" * 32).did})),
    "two_ends": Case(jwt=_saying({"exp": UNTIL_S + 1})),
    "two_issuers": Case(jwt=_saying({"iss": STRANGER.did})),
    "somebody_else": Case(account=b"b" * 16),
    "another_epoch": Case(exported=b"f" * 32),
    "another_question": Case(nonce=b"m" * 32),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_here_is_refused_there(formats: JsPeer, name: str) -> None:
    """Under the same code."""
    case = REFUSED[name]
    assert "flaw" in case.here()
    assert case.there(formats) == case.here()


def test_a_list_of_the_past_says_of_nobody_that_their_credential_ended(
    formats: JsPeer,
) -> None:
    """Here a credential that is refused; there, that nobody can say."""
    old = {
        url: sign_list(replace(published(HOUSE, each), valid_until_s=FROM_S + 1), HOUSE)
        for each in Purpose
        for url in [f"{LISTS}/{each.value}"]
    }
    case = Case(lists=old)
    assert "flaw" in case.here()
    assert case.there(formats) == {"flaw": "status_unknown"}


def test_what_another_holder_proves_is_not_theirs(formats: JsPeer) -> None:
    here = proof.Place(ACCOUNT + DEVICE, EXPORTED)
    sig = proof.prove(_says(), NONCE, here, _holder(b"t" * 32)).signature
    case = Case(sig=sig)
    assert "flaw" in case.here()
    assert case.there(formats) == {"flaw": "shown_elsewhere"}


WHOLE = _says()


@settings(database=None, deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, len(WHOLE) - 2), st.sampled_from("AB-_.1z"))
def test_nothing_that_was_altered_holds(
    formats: JsPeer, place: int, instead: str
) -> None:
    """But for the last character, of which Python reads no more than two bits."""
    altered = WHOLE[:place] + instead + WHOLE[place + 1 :]
    case = Case(jwt=altered)
    assert ("flaw" in case.here()) == ("flaw" in case.there(formats))
    assert ("flaw" in case.there(formats)) == (altered != WHOLE)
