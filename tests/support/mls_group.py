"""A small world of MLS clients that exchange bytes, for tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mentalverse_crypto import group, key_package
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    Rng,
    SignatureKeyPair,
    generate_signature_key_pair,
)
from mentalverse_crypto.group import Processed, StagedCommit
from mentalverse_crypto.key_package import KeyPackage, KeyPackageSecrets
from mentalverse_crypto.leaf import Credential, basic_credential, lifetime_from
from mentalverse_crypto.policy import Policy, unsafe_accept_any_credential
from mentalverse_crypto.proposals import Add, Proposal
from mentalverse_crypto.state import GroupState

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519


@dataclass
class Client:
    """One device: its identity, its waiting KeyPackages and its group state."""

    name: str
    rng: Rng
    suite: CipherSuite
    credential: Credential
    signature_key: SignatureKeyPair
    packages: list[KeyPackageSecrets]
    group_state: GroupState | None = None

    @property
    def state(self) -> GroupState:
        assert self.group_state is not None
        return self.group_state

    def key_package(self, **options: Any) -> KeyPackage:
        package, secrets = key_package.generate(
            self.suite,
            self.signature_key,
            self.credential,
            lifetime_from(NOW),
            self.rng,
            **options,
        )
        self.packages.append(secrets)
        return package

    def create(self, **options: Any) -> None:
        self.group_state = group.create(
            b"group",
            self.suite,
            self.signature_key,
            self.credential,
            lifetime_from(NOW),
            self.rng,
            **options,
        )

    def join(self, welcome: bytes, **options: Any) -> None:
        self.group_state = self.try_to_join(welcome, **options)

    def try_to_join(self, welcome: bytes, **options: Any) -> GroupState:
        """Where a Welcome leads to, without going there."""
        return group.join_welcome(
            welcome, self.packages, unsafe_accept_any_credential, NOW, **options
        ).state

    def stage(self, *proposals: Proposal, **options: Any) -> StagedCommit:
        return group.stage_commit(
            self.state,
            proposals,
            validate_credential=unsafe_accept_any_credential,
            now=NOW,
            rng=self.rng,
            **options,
        )

    def read(self, message: bytes, **options: Any) -> Processed:
        """What a message says, without keeping the state."""
        return group.process(
            self.state, message, unsafe_accept_any_credential, NOW, **options
        )

    def process(self, message: bytes, **options: Any) -> Processed:
        processed = self.read(message, **options)
        self.group_state = processed.state
        return processed

    def protect(self, plaintext: bytes, authenticated_data: bytes = b"") -> bytes:
        self.group_state, message = group.protect(
            self.state, plaintext, authenticated_data, self.rng
        )
        return message

    def propose(self, proposal: Proposal) -> bytes:
        self.group_state, message = group.propose(
            self.state,
            proposal,
            validate_credential=unsafe_accept_any_credential,
            now=NOW,
            rng=self.rng,
        )
        return message

    def propose_update(self) -> bytes:
        self.group_state, message = group.propose_update(self.state, rng=self.rng)
        return message


def client(name: str, rng: Rng, suite: CipherSuite = SUITE) -> Client:
    """A device with fresh keys."""
    return Client(
        name,
        rng,
        suite,
        basic_credential(name.encode()),
        generate_signature_key_pair(rng),
        [],
    )


def commit(
    committer: Client,
    others: Sequence[Client],
    *proposals: Proposal,
    joiners: Sequence[Client] = (),
    **options: Any,
) -> StagedCommit:
    """One accepted commit: the others process it, the joiners join."""
    staged = committer.stage(*proposals, **options)
    for other in others:
        other.process(staged.commit)
    committer.group_state = staged.state
    for joiner in joiners:
        assert staged.welcome is not None
        joiner.join(staged.welcome)
    return staged


def group_of(
    count: int,
    rng: Rng,
    suite: CipherSuite = SUITE,
    *,
    one_by_one: bool = False,
    policy: Policy | None = None,
    second: Callable[[str, Rng, CipherSuite], Client] = client,
) -> list[Client]:
    """A group whose member `i` sits at leaf `i`; `second` makes that at leaf 1."""
    makers = [second if i == 1 else client for i in range(count)]
    clients = [make(f"client {i}", rng, suite) for i, make in enumerate(makers)]
    first, rest = clients[0], clients[1:]
    first.create(policy=policy)
    batches = [[c] for c in rest] if one_by_one else [rest] if rest else []
    inside: list[Client] = []
    for batch in batches:
        adds = [Add(c.key_package()) for c in batch]
        staged = commit(first, inside, *adds)
        for joiner in batch:
            assert staged.welcome is not None
            joiner.join(staged.welcome, policy=policy)
        inside += batch
    assert_agreement(clients)
    return clients


def assert_agreement(clients: Sequence[Client]) -> None:
    """All states are at the same epoch with the same secrets."""
    assert len({c.state.epoch for c in clients}) == 1
    assert len({group.epoch_authenticator(c.state) for c in clients}) == 1
    assert len({c.state.tree for c in clients}) == 1
