"""KeyPackages that are taken, and who is kept out by its credential."""

import pytest

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import (
    CredentialRejected,
)
from mentalverse_crypto.extensions import Extension
from mentalverse_crypto.leaf import (
    Capabilities,
    Credential,
)
from mentalverse_crypto.proposals import Add
from support.careless import package_with
from support.deterministic import seeded_rng
from support.mls_group import NOW, Client, client, commit

RNG = seeded_rng(65)


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
