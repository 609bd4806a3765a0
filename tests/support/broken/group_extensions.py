"""Rules about extensions of a group, broken by who sets them (§11.1, §12.1.7, §13)."""

from __future__ import annotations

from mentalverse_crypto.errors import (
    CredentialRejected,
    DecodeError,
    InvalidLeafNode,
    InvalidProposal,
    MlsError,
)
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.leaf import Credential, CredentialType
from mentalverse_crypto.proposals import GroupContextExtensions, Proposal, ReInit
from support.broken.outsiders import SERVER, external_senders
from support.broken.rule import (
    Beginning,
    Given,
    Message,
    Patch,
    Plan,
    Rule,
    Scene,
    Table,
)
from support.careless import careless, required
from support.mls_group import SUITE

_CERTIFIED = Credential(CredentialType.X509, certificates=(b"server",))
_EXTENSIONS: dict[str, tuple[Extension, type[MlsError]]] = {
    "5.3.1 an external key too short": (
        external_senders(bytes(31)),
        CredentialRejected,
    ),
    "5.3.1 an external sender with an X.509 credential": (
        external_senders(SERVER.public, credential=_CERTIFIED),
        CredentialRejected,
    ),
    "12.1.8.1 external senders cut short": (
        Extension(ExtensionType.EXTERNAL_SENDERS, b"\x05\x00"),
        DecodeError,
    ),
    "11.1 required capabilities cut short": (
        Extension(ExtensionType.REQUIRED_CAPABILITIES, b"\x02"),
        DecodeError,
    ),
    "12.1.7 a tree": (
        Extension(ExtensionType.RATCHET_TREE, b"\x00"),
        InvalidProposal,
    ),
}


def _proposed(error: type[MlsError], proposal: Proposal) -> Rule:
    def make(scene: Scene, patch: Patch) -> list[Given]:
        with careless(patch):
            message = scene.culprit.propose(proposal)
            committed = scene.culprit.stage(proposal, include_pending=False)
        return [Plan((proposal,)), Message(message), Message(committed.commit)]

    return Rule(error, make)


SET: Table = {
    section: _proposed(error, GroupContextExtensions((extension,)))
    for section, (extension, error) in _EXTENSIONS.items()
}
REINIT: Table = {
    section: _proposed(error, ReInit(b"next", SUITE, (extension,)))
    for section, (extension, error) in _EXTENSIONS.items()
}


def _begun(extension: Extension) -> Rule:
    return Rule(InvalidLeafNode, lambda scene, patch: [Beginning((extension,))])


BEGINNINGS: Table = {
    "13.4 extension": _begun(Extension(0xF123, b"")),
    "11.1 required extension": _begun(required(extension_types=(0xF123,))),
    "11.1 required proposal": _begun(required(proposal_types=(0xF123,))),
    "11.1 required credential": _begun(
        required(credential_types=(CredentialType.X509,))
    ),
}
