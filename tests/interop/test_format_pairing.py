"""A device of one language is added by a device of the other, and by nobody between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import pairing
from mentalverse_crypto.account_record import (
    AccountRecord,
    ContactPin,
    ResumptionSecret,
)
from mentalverse_crypto.ciphersuite import CipherSuite, generate_signature_key_pair
from mentalverse_crypto.credential import (
    DeviceCredential,
    DeviceKind,
    as_key_id,
    sign_by_account,
    sign_by_as,
    verify,
)
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_crypto.pairing_messages import Invitation, PairingAnswer, PairingOffer
from support.deterministic import seeded_rng
from support.format_values import shown, verdict
from support.mutations import bit_flips, truncations

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AS_KEY = generate_signature_key_pair(seeded_rng(1))
RECORD = AccountRecord(
    b"a" * 16,
    b"canary-account-private-key-canar",
    contacts=(ContactPin(b"b" * 16, b"p" * 32, verified=True),),
    resumption=(ResumptionSecret(b"group", 4, b"R" * 32),),
)
ACCOUNT = AccountIdentity(RECORD.account_id, RECORD.account_key.public)
DEVICE = b"n" * 16
LEAF_KEY = generate_signature_key_pair(seeded_rng(2)).public
CLASSICAL = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=60)


def _credential(device: bytes = DEVICE, record: AccountRecord = RECORD) -> bytes:
    request = sign_by_account(
        record.account_key,
        LEAF_KEY,
        kind=DeviceKind.MEMBER,
        account_id=record.account_id,
        device_id=device,
        now=NOW,
    )
    return sign_by_as(request, LEAF_KEY, AS_KEY, NOW).encode()


def _invited(seed: int = 1, suite: CipherSuite = CLASSICAL) -> pairing.NewDevice:
    return pairing.invite(DEVICE, LEAF_KEY, seeded_rng(seed), suite)


def _answered(new: pairing.NewDevice, seed: int = 5) -> pairing.OldDevice:
    return pairing.answer(new.invitation, new.message, ACCOUNT, seeded_rng(seed))


def _both(formats: JsPeer, ours: Any, verb: str, *arguments: Any, **fields: Any) -> Any:
    """What both make of a step, or the code of their refusal."""
    found = verdict(ours, *arguments)
    theirs = verdict(formats.call, verb, **fields)
    if isinstance(found, str):
        assert theirs == found
    else:
        theirs.pop("isApproved", None)
        assert theirs == shown(found)
    return found


@pytest.mark.capability("C03")
@pytest.mark.parametrize("suite", CipherSuite, ids=lambda suite: hex(suite))
def test_a_browser_is_added_by_python(formats: JsPeer, suite: CipherSuite) -> None:
    begun = formats.call(
        "invite",
        deviceId=DEVICE,
        signatureKey=LEAF_KEY,
        suite=int(suite),
        random=seeded_rng(3)(200),
    )
    new = begun["device"]
    offer = octets(new["message"]["$octets"])
    invitation = Invitation.parse(begun["text"])
    old = pairing.answer(invitation, offer, ACCOUNT, seeded_rng(4))
    compared = formats.call("reveal", device=new, message=old.message)
    told = pairing.compare(old, octets(compared["message"]["$octets"]))
    approved = pairing.approve(told, compared["code"])
    assert (approved.offer.device_id, approved.offer.suite) == (DEVICE, suite)
    sealed = pairing.seal_grant(approved, _credential(), RECORD, seeded_rng(5))
    grant = formats.call("openGrant", compared=compared, sealed=sealed)
    assert grant["record"] == shown(replace(RECORD, resumption=()))
    assert grant["credential"] == shown(_credential())
    assert compared["account"] == shown(ACCOUNT)


@pytest.mark.capability("C03")
@pytest.mark.parametrize("suite", CipherSuite, ids=lambda suite: hex(suite))
def test_python_is_added_by_a_browser(formats: JsPeer, suite: CipherSuite) -> None:
    new = _invited(3, suite)
    old = formats.call(
        "answer",
        invitation=f" {new.invitation.text()}\n",
        offer=new.message,
        account=shown(ACCOUNT),
        random=seeded_rng(4)(32),
    )
    compared = pairing.reveal(new, octets(old["message"]["$octets"]))
    told = formats.call("compare", device=old, message=compared.message)
    typed = f"{compared.code[:3]}-{compared.code[3:]} "
    approved = formats.call("approve", compared=told, typed=typed)
    assert approved["offer"]["deviceId"] == shown(DEVICE)
    sealed = formats.call(
        "sealGrant",
        approved=approved,
        credential=_credential(),
        record=shown(RECORD),
    )
    grant = pairing.open_grant(compared, octets(sealed))
    assert grant.record == replace(RECORD, resumption=())
    credential = DeviceCredential.decode(grant.credential)
    verify(credential, LEAF_KEY, {as_key_id(AS_KEY.public): AS_KEY.public}, NOW)
    assert compared.account == ACCOUNT


@repeatable
@given(st.integers(0, 10_000))
def test_every_step_is_the_same_in_both(formats: JsPeer, seed: int) -> None:
    new = _invited(seed)
    theirs = formats.call(
        "invite",
        deviceId=DEVICE,
        signatureKey=LEAF_KEY,
        suite=1,
        random=seeded_rng(seed)(200),
    )
    assert theirs == {"device": shown(new), "text": new.invitation.text()}
    old = _answered(new, seed)
    assert shown(old) == formats.call(
        "answer",
        invitation=new.invitation.text(),
        offer=new.message,
        account=shown(ACCOUNT),
        random=seeded_rng(seed)(32),
    )
    compared = _both(
        formats,
        pairing.reveal,
        "reveal",
        new,
        old.message,
        device=shown(new),
        message=old.message,
    )
    told = _both(
        formats,
        pairing.compare,
        "compare",
        old,
        compared.message,
        device=shown(old),
        message=compared.message,
    )
    assert told.transcript == compared.transcript


def test_altered_messages_get_the_same_verdict(formats: JsPeer) -> None:
    """Every flipped bit and every cut, of each message on its way."""
    new = _invited()
    old = _answered(new)
    compared = pairing.reveal(new, old.message)
    for damaged in [*bit_flips(new.message), *truncations(new.message)]:
        refused = _both(
            formats,
            lambda offer: pairing.answer(new.invitation, offer, ACCOUNT, bytes),
            "answer",
            damaged,
            invitation=new.invitation.text(),
            offer=damaged,
            account=shown(ACCOUNT),
            random=bytes(32),
        )
        assert refused == "pairing.altered"
        _both(formats, PairingOffer.decode, "readOffer", damaged, octets=damaged)
    for damaged in [*bit_flips(old.message), *truncations(old.message)]:
        sides = {"device": shown(new), "message": damaged}
        found = _both(formats, pairing.reveal, "reveal", new, damaged, **sides)
        assert isinstance(found, str) or found.code != compared.code
        _both(formats, PairingAnswer.decode, "readAnswer", damaged, octets=damaged)
    message = compared.message
    for damaged in [*bit_flips(message), *truncations(message), message + b"\0"]:
        sides = {"device": shown(old), "message": damaged}
        found = _both(formats, pairing.compare, "compare", old, damaged, **sides)
        assert found in ("pairing.altered", "pairing.malformed")


def test_altered_grants_get_the_same_verdict(formats: JsPeer) -> None:
    new = _invited()
    old = _answered(new)
    compared = pairing.reveal(new, old.message)
    approved = pairing.approve(pairing.compare(old, compared.message), compared.code)
    sealed = pairing.seal_grant(approved, _credential(), RECORD, seeded_rng(5))
    damaged = [*list(bit_flips(sealed))[::7], *list(truncations(sealed))[::5]]
    damaged += [sealed + b"\0", b"", bytes(pairing.MAX_GRANT_BYTES + 1)]
    seen = set()
    for grant in damaged:
        fields = {"compared": shown(compared), "sealed": grant}
        seen.add(
            _both(formats, pairing.open_grant, "openGrant", compared, grant, **fields)
        )
    assert seen == {"pairing.altered", "pairing.malformed"}
    # Of another pairing, and of one whose invitation had another secret.
    for other in (
        _invited(2),
        replace(new, invitation=replace(new.invitation, secret=bytes(32))),
    ):
        elsewhere = pairing.reveal(other, old.message)
        fields = {"compared": shown(elsewhere), "sealed": sealed}
        refused = _both(
            formats, pairing.open_grant, "openGrant", elsewhere, sealed, **fields
        )
        assert refused == "pairing.altered"


def test_another_account_or_device_is_granted_by_neither(formats: JsPeer) -> None:
    new = _invited()
    old = _answered(new)
    compared = pairing.reveal(new, old.message)
    approved = pairing.approve(pairing.compare(old, compared.message), compared.code)
    theirs = AccountRecord(b"e" * 16, b"E" * 32)
    same_id = AccountRecord(RECORD.account_id, b"E" * 32)
    long = replace(RECORD, device_list=bytes(pairing.MAX_GRANT_BYTES))
    for credential, record in (
        (_credential(b"x" * 16), RECORD),
        (_credential(record=theirs), RECORD),
        (_credential(), theirs),
        (_credential(), same_id),
        (b"", RECORD),
        (b"\1", RECORD),
        (_credential(), long),
    ):
        refused = _both(
            formats,
            pairing.seal_grant,
            "sealGrant",
            approved,
            credential,
            record,
            seeded_rng(5),
            **{
                "approved": shown(approved) | {"isApproved": True},
                "credential": credential,
                "record": shown(record),
            },
        )
        assert refused == "mls.state.invalid_request"
    for record in (theirs, same_id):
        account = AccountIdentity(record.account_id, record.account_key.public)
        forced = replace(approved, account=account)
        credential = _credential(record=record)
        sealed = pairing.seal_grant(forced, credential, record, seeded_rng(5))
        fields = {"compared": shown(compared), "sealed": sealed}
        refused = _both(
            formats, pairing.open_grant, "openGrant", compared, sealed, **fields
        )
        assert refused == "pairing.refused"


@pytest.mark.parametrize("public", [bytes(32), b"short"])
def test_a_key_that_takes_no_message_is_a_declared_error(
    formats: JsPeer, public: bytes
) -> None:
    new = _invited()
    old = _answered(new)
    compared = pairing.reveal(new, old.message)
    approved = pairing.approve(pairing.compare(old, compared.message), compared.code)
    weak = replace(approved, offer=replace(approved.offer, hpke_public=public))
    refused = verdict(
        formats.call,
        "sealGrant",
        approved=shown(weak) | {"isApproved": True},
        credential=_credential(),
        record=shown(RECORD),
    )
    assert refused == "pairing.malformed"


@pytest.mark.parametrize(
    "typed",
    ["{}", "{0[0]} {0}", "", "12345", "１２３４５６", " {}\n", "-{}-", "\u2003{}"],
)
def test_typed_codes_are_judged_alike(formats: JsPeer, typed: str) -> None:
    new = _invited()
    compared = pairing.reveal(new, _answered(new).message)
    told = pairing.compare(_answered(new), compared.message)
    text = typed.format(compared.code)
    fields = {"compared": shown(told), "typed": text}
    _both(formats, pairing.approve, "approve", told, text, **fields)


def test_invitations_are_read_alike(formats: JsPeer) -> None:
    text = _invited().invitation.text()
    for typed in (
        text,
        f" {text[:50]}\n{text[50:]}\t",
        f"{text[:50]}\x1f\u2003{text[50:]}",
        f"\ufeff{text}",
        "",
        text.upper(),
        text.replace(":1:", ":2:"),
        text[:-1],
        text[:-2],
        text + "A",
        text + "AA",
        text[:-1] + "=",
        text[:-1] + "ß",
        text[:30] + "!" + text[30:],
        text[:30] + "+" + text[31:],
        "https://example.org/" + text,
    ):
        _both(formats, Invitation.parse, "parseInvitation", typed, text=typed)


def test_requests_that_make_no_invitation_are_refused(formats: JsPeer) -> None:
    for device, key in ((b"short", LEAF_KEY), (DEVICE, b"short")):
        fields = {"deviceId": device, "signatureKey": key, "suite": 1}
        refused = verdict(formats.call, "invite", random=bytes(200), **fields)
        assert refused == "mls.state.invalid_request"
