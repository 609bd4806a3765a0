"""A conversation whose messages somebody reports, with what proves them."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from mentalverse_crypto import content, declared, group
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    SignatureKeyPair,
    generate_signature_key_pair,
)
from mentalverse_crypto.credential import (
    DeviceCredential,
    DeviceKind,
    as_key_id,
    sign_by_account,
    sign_by_as,
)
from mentalverse_crypto.evidence import Verdict
from mentalverse_crypto.franking import Report, ReportedMessage, verify_report
from mentalverse_crypto.leaf import basic_credential
from mentalverse_crypto.proposals import Add
from support.deterministic import seeded_rng
from support.mls_group import NOW, SUITE, Client, commit

SERVICE = generate_signature_key_pair(seeded_rng(1))
AS_KEYS = {as_key_id(SERVICE.public): SERVICE.public}


@dataclass(frozen=True)
class Person:
    """An account with its one device."""

    account_id: bytes
    account_key: SignatureKeyPair
    client: Client


def vouched(
    account_id: bytes, account_key: SignatureKeyPair, signature_key: bytes
) -> DeviceCredential:
    request = sign_by_account(
        account_key,
        signature_key,
        kind=DeviceKind.MEMBER,
        account_id=account_id,
        device_id=b"d" + account_id[1:],
        now=NOW,
    )
    return sign_by_as(request, signature_key, SERVICE, NOW)


def person(name: str, suite: CipherSuite) -> Person:
    rng = seeded_rng(sum(name.encode()))
    account_id = name.encode().ljust(16, b"-")
    account_key, key = (generate_signature_key_pair(rng) for _ in range(2))
    identity = vouched(account_id, account_key, key.public).encode()
    client = Client(name, rng, suite, basic_credential(identity), key, [])
    return Person(account_id, account_key, client)


@dataclass(frozen=True)
class Conversation:
    """What Eve, who reports, read of Ada and Ben and wrote herself."""

    people: dict[str, Person]
    said: list[tuple[str, ReportedMessage]]

    @property
    def messages(self) -> tuple[ReportedMessage, ...]:
        return tuple(shown for _, shown in self.said)

    def account_keys(self, account_id: bytes) -> list[bytes]:
        return [
            each.account_key.public
            for each in self.people.values()
            if each.account_id == account_id
        ]

    def verify(self, *messages: ReportedMessage) -> tuple[Verdict, ...]:
        return verify_report(
            Report(messages), as_keys=AS_KEYS, account_keys=self.account_keys
        )


def meet(first: Client, *others: Client) -> None:
    first.create()
    adds = [Add(each.key_package()) for each in others]
    commit(first, [], *adds, joiners=others)


@cache
def conversation(suite: CipherSuite = SUITE) -> Conversation:
    """Messages of three people over three epochs, with late ones among them."""
    people = {name: person(name, suite) for name in ("ada", "ben", "eve")}
    clients = {name: each.client for name, each in people.items()}
    ada, ben, eve = clients.values()
    meet(ada, ben, eve)
    said: list[tuple[str, ReportedMessage]] = []

    def write(name: str, text: str) -> tuple[str, bytes, bytes]:
        sender = clients[name]
        number = len(said) + len(waiting)
        plaintext = content.encode(
            content.Content(UUID(int=number), number, content.Text(text))
        )
        data = declared.encode(bytes([number]) * 16)
        done = group.protect_with_evidence(sender.state, plaintext, data, sender.rng)
        sender.group_state = done.state
        if name == "eve":
            said.append((name, ReportedMessage(plaintext, done.evidence)))
        return name, plaintext, done.message

    def deliver() -> None:
        for name, plaintext, message in waiting:
            if name == "eve":
                continue
            done = eve.process(message)
            proof = done.evidence()
            assert proof is not None
            said.append((name, ReportedMessage(plaintext, proof)))
        waiting.clear()

    waiting: list[tuple[str, bytes, bytes]] = []
    for committer in (ben, ada):
        waiting += [write(name, f"{name} in {ada.state.epoch}") for name in clients]
        deliver()
        waiting.append(write("ben", "late"))
        commit(committer, [each for each in clients.values() if each is not committer])
    waiting += [write(name, "at the end") for name in clients]
    deliver()
    return Conversation(people, said)


def replaced(shown: ReportedMessage, name: str, value: object) -> ReportedMessage:
    if name == "plaintext":
        return replace(shown, plaintext=value)  # type: ignore[arg-type]
    changes: dict[str, Any] = {name: value}
    return replace(shown, evidence=replace(shown.evidence, **changes))
