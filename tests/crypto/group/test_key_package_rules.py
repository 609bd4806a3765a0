"""Every rule about KeyPackages, broken once by who publishes one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import (
    CredentialRejected,
    InvalidKeyPackage,
    InvalidLeafNode,
    InvalidRequest,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.extensions import Extension
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import (
    Capabilities,
    Credential,
    CredentialType,
    LeafNodeSource,
    Lifetime,
)
from mentalverse_crypto.proposals import Add
from support.careless import capabilities, careless, package_with, resigned
from support.deterministic import seeded_rng
from support.mls_group import NOW, Client, client, commit

RNG = seeded_rng(65)
OTHER_SUITE = CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519


def _lifetime(begin_days: float, end_days: float) -> dict[str, Any]:
    day = timedelta(days=1)
    begin, end = (NOW + days * day for days in (begin_days, end_days))
    return {"lifetime": Lifetime(int(begin.timestamp()), int(end.timestamp()))}


Packages = Callable[[Client], KeyPackage]
PACKAGES: dict[str, tuple[Packages, type[MlsError]]] = {
    "10.1 another suite": (
        lambda n: package_with(n, package={"cipher_suite": OTHER_SUITE}),
        InvalidKeyPackage,
    ),
    "10.1 an init key that is the leaf's": (
        lambda n: package_with(
            n,
            leaf={"encryption_key": n.signature_key.public},
            package={"init_key": n.signature_key.public},
        ),
        InvalidKeyPackage,
    ),
    "5.1.1 an init key of small order": (
        lambda n: package_with(n, package={"init_key": bytes(32)}),
        InvalidKeyPackage,
    ),
    "5.1.1 an init key too short": (
        lambda n: package_with(n, package={"init_key": bytes(31)}),
        InvalidKeyPackage,
    ),
    "10.1 a broken signature": (
        lambda n: replace(n.key_package(), signature=bytes(64)),
        SignatureError,
    ),
    "7.3 a broken leaf signature": (
        lambda n: resigned(n, _with_broken_leaf(n.key_package())),
        SignatureError,
    ),
    "7.3 a leaf made for an update": (
        lambda n: package_with(n, leaf={"leaf_node_source": LeafNodeSource.UPDATE}),
        InvalidLeafNode,
    ),
    "7.3 a leaf made for a commit": (
        lambda n: package_with(n, leaf={"leaf_node_source": LeafNodeSource.COMMIT}),
        InvalidLeafNode,
    ),
    "7.3 a lifetime that ended": (
        lambda n: package_with(n, leaf=_lifetime(-20, -1)),
        InvalidLeafNode,
    ),
    "7.3 a lifetime not begun": (
        lambda n: package_with(n, leaf=_lifetime(1, 20)),
        InvalidLeafNode,
    ),
    "7.2 a lifetime too long": (
        lambda n: package_with(n, leaf=_lifetime(-1, 31)),
        InvalidLeafNode,
    ),
    "7.3 an unknown protocol version": (
        lambda n: package_with(n, leaf=capabilities(versions=(2,))),
        InvalidLeafNode,
    ),
    "7.3 no support for the suite": (
        lambda n: package_with(n, leaf=capabilities(cipher_suites=(3,))),
        InvalidLeafNode,
    ),
    "7.2 no support for its own credential": (
        lambda n: package_with(n, leaf=capabilities(credentials=(2,))),
        InvalidLeafNode,
    ),
    "7.3 an extension of its own it does not support": (
        lambda n: package_with(n, leaf={"extensions": (Extension(0xF123, b""),)}),
        InvalidLeafNode,
    ),
    "5.1.1 an encryption key of small order": (
        lambda n: package_with(n, leaf={"encryption_key": bytes(32)}),
        InvalidLeafNode,
    ),
    "5.3.1 an X.509 credential": (
        lambda n: package_with(
            n,
            leaf={
                "credential": Credential(CredentialType.X509, certificates=(b"c",)),
                **capabilities(credentials=(1, 2)),
            },
        ),
        CredentialRejected,
    ),
}


def _with_broken_leaf(package: KeyPackage) -> KeyPackage:
    return replace(package, leaf_node=replace(package.leaf_node, signature=bytes(64)))


@pytest.mark.parametrize("broken", PACKAGES)
def test_a_key_package_is_refused_for(
    broken: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    make, error = PACKAGES[broken]
    add = Add(make(client("newcomer", RNG)))
    with pytest.raises(error):
        a.stage(add)
    with pytest.raises(error):
        a.propose(add)
    with careless(monkeypatch):
        message = a.propose(add)
    with pytest.raises(error):
        b.process(message)


def test_a_grease_value_in_capabilities_is_ignored(members: list[Client]) -> None:
    grease = 0x0A0A
    newcomer = client("newcomer", RNG)
    package = newcomer.key_package(
        capabilities=Capabilities(
            versions=(1, grease),
            cipher_suites=(grease, *CipherSuite),
            extensions=(*Capabilities().extensions, grease),
            proposals=(grease,),
            credentials=(grease, 1),
        ),
        leaf_extensions=(Extension(grease, b"\x01\x02"),),
    )
    commit(members[0], members[1:], Add(package), joiners=[newcomer])


@pytest.mark.parametrize(
    "options",
    [{"last_resort": True}, {"leaf_extensions": (Extension(0xF123, b""),)}],
    ids=["10.0 the mark of a last resort", "7.2 an extension of its leaf"],
)
def test_nobody_publishes_what_its_capabilities_do_not_list(
    options: dict[str, Any],
) -> None:
    with pytest.raises(InvalidRequest):
        client("newcomer", RNG).key_package(
            capabilities=Capabilities(extensions=()), **options
        )


def test_an_unknown_extension_of_a_key_package_is_ignored(
    members: list[Client],
) -> None:
    newcomer = client("newcomer", RNG)
    package = package_with(
        newcomer, package={"extensions": (Extension(0x0A0A, b"\x01\x02"),)}
    )
    members[1].process(members[0].propose(Add(package)))


def test_a_rejected_credential_keeps_its_device_out(members: list[Client]) -> None:
    a = members[0]

    def refuse(credential: Credential, signature_key: bytes) -> None:
        raise CredentialRejected("not known")

    add = Add(client("newcomer", RNG).key_package())
    with pytest.raises(CredentialRejected):
        group.stage_commit(a.state, [add], validate_credential=refuse, now=NOW, rng=RNG)
    with pytest.raises(CredentialRejected):
        group.process(members[1].state, a.propose(add), refuse, NOW)
