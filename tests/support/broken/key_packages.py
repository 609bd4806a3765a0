"""Rules about KeyPackages, broken by who publishes one (§7.2, §7.3, §10.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

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
from support.broken.rule import (
    Given,
    Message,
    Patch,
    Plan,
    Publication,
    Rule,
    Scene,
    Suggestion,
    Table,
)
from support.careless import capabilities, careless, package_with, resigned
from support.mls_group import NOW, Client

OTHER_SUITE = CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519


def _lifetime(begin_days: float, end_days: float) -> dict[str, Any]:
    day = timedelta(days=1)
    begin, end = (NOW + days * day for days in (begin_days, end_days))
    return {"lifetime": Lifetime(int(begin.timestamp()), int(end.timestamp()))}


def _with_broken_leaf(package: KeyPackage) -> KeyPackage:
    return replace(package, leaf_node=replace(package.leaf_node, signature=bytes(64)))


def _added(error: type[MlsError], make_package: Callable[[Client], KeyPackage]) -> Rule:
    """The judge neither adds nor proposes it, and takes no proposal to add it."""

    def make(scene: Scene, patch: Patch) -> list[Given]:
        add = Add(make_package(scene.stranger))
        with careless(patch):
            message = scene.culprit.propose(add)
        return [Plan((add,)), Suggestion(add), Message(message)]

    return Rule(error, make)


def _leaf(error: type[MlsError], **changes: Any) -> Rule:
    return _added(error, lambda n: package_with(n, leaf=changes))


def _package(error: type[MlsError], **changes: Any) -> Rule:
    return _added(error, lambda n: package_with(n, package=changes))


PACKAGES: Table = {
    "10.1 another suite": _package(InvalidKeyPackage, cipher_suite=OTHER_SUITE),
    "10.1 an init key that is the leaf's": _added(
        InvalidKeyPackage,
        lambda n: package_with(
            n,
            leaf={"encryption_key": n.signature_key.public},
            package={"init_key": n.signature_key.public},
        ),
    ),
    "5.1.1 an init key of small order": _package(InvalidKeyPackage, init_key=bytes(32)),
    "5.1.1 an init key too short": _package(InvalidKeyPackage, init_key=bytes(31)),
    "10.1 a broken signature": _added(
        SignatureError, lambda n: replace(n.key_package(), signature=bytes(64))
    ),
    "7.3 a broken leaf signature": _added(
        SignatureError, lambda n: resigned(n, _with_broken_leaf(n.key_package()))
    ),
    "7.3 a leaf made for an update": _leaf(
        InvalidLeafNode, leaf_node_source=LeafNodeSource.UPDATE
    ),
    "7.3 a leaf made for a commit": _leaf(
        InvalidLeafNode, leaf_node_source=LeafNodeSource.COMMIT
    ),
    "7.3 a lifetime that ended": _leaf(InvalidLeafNode, **_lifetime(-20, -1)),
    "7.3 a lifetime not begun": _leaf(InvalidLeafNode, **_lifetime(1, 20)),
    "7.2 a lifetime too long": _leaf(InvalidLeafNode, **_lifetime(-1, 31)),
    "7.3 an unknown protocol version": _leaf(
        InvalidLeafNode, **capabilities(versions=(2,))
    ),
    "7.3 no support for the suite": _leaf(
        InvalidLeafNode, **capabilities(cipher_suites=(3,))
    ),
    "7.2 no support for its own credential": _leaf(
        InvalidLeafNode, **capabilities(credentials=(2,))
    ),
    "7.3 an extension of its own it does not support": _leaf(
        InvalidLeafNode, extensions=(Extension(0xF123, b""),)
    ),
    "5.1.1 an encryption key of small order": _leaf(
        InvalidLeafNode, encryption_key=bytes(32)
    ),
    "5.3.1 an X.509 credential": _leaf(
        CredentialRejected,
        credential=Credential(CredentialType.X509, certificates=(b"c",)),
        **capabilities(credentials=(1, 2)),
    ),
}


def _published(**options: Any) -> Rule:
    bare = Capabilities(extensions=())
    given = Publication({"capabilities": bare, **options})
    return Rule(InvalidRequest, lambda scene, patch: [given])


PUBLISHED: Table = {
    "10.0 the mark of a last resort": _published(last_resort=True),
    "7.2 an extension of its leaf": _published(
        leaf_extensions=(Extension(0xF123, b""),)
    ),
}
