"""Our byte formats in a real browser, under the product's policy, against Python's.

Node runs the same code against every law (`tests/interop`). Here are the paths that
depend on the browser: WebCrypto's X25519 and AES, and that nothing needs to be
evaluated.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from load_tests.js_peer import encoded, octets
from playwright.async_api import Page

from mentalverse_crypto import pairing
from mentalverse_crypto.account_record import AccountRecord
from mentalverse_crypto.attachments import AttachmentDecryptor, AttachmentReference
from mentalverse_crypto.backup import open_, seal
from mentalverse_crypto.ciphersuite import CipherSuite, generate_signature_key_pair
from mentalverse_crypto.credential import DeviceKind, sign_by_account, sign_by_as
from mentalverse_crypto.evidence import Evidence
from mentalverse_crypto.franking import (
    Report,
    ReportedMessage,
    generate_report_key,
    open_report,
)
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_crypto.key_slots import new_slot, words_secret
from mentalverse_crypto.pairing_messages import Invitation
from mentalverse_crypto.words import to_entropy, to_words
from support.format_values import shown

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEVICE = b"n" * 16
LEAF = generate_signature_key_pair(os.urandom).public
RECORD = AccountRecord(b"a" * 16, b"canary-account-private-key-canar")
ACCOUNT = AccountIdentity(RECORD.account_id, RECORD.account_key.public)

suites = pytest.mark.parametrize("suite", CipherSuite, ids=lambda suite: hex(suite))


@dataclass(frozen=True)
class Formats:
    """The formats of a page."""

    page: Page

    async def call(self, verb: str, **fields: Any) -> Any:
        call = "([verb, fields]) => lab.formats[verb](fields)"
        return await self.page.evaluate(call, [verb, encoded(fields)])


@pytest.fixture
def page(lab: Page) -> Formats:
    return Formats(lab)


def _credential() -> bytes:
    request = sign_by_account(
        RECORD.account_key,
        LEAF,
        kind=DeviceKind.MEMBER,
        account_id=RECORD.account_id,
        device_id=DEVICE,
        now=NOW,
    )
    service = generate_signature_key_pair(os.urandom)
    return sign_by_as(request, LEAF, service, NOW).encode()


@pytest.mark.capability("C03")
@suites
async def test_a_browser_is_added_by_python(page: Formats, suite: CipherSuite) -> None:
    begun = await page.call(
        "invite",
        deviceId=DEVICE,
        signatureKey=LEAF,
        suite=int(suite),
        random=os.urandom(200),
    )
    offer = octets(begun["device"]["message"]["$octets"])
    invitation = Invitation.parse(begun["text"])
    old = pairing.answer(invitation, offer, ACCOUNT, os.urandom)
    compared = await page.call("reveal", device=begun["device"], message=old.message)
    told = pairing.compare(old, octets(compared["message"]["$octets"]))
    approved = pairing.approve(told, compared["code"])
    sealed = pairing.seal_grant(approved, _credential(), RECORD, os.urandom)
    grant = await page.call("openGrant", compared=compared, sealed=sealed)
    assert grant["record"] == shown(RECORD)


@pytest.mark.capability("C03")
@suites
async def test_python_is_added_by_a_browser(page: Formats, suite: CipherSuite) -> None:
    new = pairing.invite(DEVICE, LEAF, os.urandom, suite)
    old = await page.call(
        "answer",
        invitation=new.invitation.text(),
        offer=new.message,
        account=shown(ACCOUNT),
        random=os.urandom(32),
    )
    compared = pairing.reveal(new, octets(old["message"]["$octets"]))
    told = await page.call("compare", device=old, message=compared.message)
    approved = await page.call("approve", compared=told, typed=compared.code)
    sealed = await page.call(
        "sealGrant", approved=approved, credential=_credential(), record=shown(RECORD)
    )
    assert pairing.open_grant(compared, octets(sealed)).record == RECORD


@pytest.mark.capability("X09")
@suites
async def test_a_report_of_a_browser_is_opened(
    page: Formats, suite: CipherSuite
) -> None:
    key, report_id = generate_report_key(suite, os.urandom), os.urandom(16)
    proof = Evidence(1, 0, b"data", b"s" * 64, b"context", b"leaf")
    messages = (
        ReportedMessage(b"text", proof),
        ReportedMessage(b"edited often", proof, left_out=3),
    )
    report = Report(messages, "Please look at this.")
    sealed = await page.call(
        "sealReport",
        report=shown(report),
        suite=int(suite),
        public=key.public,
        reportId=report_id,
    )
    assert open_report(octets(sealed), key, report_id) == report


async def test_words_open_a_backup_of_the_other(page: Formats) -> None:
    """At the full cost of Argon2id, with the list of words that the page loads."""
    public, entropy = RECORD.account_key.public, os.urandom(32)
    ours = seal(RECORD, (new_slot(words_secret(entropy), os.urandom),), 1, os.urandom)
    typed = await page.call("entropyOf", typed=" ".join(to_words(entropy)))
    found = await page.call(
        "openBackup",
        envelope=ours,
        secret={"words": octets(typed["entropy"])},
        accountPublic=shown(public),
    )
    assert found["record"] == shown(RECORD)
    theirs = await page.call(
        "sealBackup",
        record=shown(RECORD),
        slots=[found["slot"]],
        counter=shown(2, "counter"),
        random=os.urandom(100),
    )
    written = " ".join(await page.call("wordsOf", entropy=entropy))
    secret = words_secret(to_entropy(written))
    assert open_(octets(theirs), secret, account_public=public).record == RECORD


@pytest.mark.capability("C02")
async def test_a_file_of_a_browser_is_opened(page: Formats) -> None:
    file = os.urandom(200_000)
    made = await page.call(
        "encryptFile",
        file=file,
        random=os.urandom(56),
        step=50_000,
        blob=bytes(16),
        mediaType="image/png",
        name="photo.png",
    )
    said = made["reference"]
    reference = AttachmentReference(
        bytes(16),
        octets(said["key"]),
        octets(said["sha256"]),
        said["size"],
        said["mediaType"],
        said["name"],
    )
    decryptor = AttachmentDecryptor(reference)
    assert decryptor.update(octets(made["sealed"])) == file
    decryptor.finish()
