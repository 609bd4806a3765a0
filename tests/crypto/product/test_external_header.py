"""What a server reads of an external commit is what the joiner put in."""

from __future__ import annotations

import contextlib

import pytest

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.credential import DeviceKind, sign_by_account
from mentalverse_crypto.external import join_external
from mentalverse_crypto.leaf import basic_credential
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import Add
from mentalverse_crypto.psk import PskStore, ResumptionPsk, ResumptionPSKUsage
from mentalverse_crypto.public import (
    MlsError,
    SenderType,
    UnsupportedError,
    WireFormat,
    read_external_commit,
)
from support.deterministic import seeded_rng
from support.mls_group import NOW, Client, client, commit, group_of
from support.mutations import bit_flips, truncations

ACCOUNT_ID, DEVICE_ID = b"account-16-bytes", b"device-16-bytes!"
RNG = seeded_rng(20)


def device() -> Client:
    """A client with a device credential instead of a mere name."""
    made = client("device", RNG)
    request = sign_by_account(
        generate_signature_key_pair(RNG),
        made.signature_key.public,
        kind=DeviceKind.MEMBER,
        account_id=ACCOUNT_ID,
        device_id=DEVICE_ID,
        now=NOW,
    )
    made.credential = basic_credential(request.encode())
    return made


def rejoin(with_psk: bool) -> tuple[Client, bytes]:
    """A device, and its external commit in place of its leaf."""
    (founder,), joiner = group_of(1, RNG), device()
    commit(founder, [], Add(joiner.key_package()), joiners=[joiner])
    epoch, group_id = joiner.state.epoch, joiner.state.group_id
    usage = ResumptionPSKUsage.APPLICATION
    psk = ResumptionPsk(usage, group_id, epoch, bytes(32))
    held = PskStore(resumption={(group_id, epoch): joiner.state.resumption_psks[epoch]})
    made = join_external(
        group.group_info(founder.state),
        joiner.signature_key,
        joiner.credential,
        unsafe_accept_any_credential,
        NOW,
        RNG,
        replaces=joiner.state.own_leaf,
        psk_ids=[psk] if with_psk else [],
        psks=held,
        authenticated_data=b"data",
    )
    return joiner, made.commit


@pytest.mark.parametrize("with_psk", [True, False])
def test_an_external_commit_shows_who_joins_in_whose_place(with_psk: bool) -> None:
    joiner, message = rejoin(with_psk)
    header = read_external_commit(message)
    framing = header.framing
    assert (header.account_id, header.device_id) == (ACCOUNT_ID, DEVICE_ID)
    assert header.signature_key == joiner.signature_key.public
    assert (header.removes, header.knows_past) == (1, with_psk)
    assert (framing.group_id, framing.epoch) == (b"group", joiner.state.epoch)
    assert framing.authenticated_data == b"data"
    assert framing.wire_format is WireFormat.PUBLIC_MESSAGE
    assert framing.sender_type is SenderType.NEW_MEMBER_COMMIT


def test_a_commit_of_a_member_is_not_an_external_one() -> None:
    (founder,) = group_of(1, RNG)
    with pytest.raises(UnsupportedError):
        read_external_commit(founder.stage().commit)


def test_damaged_external_commits_raise_declared_errors_only() -> None:
    _, message = rejoin(with_psk=True)
    for damaged in truncations(message):
        with pytest.raises(MlsError):
            read_external_commit(damaged)
    for damaged in bit_flips(message):
        with contextlib.suppress(MlsError):
            read_external_commit(damaged)
