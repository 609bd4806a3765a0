"""The parts together: two accounts, one group, and a server that sees headers only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from mentalverse_crypto import (
    content,
    declared,
    framing,
    group,
    key_package,
    leaf,
    receive,
)
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    Rng,
    SignatureKeyPair,
    generate_signature_key_pair,
)
from mentalverse_crypto.credential import (
    DeviceKind,
    client_of,
    sign_by_account,
    validator,
)
from mentalverse_crypto.declared import DeclaredChange
from mentalverse_crypto.errors import CredentialUnsigned
from mentalverse_crypto.identity import AccountIdentity, circle_code
from mentalverse_crypto.proposals import Add
from mentalverse_crypto.public import (
    ContentType,
    WireFormat,
    as_key_id,
    check_key_package,
    decode_declared,
    generate_signing_key,
    read_header,
    read_welcome,
    sign_device_credential,
)
from mentalverse_crypto.state import GroupState
from support.deterministic import seeded_rng

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SUITES = list(CipherSuite)
GROUP_ID, CLIENT_ID = b"g" * 16, b"c" * 16
AS_PRIVATE, AS_PUBLIC = generate_signing_key(seeded_rng(1))
AS_KEYS = {as_key_id(AS_PUBLIC): AS_PUBLIC}
VALIDATE = validator(AS_KEYS, NOW)


@dataclass(frozen=True)
class Device:
    """A device whose credential both its account and the service signed."""

    account_id: bytes
    device_id: bytes
    key: SignatureKeyPair
    credential: leaf.Credential

    @property
    def change(self) -> DeclaredChange:
        return DeclaredChange(self.account_id, self.device_id)


def device(rng: Rng) -> Device:
    account_id, device_id = rng(16), rng(16)
    account_key = generate_signature_key_pair(rng)
    key = generate_signature_key_pair(rng)
    request = sign_by_account(
        account_key,
        key.public,
        kind=DeviceKind.MEMBER,
        account_id=account_id,
        device_id=device_id,
        now=NOW,
    )
    identity = sign_device_credential(
        request.encode(),
        key.public,
        account=AccountIdentity(account_id, account_key.public),
        device_id=device_id,
        as_private=AS_PRIVATE,
        now=NOW,
    )
    return Device(account_id, device_id, key, leaf.basic_credential(identity))


@dataclass(frozen=True)
class Met:
    """Ada made a group, Ben was let in; what the server saw on the way."""

    ada: GroupState
    ben: GroupState
    commit: bytes
    welcome: bytes
    uploaded: bytes


def meet(suite: CipherSuite, rng: Rng) -> Met:
    ada, ben = device(rng), device(rng)
    lifetime = leaf.lifetime_from(NOW)
    package, secrets = key_package.generate(
        suite, ben.key, ben.credential, lifetime, rng
    )
    alone = group.create(GROUP_ID, suite, ada.key, ada.credential, lifetime, rng)
    staged = group.stage_commit(
        alone,
        [Add(package)],
        declared.encode(CLIENT_ID, adds=[ben.change]),
        validate_credential=VALIDATE,
        client_of=client_of,
        now=NOW,
        rng=rng,
    )
    assert staged.welcome is not None
    joined = group.join_welcome(
        staged.welcome, [secrets], VALIDATE, NOW, client_of=client_of
    )
    return Met(
        staged.state,
        joined.state,
        staged.commit,
        staged.welcome,
        framing.encode_message(package),
    )


@pytest.mark.parametrize("suite", SUITES)
def test_two_people_read_each_other_and_see_the_same_code(suite: CipherSuite) -> None:
    rng = seeded_rng(2)
    met = meet(suite, rng)
    said = content.Content(UUID(int=7), 1, content.Text("hello"))
    _, message = group.protect(
        met.ada, content.encode(said), declared.encode(CLIENT_ID), rng
    )
    heard = receive.process(met.ben, message, VALIDATE, NOW, client_of=client_of)
    assert heard.plaintext is not None
    assert content.decode(heard.plaintext) == said
    codes = {circle_code(group.epoch_authenticator(s)) for s in (met.ada, heard.state)}
    assert len(codes) == 1


@pytest.mark.parametrize("suite", SUITES)
def test_the_server_reads_what_was_declared_and_whom_a_welcome_is_for(
    suite: CipherSuite,
) -> None:
    met = meet(suite, seeded_rng(3))
    header = read_header(met.commit)
    assert (header.wire_format, header.content_type) == (
        WireFormat.PRIVATE_MESSAGE,
        ContentType.COMMIT,
    )
    assert (header.group_id, header.epoch) == (GROUP_ID, 0)
    (added,) = decode_declared(header.authenticated_data).adds
    info = check_key_package(
        met.uploaded,
        account_id=added.account_id,
        device_id=added.device_id,
        as_keys=AS_KEYS,
        now=NOW,
    )
    assert read_welcome(met.welcome).refs == (info.ref,)


def test_a_device_that_another_service_signed_is_not_let_in() -> None:
    rng = seeded_rng(4)
    _, other_public = generate_signing_key(rng)
    renamed = validator({as_key_id(AS_PUBLIC): other_public}, NOW)
    ada, ben = device(rng), device(rng)
    lifetime = leaf.lifetime_from(NOW)
    package, _ = key_package.generate(SUITES[0], ben.key, ben.credential, lifetime, rng)
    alone = group.create(GROUP_ID, SUITES[0], ada.key, ada.credential, lifetime, rng)
    with pytest.raises(CredentialUnsigned):
        group.stage_commit(
            alone,
            [Add(package)],
            validate_credential=renamed,
            client_of=client_of,
            now=NOW,
            rng=rng,
        )
