"""Adding a device: the account goes to the device a person confirmed, to no other."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto import hpke, pairing_messages
from mentalverse_crypto.account_record import (
    AccountRecord,
    ContactPin,
    ResumptionSecret,
)
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    Rng,
    generate_signature_key_pair,
)
from mentalverse_crypto.credential import (
    DeviceCredential,
    DeviceKind,
    as_key_id,
    sign_by_account,
    sign_by_as,
    verify,
)
from mentalverse_crypto.errors import InvalidRequest
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_crypto.pairing import (
    DEFAULT_SUITE,
    MAX_GRANT_BYTES,
    Approved,
    NewDevice,
    NewDeviceCompared,
    OldDevice,
    OldDeviceCompared,
    answer,
    approve,
    compare,
    invite,
    open_grant,
    reveal,
    seal_grant,
)
from mentalverse_crypto.pairing_messages import (
    Invitation,
    PairingAnswer,
    PairingGrant,
    PairingOffer,
    PairingReveal,
)
from mentalverse_crypto.storage_errors import (
    PairingAltered,
    PairingCodeDiffers,
    PairingError,
    PairingMalformed,
    PairingRefused,
)
from support.deterministic import seeded_rng
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
LEAF_KEY = generate_signature_key_pair(seeded_rng(2))

repeatable = settings(database=None, deadline=None, derandomize=True)


def credential_for(
    approved: Approved, record: AccountRecord = RECORD, device: bytes | None = None
) -> bytes:
    request = sign_by_account(
        record.account_key,
        approved.offer.signature_key,
        kind=DeviceKind.MEMBER,
        account_id=record.account_id,
        device_id=device or approved.offer.device_id,
        now=NOW,
    )
    return sign_by_as(request, approved.offer.signature_key, AS_KEY, NOW).encode()


@dataclass
class Pairing:
    """An honest pairing, stopped anywhere by who looks at it."""

    rng: Rng
    suite: CipherSuite = DEFAULT_SUITE

    def invited(self) -> NewDevice:
        return invite(DEVICE, LEAF_KEY.public, self.rng, self.suite)

    def answered(self, new: NewDevice) -> OldDevice:
        scanned = Invitation.parse(new.invitation.text())
        return answer(scanned, new.message, ACCOUNT, self.rng)

    def compared(self) -> tuple[NewDeviceCompared, OldDeviceCompared]:
        new = self.invited()
        old = self.answered(new)
        shown = reveal(new, old.message)
        return shown, compare(old, shown.message)

    def sealed(self) -> tuple[NewDeviceCompared, bytes]:
        new, old = self.compared()
        approved = approve(old, new.code)
        grant = seal_grant(approved, credential_for(approved), RECORD, self.rng)
        return new, grant


@repeatable
@given(st.integers(0, 10_000))
def test_the_new_device_gets_the_account(seed: int) -> None:
    new, sealed = Pairing(seeded_rng(seed)).sealed()
    assert new.account == ACCOUNT
    grant = open_grant(new, sealed)
    assert grant.record == replace(RECORD, resumption=())
    credential = DeviceCredential.decode(grant.credential)
    verify(credential, LEAF_KEY.public, {as_key_id(AS_KEY.public): AS_KEY.public}, NOW)
    assert credential.device_id == DEVICE


@pytest.mark.parametrize("suite", CipherSuite)
def test_every_suite_seals_a_grant(suite: CipherSuite) -> None:
    new, sealed = Pairing(seeded_rng(1), suite).sealed()
    assert new.offer.suite is suite
    assert open_grant(new, sealed).record.account_id == RECORD.account_id


@pytest.mark.parametrize("suite", CipherSuite)
def test_an_invitation_fits_a_small_qr_code(suite: CipherSuite) -> None:
    text = Pairing(seeded_rng(1), suite).invited().invitation.text()
    assert text.startswith("mentalverse-device:1:")
    assert len(text.encode()) == 128


@repeatable
@given(st.integers(0, 10_000))
def test_an_invitation_is_read_as_it_was_shown(seed: int) -> None:
    invitation = Pairing(seeded_rng(seed)).invited().invitation
    text = invitation.text()
    assert Invitation.parse(text) == invitation
    assert Invitation.parse(f" {text[:50]}\n{text[50:]}\n") == invitation


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text.upper(),
        lambda text: text.replace(":1:", ":2:"),
        lambda text: text[:-1],
        lambda text: text[:-2],
        lambda text: text + "A",
        lambda text: text + "AA",
        lambda text: text[:-1] + "=",
        lambda text: text[:-1] + "ß",
        lambda text: text[:30] + "!" + text[30:],
        lambda text: "https://example.org/" + text,
    ],
)
def test_another_text_is_no_invitation(change: Callable[[str], str]) -> None:
    text = Pairing(seeded_rng(1)).invited().invitation.text()
    with pytest.raises(PairingMalformed):
        Invitation.parse(change(text))


def test_the_code_is_six_digits_and_another_every_time() -> None:
    codes = [Pairing(seeded_rng(seed)).compared()[0].code for seed in range(300)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(set(codes)) > 290


def test_the_code_may_be_typed_in_groups() -> None:
    new, old = Pairing(seeded_rng(1)).compared()
    code = new.code
    for typed in (code, f"{code[:3]} {code[3:]}", f" {code[:3]}-{code[3:]}\n"):
        assert approve(old, typed).offer.device_id == DEVICE


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "x", "１２３４５６", "\ud800"]
)
def test_another_code_ends_the_pairing(typed: str) -> None:
    new, old = Pairing(seeded_rng(1)).compared()
    other = f"{(int(new.code) + 1) % 1_000_000:06d}"
    for wrong in (typed, other):
        with pytest.raises(PairingCodeDiffers):
            approve(old, wrong)


def test_a_server_that_alters_the_offer_of_a_scanned_invitation_is_found_out() -> None:
    pairing = Pairing(seeded_rng(1))
    new = pairing.invited()
    for damaged in [*bit_flips(new.message), *truncations(new.message)]:
        with pytest.raises(PairingAltered):
            answer(new.invitation, damaged, ACCOUNT, pairing.rng)


def test_every_altered_answer_shows_in_the_code() -> None:
    pairing = Pairing(seeded_rng(1))
    new = pairing.invited()
    old = pairing.answered(new)
    true_code = reveal(new, old.message).code
    for damaged in bit_flips(old.message):
        try:
            shown = reveal(new, damaged)
        except PairingMalformed:
            continue
        assert shown.code != true_code
        with pytest.raises(PairingCodeDiffers):
            approve(compare(old, shown.message), shown.code)


def test_every_altered_nonce_is_found_out() -> None:
    pairing = Pairing(seeded_rng(1))
    new = pairing.invited()
    old = pairing.answered(new)
    shown = reveal(new, old.message)
    for damaged in [*bit_flips(shown.message), *truncations(shown.message)]:
        with pytest.raises((PairingAltered, PairingMalformed)):
            compare(old, damaged)


def test_every_altered_grant_is_refused() -> None:
    new, sealed = Pairing(seeded_rng(1)).sealed()
    for damaged in [*bit_flips(sealed), *truncations(sealed), sealed + b"\0"]:
        with pytest.raises((PairingAltered, PairingMalformed)):
            open_grant(new, damaged)


@pytest.mark.parametrize("seed", range(50))
def test_somebody_between_two_devices_is_told_by_the_codes(seed: int) -> None:
    # The invitation was copied through them: they know all, and alter everything.
    pairing, attacker_rng = Pairing(seeded_rng(seed)), seeded_rng(1_000 + seed)
    new = pairing.invited()
    false_new = invite(DEVICE, LEAF_KEY.public, attacker_rng)
    old = answer(false_new.invitation, false_new.message, ACCOUNT, pairing.rng)
    theirs = AccountIdentity(b"e" * 16, b"E" * 32)
    for account in (ACCOUNT, theirs):
        false_old = answer(new.invitation, new.message, account, attacker_rng)
        shown = reveal(new, false_old.message)
        compared = compare(old, reveal(false_new, old.message).message)
        with pytest.raises(PairingCodeDiffers):
            approve(compared, shown.code)


def test_nobody_can_search_for_a_code_that_matches() -> None:
    # Towards the new device: its nonce is not in what it has said when it takes the
    # answer. Towards the old one: the false nonce is fixed before the old one speaks.
    pairing = Pairing(seeded_rng(1))
    new = pairing.invited()
    assert new.nonce not in new.message
    assert new.nonce.hex() not in new.invitation.text()
    old = pairing.answered(new)
    for _ in range(100):
        with pytest.raises(PairingAltered):
            compare(old, PairingReveal(pairing.rng(32)).encode())


def attackers_grant(
    compared: NewDeviceCompared, account: AccountRecord, rng: Rng
) -> bytes:
    """What somebody who knows the whole transcript can seal to the new device."""
    approved = Approved(
        AccountIdentity(account.account_id, account.account_key.public),
        compared.offer,
        compared.transcript,
    )
    return seal_grant(approved, credential_for(approved, account), account, rng)


def test_nobody_grants_another_account_than_the_one_the_code_covers() -> None:
    new, _ = Pairing(seeded_rng(1)).compared()
    theirs = AccountRecord(b"e" * 16, b"E" * 32)
    same_id = AccountRecord(RECORD.account_id, b"E" * 32)
    for account in (theirs, same_id):
        with pytest.raises(PairingRefused):
            open_grant(new, attackers_grant(new, account, seeded_rng(9)))


def test_a_grant_of_another_pairing_is_refused() -> None:
    _, sealed = Pairing(seeded_rng(1)).sealed()
    other, _ = Pairing(seeded_rng(2)).compared()
    with pytest.raises(PairingAltered):
        open_grant(other, sealed)


def test_a_grant_needs_the_secret_of_the_invitation() -> None:
    pairing = Pairing(seeded_rng(1))
    new = pairing.invited()
    blind = replace(new.invitation, secret=bytes(32))
    old = answer(blind, new.message, ACCOUNT, pairing.rng)
    shown = reveal(new, old.message)
    compared = compare(old, shown.message)
    forced = Approved(ACCOUNT, compared.offer, compared.transcript)
    sealed = seal_grant(forced, credential_for(forced), RECORD, pairing.rng)
    with pytest.raises(PairingAltered):
        open_grant(shown, sealed)


def test_a_credential_of_another_device_account_or_form_is_not_granted() -> None:
    new, old = Pairing(seeded_rng(1)).compared()
    approved = approve(old, new.code)
    other = AccountRecord(b"e" * 16, b"E" * 32)
    for credential in (
        credential_for(approved, device=b"x" * 16),
        credential_for(approved, other),
        b"",
        b"\x01",
    ):
        with pytest.raises(InvalidRequest):
            seal_grant(approved, credential, RECORD, seeded_rng(3))
        grant = PairingGrant(credential, RECORD).encode()
        info = b"MentalVerse pairing grant v1" + new.transcript
        sealed = hpke.seal(
            new.offer.suite, new.offer.hpke_public, info, b"", grant, seeded_rng(4)
        )
        with pytest.raises(PairingRefused):
            open_grant(new, sealed.encode())
    with pytest.raises(InvalidRequest):
        seal_grant(approved, credential_for(approved), other, seeded_rng(3))


def test_a_grant_that_is_too_long_is_refused_on_both_sides() -> None:
    new, old = Pairing(seeded_rng(1)).compared()
    approved = approve(old, new.code)
    long = replace(RECORD, device_list=bytes(MAX_GRANT_BYTES))
    with pytest.raises(InvalidRequest):
        seal_grant(approved, credential_for(approved), long, seeded_rng(3))
    with pytest.raises(PairingMalformed):
        open_grant(new, bytes(MAX_GRANT_BYTES + 1))


def test_an_hpke_key_that_takes_no_message_is_a_declared_error() -> None:
    new, old = Pairing(seeded_rng(1)).compared()
    approved = approve(old, new.code)
    for public in (bytes(32), b"short"):
        weak = replace(approved, offer=replace(approved.offer, hpke_public=public))
        with pytest.raises(PairingMalformed):
            seal_grant(weak, credential_for(weak), RECORD, seeded_rng(3))


@repeatable
@given(st.binary(max_size=200))
def test_any_bytes_are_a_declared_error(data: bytes) -> None:
    pairing = Pairing(seeded_rng(1))
    new = pairing.invited()
    old = pairing.answered(new)
    shown = reveal(new, old.message)
    for take in (
        lambda: answer(new.invitation, data, ACCOUNT, pairing.rng),
        lambda: PairingOffer.decode(data),
        lambda: PairingAnswer.decode(data),
        lambda: compare(old, data),
        lambda: open_grant(shown, data),
        lambda: PairingGrant.decode(data),
    ):
        with pytest.raises(PairingError):
            take()


def test_the_messages_read_back_as_they_were_written() -> None:
    new, old = Pairing(seeded_rng(1)).compared()
    offer = new.offer
    for message in (
        offer,
        replace(offer, suite=CipherSuite(3)),
        PairingAnswer(ACCOUNT, b"n" * 32),
        PairingReveal(b"n" * 32),
        PairingGrant(b"credential", RECORD),
    ):
        assert type(message).decode(message.encode()) == message
    assert old.offer == offer


def test_requests_that_make_no_invitation_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        invite(b"short", LEAF_KEY.public, seeded_rng(1))
    with pytest.raises(InvalidRequest):
        invite(DEVICE, b"short", seeded_rng(1))


def test_the_code_of_a_transcript_is_fixed() -> None:
    assert pairing_messages.code(bytes(32)) == "135046"


def test_no_secret_is_in_a_repr() -> None:
    pairing = Pairing(seeded_rng(1))
    new = pairing.invited()
    old = pairing.answered(new)
    shown = reveal(new, old.message)
    compared = compare(old, shown.message)
    approved = approve(compared, shown.code)
    grant = PairingGrant(credential_for(approved), RECORD)
    for value in (new, old, shown, compared, approved, grant):
        text = repr(value)
        for secret in (
            new.nonce,
            new.invitation.secret,
            new.hpke_key.private,
            shown.transcript,
            RECORD.account_private,
        ):
            assert repr(secret)[2:-1] not in text
        assert "RRRR" not in text
