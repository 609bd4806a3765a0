"""A recording sealed in one language opens in the other, and consents say the same."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsError, JsPeer, octets

from mentalverse_crypto.ciphersuite import SignatureKeyPair, signature_key_pair
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_crypto.recording_file import (
    RecordingAbout,
    RecordingOpener,
    RecordingSealer,
)
from mentalverse_crypto.storage_errors import RecordingError
from mentalverse_signaling.ids import AccountId, CallId, ClientId
from mentalverse_signaling.recording_events import OnWithdraw, consent_octets
from mentalverse_signaling.recording_text import (
    PURPOSES,
    recording_text,
    recording_text_hash,
)
from support.deterministic import seeded_rng

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=15)

KIB = 1024
ABOUT = RecordingAbout(bytes(range(16)), b"\2" * 16, 1_790_000_000_123, "video/webm")
ADA, BEN = b"\1" * 16, b"\7" * 16
PEOPLE = {
    ADA: signature_key_pair(b"a" * 32),
    BEN: signature_key_pair(b"b" * 32),
}


def _sealed_here(recording: bytes, *receivers: bytes) -> bytes:
    named = [AccountIdentity(each, PEOPLE[each].public) for each in receivers]
    sealer = RecordingSealer(ABOUT, named, os.urandom)
    return sealer.push(recording) + sealer.finish()


def _sealed_there(
    formats: JsPeer, recording: bytes, *receivers: bytes, step: int = 10_000
) -> bytes:
    sealed = formats.call(
        "sealRecording",
        call=ABOUT.call,
        request=ABOUT.request,
        startedAtMs=str(ABOUT.started_at_ms),
        mediaType=ABOUT.media_type,
        receivers=[
            {"account": each, "accountPublic": PEOPLE[each].public}
            for each in receivers
        ],
        recording=recording,
        step=step,
    )
    return octets(sealed)


Opened = tuple[bytes, str | None]


def _opened_here(
    file: bytes, account: bytes, key: SignatureKeyPair, step: int
) -> Opened:
    """What Python gives of a file, and why it stops."""
    opener, recording = RecordingOpener(account, key), bytearray()
    try:
        for at in range(0, len(file), step):
            recording += opener.push(file[at : at + step])
        recording += opener.finish()
    except RecordingError as error:
        return bytes(recording), error.code
    assert opener.header is not None
    assert opener.header.about == ABOUT
    return bytes(recording), None


def _opened_there(
    formats: JsPeer, file: bytes, account: bytes, key: SignatureKeyPair, step: int
) -> Opened:
    said: dict[str, Any] = formats.call(
        "openRecording",
        file=file,
        account=account,
        accountPrivate=key.private,
        step=step,
    )
    if said["refused"] is None:
        assert octets(said["about"]["call"]) == ABOUT.call
        assert octets(said["about"]["request"]) == ABOUT.request
        assert said["about"]["startedAtMs"] == str(ABOUT.started_at_ms)
        assert said["about"]["mediaType"] == ABOUT.media_type
    return octets(said["recording"]), said["refused"]


def _agreed(
    formats: JsPeer,
    file: bytes,
    account: bytes = ADA,
    key: SignatureKeyPair = PEOPLE[ADA],
    step: int = 30_011,
) -> Opened:
    """What both say of a file."""
    opened = _opened_here(file, account, key, step)
    assert _opened_there(formats, file, account, key, step) == opened
    return opened


@pytest.mark.parametrize(
    "size", [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 300 * KIB]
)
def test_each_opens_what_the_other_sealed(formats: JsPeer, size: int) -> None:
    recording = seeded_rng(size)(size)
    for file in (
        _sealed_here(recording, BEN, ADA),
        _sealed_there(formats, recording, BEN, ADA),
    ):
        for account, key in PEOPLE.items():
            assert _agreed(formats, file, account, key) == (recording, None)


@repeatable
@given(st.integers(0, 200_000), st.integers(999, 90_000), st.integers(999, 90_000))
def test_how_it_is_handed_over_changes_nothing(
    formats: JsPeer, size: int, step: int, inward: int
) -> None:
    recording = seeded_rng(size)(size)
    file = _sealed_there(formats, recording, ADA, step=inward)
    assert _agreed(formats, file, step=step) == (recording, None)
    assert _agreed(formats, _sealed_here(recording, ADA), step=step) == (
        recording,
        None,
    )


def test_what_cannot_be_opened_gets_the_same_verdict(formats: JsPeer) -> None:
    """Not for this account, under another key, damaged, cut, and no recording."""
    file = _sealed_there(formats, os.urandom(150 * KIB), ADA)
    start = len(file) - 24 - 150 * KIB - 3 * 17
    seen = {
        _agreed(formats, file, BEN, PEOPLE[BEN])[1],
        _agreed(formats, file, ADA, PEOPLE[BEN])[1],
        _agreed(formats, b"GIF89a" + file)[1],
    }
    for place in (0, 7, 8, 12, 40, 55, 70, start - 1, start + 30, len(file) - 1):
        wrong = bytearray(file)
        wrong[place] ^= 0x40
        seen.add(_agreed(formats, bytes(wrong))[1])
    for length in (3, 11, start - 1, start, start + 24, start + 90 * KIB):
        assert _agreed(formats, file[:length])[1] == "recording.cut"
    for longer in (file + b"\0", file + bytes(70 * KIB)):
        seen.add(_agreed(formats, longer)[1])
    assert seen == {
        "recording.not_for_account",
        "recording.key_changed",
        "recording.malformed",
        "recording.damaged",
        "recording.cut",
    }


@pytest.mark.parametrize(
    "public",
    [bytes(32), b"\1" + bytes(31), b"\xff" * 32, b"\2" + bytes(31)],
    ids=bytes.hex,
)
def test_nothing_is_sealed_to_what_is_no_key(formats: JsPeer, public: bytes) -> None:
    with pytest.raises(MlsError) as ours:
        RecordingSealer(ABOUT, [AccountIdentity(ADA, public)], os.urandom)
    with pytest.raises(JsError) as theirs:
        formats.call(
            "sealRecording",
            call=ABOUT.call,
            request=ABOUT.request,
            startedAtMs="1",
            mediaType=ABOUT.media_type,
            receivers=[{"account": ADA, "accountPublic": public}],
            recording=b"",
            step=1,
        )
    assert ours.value.code == theirs.value.code == "mls.state.invalid_request"


@pytest.mark.parametrize("rule", OnWithdraw)
@pytest.mark.parametrize("purpose", [*PURPOSES, "own_words_of_a_house"])
def test_both_ask_in_the_same_words(
    formats: JsPeer, purpose: str, rule: OnWithdraw
) -> None:
    text, digest = formats.call("recordingText", purpose=purpose, onWithdraw=rule.value)
    assert text == recording_text(purpose, rule)
    assert digest == recording_text_hash(purpose, rule)


ids = st.binary(min_size=16, max_size=16).map(bytes.hex)


@repeatable
@given(ids, ids, st.lists(ids, min_size=1, max_size=8), st.sampled_from(OnWithdraw))
def test_devices_sign_the_same_octets(
    formats: JsPeer, call: str, request: str, accounts: list[str], rule: OnWithdraw
) -> None:
    digest = recording_text_hash("supervision", rule)
    theirs = formats.call(
        "consentOctets",
        call=call,
        request=request,
        textHash=digest,
        receivers=accounts,
        onWithdraw=rule.value,
    )
    receivers = tuple(map(AccountId, accounts))
    ours = consent_octets(CallId(call), ClientId(request), digest, receivers, rule)
    assert octets(theirs) == ours
