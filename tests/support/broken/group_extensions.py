"""Rules about the extensions of a group, broken by who sets them (§5.3.1, §11.1, §13)."""

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
from support.broken.rule import Beginning, Given, Message, Patch, Plan, Rule, Scene, Table
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
        return [Plan((proposal,)), Message(message)]

    return Rule(error, make)


SET: Table = {
    section: _proposed(error, GroupContextExtensions((extension,)))
    for section, (extension, error) in _EXTENSIONS.items()
}
REINIT: Table = {
    section: _proposed(error, ReInit(b"next", SUITE, (extension,)))
    for section, (extension, error) in _EXTENSIONS.items()
}


BEGINNINGS: Table = {
    section: Rule(
        InvalidLeafNode, lambda s, patch, begun=extension: [Beginning((begun,))]
    )
    for section, extension in {
        "13.4 extension": Extension(0xF123, b""),
        "11.1 required extension": required(extension_types=(0xF123,)),
        "11.1 required proposal": required(proposal_types=(0xF123,)),
        "11.1 required credential": required(credential_types=(CredentialType.X509,)),
    }.items()
}
