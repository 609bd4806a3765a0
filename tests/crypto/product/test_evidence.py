"""Evidence: what a sender signed is provable, and nothing else can be made of it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import pytest

from mentalverse_crypto import content, group, leaf
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.codec import decode
from mentalverse_crypto.errors import DecodeError, MlsError, ReportError
from mentalverse_crypto.evidence import Cause, Evidence, Unverifiable, Verified
from mentalverse_crypto.framing import FramedContent, WireFormat, member
from mentalverse_crypto.franking import Report, ReportedMessage, verify_report
from mentalverse_crypto.labels import sign_with_label
from mentalverse_crypto.leaf import LeafNode, basic_credential
from support.mls_group import SUITE
from support.reported_talk import (
    AS_KEYS,
    Conversation,
    Person,
    conversation,
    meet,
    person,
    replaced,
    vouched,
)

FORGERIES = 10_000


# --- honest reports ---


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_every_message_is_shown_to_be_its_sender_s(suite: CipherSuite) -> None:
    talk = conversation(suite)
    verdicts = talk.verify(*talk.messages)
    assert len(verdicts) >= 10
    for (name, shown), verdict in zip(talk.said, verdicts, strict=True):
        assert isinstance(verdict, Verified)
        who = talk.people[name]
        assert verdict.account_id == who.account_id
        assert verdict.device_id == b"d" + who.account_id[1:]
        assert verdict.account_public == who.account_key.public
        assert verdict.plaintext == shown.plaintext
        assert isinstance(verdict.content, content.Content)
        assert verdict.client_id == bytes([verdict.content.id.int]) * 16
        assert (verdict.group_id, verdict.epoch) == (b"group", shown.evidence.epoch)


def test_the_report_spans_epochs_and_renewed_leaves() -> None:
    proofs = [shown.evidence for shown in conversation().messages]
    assert len({proof.epoch for proof in proofs}) >= 3
    sources = {
        decode(LeafNode.read, proof.leaf_node).leaf_node_source for proof in proofs
    }
    assert leaf.LeafNodeSource.COMMIT in sources
    assert leaf.LeafNodeSource.KEY_PACKAGE in sources


def test_a_sender_and_its_receivers_keep_the_same_evidence() -> None:
    ada, ben = (person(name, SUITE).client for name in ("ada", "ben"))
    meet(ada, ben)
    done = group.protect_with_evidence(ada.state, b"text", b"data", ada.rng)
    assert ben.process(done.message).evidence() == done.evidence


def test_a_handshake_leaves_no_evidence() -> None:
    ada, ben = (person(name, SUITE).client for name in ("ada", "ben"))
    meet(ada, ben)
    assert ben.process(ada.stage().commit).evidence() is None


def test_a_plaintext_that_is_no_content_of_ours_is_still_its_sender_s() -> None:
    ada, ben = (person(name, SUITE) for name in ("ada", "ben"))
    meet(ada.client, ben.client)
    done = group.protect_with_evidence(
        ada.client.state, b"\xff not JSON", b"not declared", ada.client.rng
    )
    (verdict,) = verify_report(
        Report((ReportedMessage(b"\xff not JSON", done.evidence),)),
        as_keys=AS_KEYS,
        account_keys=lambda _: [ada.account_key.public],
    )
    assert isinstance(verdict, Verified)
    assert (verdict.content, verdict.client_id) == (None, None)


# --- forged and edited reports ---


def part_of(shown: ReportedMessage, name: str) -> Any:
    return shown.plaintext if name == "plaintext" else getattr(shown.evidence, name)


PARTS = ("plaintext", *(part.name for part in fields(Evidence)))


def edited(shown: ReportedMessage, draw: random.Random) -> ReportedMessage:
    """One part changed: a number moved, octets flipped, cut, doubled or emptied."""
    name = draw.choice(PARTS)
    value = part_of(shown, name)
    if isinstance(value, int):
        return replaced(shown, name, draw.choice((value ^ 1, value + 1, 2**32 - 1)))
    place = draw.randrange(len(value))
    flipped = bytearray(value)
    flipped[place] ^= 1 << draw.randrange(8)
    choices = (bytes(flipped), value[:place], value + value[place:] + b"\x00", b"")
    return replaced(shown, name, draw.choice(choices))


def mixed(
    shown: ReportedMessage, messages: Sequence[ReportedMessage], draw: random.Random
) -> ReportedMessage:
    """Parts of several messages put together."""
    for name in draw.sample(PARTS, draw.randrange(1, len(PARTS))):
        shown = replaced(shown, name, part_of(draw.choice(messages), name))
    return shown


def resigned(shown: ReportedMessage, eve: Person, text: bytes) -> ReportedMessage:
    """Words put into a mouth by a member who signs them with her own key."""
    proof = shown.evidence
    framed = FramedContent(
        b"group", proof.epoch, member(proof.leaf_index), proof.authenticated_data, text
    )
    signed = framed.to_be_signed(WireFormat.PRIVATE_MESSAGE, proof.group_context)
    signature = sign_with_label(eve.client.signature_key, b"FramedContentTBS", signed)
    return ReportedMessage(text, replace(proof, signature=signature))


def test_of_ten_thousand_forged_or_edited_messages_none_is_verified() -> None:
    talk, draw = conversation(), random.Random(4)
    honest = set(talk.messages)
    others = [shown for name, shown in talk.said if name != "eve"]
    makers: list[Callable[[], ReportedMessage]] = [
        lambda: edited(draw.choice(talk.messages), draw),
        lambda: mixed(draw.choice(talk.messages), talk.messages, draw),
        lambda: resigned(draw.choice(others), talk.people["eve"], draw.randbytes(20)),
    ]
    refused = 0
    while refused < FORGERIES:
        forged = makers[refused % 3]()
        if same_words(forged, honest):
            continue
        (verdict,) = talk.verify(forged)
        assert isinstance(verdict, Unverifiable), forged
        refused += 1


def same_words(shown: ReportedMessage, honest: set[ReportedMessage]) -> bool:
    """Whether a message says just what its sender signed.

    A leaf that a sender held in another epoch at the same place has the same key and
    credential: with it the same words are the same sender's.
    """
    proof = shown.evidence
    return any(
        replace(each, evidence=replace(each.evidence, leaf_node=proof.leaf_node))
        == shown
        and decode(LeafNode.read, each.evidence.leaf_node).signature_key
        == key_of(proof.leaf_node)
        for each in honest
    )


def key_of(leaf_node: bytes) -> bytes:
    try:
        return decode(LeafNode.read, leaf_node).signature_key
    except MlsError:
        return b""


def test_a_report_whose_octets_were_changed_shows_no_more_than_was_signed() -> None:
    talk, draw = conversation(), random.Random(5)
    honest = {shown.plaintext: shown for shown in talk.messages}
    encoded = Report(talk.messages[:2]).encode()
    for _ in range(2_000):
        damaged = bytearray(encoded)
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        try:
            report = Report.decode(bytes(damaged))
        except (DecodeError, ReportError):
            continue
        for shown, verdict in zip(
            report.messages, talk.verify(*report.messages), strict=True
        ):
            if isinstance(verdict, Verified):
                assert shown == honest[verdict.plaintext]


def cause(shown: ReportedMessage, talk: Conversation | None = None) -> Cause:
    (verdict,) = (talk or conversation()).verify(shown)
    assert isinstance(verdict, Unverifiable)
    return verdict.cause


def test_each_broken_step_is_named() -> None:
    talk = conversation()
    shown = talk.messages[0]
    assert cause(replaced(shown, "plaintext", b"never said")) is Cause.SIGNATURE
    assert cause(replaced(shown, "signature", bytes(64))) is Cause.SIGNATURE
    assert cause(replaced(shown, "authenticated_data", b"")) is Cause.SIGNATURE
    assert cause(replaced(shown, "leaf_node", b"")) is Cause.LEAF_NODE
    assert cause(replaced(shown, "group_context", b"")) is Cause.GROUP_CONTEXT
    assert cause(replaced(shown, "epoch", 77)) is Cause.GROUP_CONTEXT
    assert cause(replaced(shown, "leaf_index", 77)) is Cause.SIGNATURE


def with_leaf(shown: ReportedMessage, **changes: Any) -> ReportedMessage:
    """The message with a leaf that Eve signed with her own key."""
    eve = conversation().people["eve"].client.signature_key
    forged = replace(
        decode(LeafNode.read, shown.evidence.leaf_node),
        signature_key=eve.public,
        **changes,
    ).sign(eve, b"group", shown.evidence.leaf_index)
    return replaced(shown, "leaf_node", forged.encode())


def of_ada() -> ReportedMessage:
    return next(shown for name, shown in conversation().said if name == "ada")


def test_a_credential_moved_to_the_forger_s_leaf_is_refused() -> None:
    eve = conversation().people["eve"]
    forged = resigned(with_leaf(of_ada()), eve, b"never said")
    assert cause(forged) is Cause.CREDENTIAL


def test_an_account_key_that_the_log_does_not_show_is_refused() -> None:
    talk = conversation()
    ada, eve = talk.people["ada"], talk.people["eve"]
    invented = vouched(ada.account_id, eve.account_key, eve.client.signature_key.public)
    credential = basic_credential(invented.encode())
    forged = resigned(with_leaf(of_ada(), credential=credential), eve, b"never said")
    assert cause(forged) is Cause.ACCOUNT_KEY


def test_a_device_that_an_unknown_service_signed_is_refused() -> None:
    talk = conversation()
    (verdict,) = verify_report(
        Report(talk.messages[:1]), as_keys={}, account_keys=talk.account_keys
    )
    assert verdict == Unverifiable(Cause.CREDENTIAL)


def test_words_of_a_wire_format_that_travels_in_clear_are_refused() -> None:
    ada = conversation().people["ada"]
    shown = of_ada()
    proof = shown.evidence
    framed = FramedContent(
        b"group",
        proof.epoch,
        member(proof.leaf_index),
        proof.authenticated_data,
        shown.plaintext,
    )
    signed = framed.to_be_signed(WireFormat.PUBLIC_MESSAGE, proof.group_context)
    key = ada.client.signature_key
    signature = sign_with_label(key, b"FramedContentTBS", signed)
    assert cause(replaced(shown, "signature", signature)) is Cause.SIGNATURE


def test_one_unverifiable_message_leaves_the_others_as_they_are() -> None:
    talk = conversation()
    first, second, third = talk.messages[:3]
    verdicts = talk.verify(first, replaced(second, "plaintext", b"edited"), third)
    kinds = [type(verdict) for verdict in verdicts]
    assert kinds == [Verified, Unverifiable, Verified]
