"""Official vectors of joining and following a group."""

from datetime import UTC, datetime

from mentalverse_crypto import group, key_schedule, welcome
from mentalverse_crypto.ciphersuite import verify_mac
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.group_info import Welcome
from mentalverse_crypto.key_package import KeyPackage, KeyPackageSecrets
from mentalverse_crypto.leaf import Credential
from mentalverse_crypto.policy import UNRESTRICTED, unsafe_accept_any_credential
from mentalverse_crypto.psk import PskStore, psk_secret
from mentalverse_crypto.state import GroupState
from support.mls_vectors import FORMATS, Case, files, run_every_case

unhex = bytes.fromhex
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _any_client(credential: Credential) -> bytes:
    """The vectors say nothing about who is who."""
    return b""


def _own_package(case: Case) -> KeyPackageSecrets:
    package = decode_message(unhex(case["key_package"]))
    assert isinstance(package, KeyPackage)
    return KeyPackageSecrets(
        package,
        package.ref(),
        unhex(case["init_priv"]),
        unhex(case.get("encryption_priv", "")),
        unhex(case.get("signature_priv", "")),
    )


def _welcome(case: Case) -> None:
    message = decode_message(unhex(case["welcome"]))
    assert isinstance(message, Welcome)
    _, secrets = welcome.open_group_secrets(message, [_own_package(case)])
    assert secrets.psks == ()
    none = psk_secret([])
    joiner = secrets.joiner_secret
    welcome_secret = key_schedule.welcome_secret(joiner, none)
    info = welcome.open_group_info(message, welcome_secret)
    info.verify(unhex(case["signer_pub"]))
    context = info.group_context.encode()
    epoch = key_schedule.epoch_secrets(joiner, none, context)
    confirmed = info.group_context.confirmed_transcript_hash
    verify_mac(epoch.confirmation_key, confirmed, info.confirmation_tag)


def _join(case: Case, psks: PskStore) -> GroupState:
    tree = case["ratchet_tree"]
    return group.join_welcome(
        unhex(case["welcome"]),
        [_own_package(case)],
        unsafe_accept_any_credential,
        NOW,
        None if tree is None else unhex(tree),
        psks,
        client_of=_any_client,
        policy=UNRESTRICTED,
    ).state


def _passive_client(case: Case) -> None:
    psks = PskStore(
        {unhex(p["psk_id"]): unhex(p["psk"]) for p in case["external_psks"]}
    )
    state = _join(case, psks)
    authenticator = unhex(case["initial_epoch_authenticator"])
    assert group.epoch_authenticator(state) == authenticator
    for epoch in case["epochs"]:
        for message in (*epoch["proposals"], epoch["commit"]):
            state = group.process(
                state,
                unhex(message),
                unsafe_accept_any_credential,
                NOW,
                psks=psks,
                client_of=_any_client,
            ).state
        authenticator = unhex(epoch["epoch_authenticator"])
        assert group.epoch_authenticator(state) == authenticator


def test_welcome() -> None:
    run_every_case("welcome", _welcome)


def test_passive_client() -> None:
    run_every_case("passive-client-", _passive_client)


def test_no_vector_file_is_left_out() -> None:
    assert files()
    unread = [file.name for file in files() if not file.name.startswith(FORMATS)]
    assert unread == []
