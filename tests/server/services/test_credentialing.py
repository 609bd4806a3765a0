"""From an application to a credential that anybody can check, and back from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from mentalverse_crypto.public import generate_signing_key
from mentalverse_modules.credentials import days, vc
from mentalverse_modules.credentials.checks import Check
from mentalverse_modules.credentials.documents import shipped
from mentalverse_modules.credentials.errors import Revoked, Suspended
from mentalverse_modules.credentials.keys import did_key
from mentalverse_modules.credentials.levels import Minutes
from mentalverse_modules.credentials.status_list import Purpose, verify_list
from mentalverse_server.clock import to_millis
from mentalverse_server.hooks.catalogue.people import CaseCountBucket
from mentalverse_server.hooks.catalogue.people import CredentialReason as Reason
from mentalverse_server.hooks.catalogue.registry import EVENTS
from mentalverse_server.hooks.defaults.credentials import TYPES, IssuedCredentials
from mentalverse_server.hooks.defaults.roles import RoleCredentials
from mentalverse_server.hooks.ports import CircleOpen, Eligible, SessionStart, Verdict
from mentalverse_server.keyring import SigningKey
from mentalverse_server.services.credential_evidence import Given
from mentalverse_server.services.credential_keys import IssuerKeys, Seal
from mentalverse_server.services.erasure import erase
from mentalverse_server.services.status_lists import StatusLists
from mentalverse_server.store import credentials as store
from mentalverse_server.store import roles
from mentalverse_server.store.tables_credentials import credential_evidence
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.errors import (
    Conflict,
    Forbidden,
    NotFound,
    NotNow,
    RoleRequired,
    SignalingError,
)
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from support.credentials_kit import public_of
from support.hub import Hub

FEW = CaseCountBucket.FEW
HOLDER = did_key(public_of(b"h" * 32))
DAY, TODAY = date(2020, 1, 1), date(2026, 1, 1)


@dataclass
class House:
    """An installation with one applicant, two coordinators and a supervisor."""

    hub: Hub
    applicant: AccountId
    one: AccountId
    two: AccountId
    supervisor: AccountId

    def __post_init__(self) -> None:
        hub = self.hub
        parts = hub.credentials
        self.keys, self.service = parts.issuer.keys, parts.applying
        self.evidence = parts.evidence
        self.statuses, self.training = parts.statuses, parts.training
        licensed = RoleCredentials(hub.database, facilitators_are_licensed=False)
        self.answers = IssuedCredentials(hub.database, licensed, self.now_ms)

    def now_ms(self) -> int:
        return to_millis(self.hub.clock.now())

    async def submitted(self, code: str) -> str:
        """An application in review with every check made."""
        id_ = await self.service.begin(self.applicant, code)
        await self.service.submit(self.applicant, id_)
        for name in ("peer", "professional"):
            found = shipped(name).credential(code)
            for each in found.requirements if found else ():
                check = Check(
                    each.code, "register", "letter", self.one, TODAY, True, since=DAY
                )
                await self.service.check(id_, check)
        return id_

    async def issued(self, code: str) -> store.CredentialRow:
        """A credential that two people approved."""
        id_ = await self.submitted(code)
        await self.service.sign(self.one, id_, approve=True)
        assert await self.service.sign(self.two, id_, approve=True) == "approved"
        return await self.service.issue(self.applicant, id_, HOLDER)

    async def verified(self, row: store.CredentialRow) -> vc.Credential:
        """What a stranger makes of it, with the lists as they are published now."""
        now_s = self.now_ms() // 1000
        fresh = StatusLists(self.hub.database, self.hub.credentials.issuer, self.now_ms)
        lists = [
            verify_list(
                await fresh.token(row.status_list, each.value),
                self.keys.key_of,
                now_s,
            )
            for each in Purpose
        ]
        return vc.verify(row.token, self.keys.key_of, lists, now_s)

    async def told(self) -> list[str]:
        """The events that were told, each as the catalogue wants it."""
        query = select(outbox.c.type, outbox.c.data).order_by(outbox.c.seq)

        def script(connection: Any) -> list[tuple[str, str]]:
            return [(row.type, row.data) for row in connection.execute(query)]

        told = await self.hub.database.read(script)
        for name, data in told:
            msgspec.json.decode(data, type=EVENTS[name].data)
        return [name for name, _ in told]


async def _house(hub: Hub) -> House:
    people = [await hub.add_device(name) for name in ("ann", "ben", "cem", "dia")]
    ann, ben, cem, dia = (each.account for each in people)
    given = [(ben, Role.COORDINATOR), (cem, Role.COORDINATOR), (dia, Role.SUPERVISOR)]

    def script(transaction: Any) -> None:
        for account, role in given:
            roles.grant(transaction.connection, account, [role], transaction.now)

    await hub.writer.run(script, lane=WriterLane.OTHER)
    return House(hub, ann, ben, cem, dia)


@pytest.mark.capability("K01")
@pytest.mark.capability("K02")
@pytest.mark.capability("K16")
async def test_two_people_make_a_credential_that_a_stranger_can_check(
    any_hub: Hub,
) -> None:
    house = await _house(any_hub)
    row = await house.issued("professional")
    found = await house.verified(row)
    assert (found.subject, found.attested.code) == (HOLDER, "professional")
    assert found.issuer == "did:web:example.org"
    assert house.applicant not in row.token and row.id not in row.token
    again = await house.service.issue(house.applicant, row.id, HOLDER)
    assert again == row
    assert await house.told() == ["credential.requested", "credential.issued"]


async def _refused(what: Any, error: type[SignalingError]) -> None:
    with pytest.raises(error):
        await what


@pytest.mark.capability("K02")
async def test_nobody_signs_twice_or_alone_or_without_the_role(hub: Hub) -> None:
    house = await _house(hub)
    id_ = await house.submitted("professional")
    sign, applicant = house.service.sign, house.applicant
    await _refused(sign(applicant, id_, approve=True), RoleRequired)
    assert await sign(house.one, id_, approve=True) == "submitted"
    await _refused(sign(house.one, id_, approve=True), Conflict)
    await _refused(house.service.issue(applicant, id_, HOLDER), NotNow)
    own = await house.service.begin(house.one, "professional")
    await house.service.submit(house.one, own)
    await _refused(sign(house.one, own, approve=False, reason="mine"), Forbidden)
    await _refused(house.service.submit(house.two, id_), Forbidden)


@pytest.mark.capability("K08")
async def test_one_missing_check_stands_in_the_way(hub: Hub) -> None:
    house = await _house(hub)
    id_ = await house.service.begin(house.applicant, "professional")
    await house.service.submit(house.applicant, id_)
    with pytest.raises(SignalingError, match="licence"):
        await house.service.sign(house.one, id_, approve=True)


@pytest.mark.capability("K02")
async def test_documents_are_sealed_and_open_for_reviewers_alone(hub: Hub) -> None:
    house = await _house(hub)
    me, evidence = house.applicant, house.evidence
    scan = Given(blob="b" * 32, size=9, header=b"key of the scan")
    id_ = await house.service.begin(me, "professional")
    for _ in range(2):
        await evidence.attach(me, id_, "degree", scan)
    (kept,) = await hub.database.read(evidence.of, id_)
    assert (kept.requirement, kept.given) == ("degree", scan)
    await _refused(evidence.opened(house.one, id_, kept.id), NotNow)

    def script(connection: Any) -> bytes:
        return bytes(connection.execute(select(credential_evidence.c.sealed)).scalar())

    assert b"scan" not in await hub.database.read(script)
    await house.service.submit(me, id_)
    await _refused(evidence.attach(me, id_, "degree", scan), NotNow)
    assert await evidence.opened(house.one, id_, kept.id) == scan
    await _refused(evidence.opened(me, id_, kept.id), RoleRequired)
    await _refused(evidence.opened(house.one, id_, "0" * 32), NotFound)
    await house.service.withdraw(me, id_)
    assert await hub.database.read(evidence.of, id_) == []


def test_a_document_opens_nowhere_else(hub: Hub) -> None:
    seal = Seal(hub.keyring, hub.rng)
    with pytest.raises(ValueError, match="elsewhere"):
        seal.open(seal.close(b"one", "a/degree/1"), "b/degree/1")


@pytest.mark.capability("K09")
@pytest.mark.capability("K16")
async def test_what_is_taken_back_counts_for_the_next_session_at_once(
    any_hub: Hub,
) -> None:
    house = await _house(any_hub)
    row = await house.issued("professional")
    start = SessionStart(house.applicant, True, "standard")
    circle = CircleOpen(house.applicant)
    for question in (start, circle):
        assert (await _ask(house, question)).verdict is Verdict.ALLOW
    await house.statuses.suspend(house.one, row.id, Reason.CONDUCT)
    assert await _reason(house, start) == await _reason(house, circle) == "suspended"
    with pytest.raises(Suspended):
        await house.verified(row)
    await house.statuses.reinstate(house.one, row.id, Reason.REVIEW)
    assert (await house.verified(row)).subject == HOLDER
    assert (await _ask(house, start)).verdict is Verdict.ALLOW
    await house.statuses.revoke(house.two, row.id, Reason.LICENCE)
    assert await _reason(house, start) == "revoked"
    with pytest.raises(Revoked):
        await house.verified(row)
    await _refused(house.statuses.reinstate(house.one, row.id, Reason.OWN_WISH), NotNow)
    assert (await house.told())[2:] == [
        "credential.suspended",
        "credential.reinstated",
        "credential.revoked",
    ]


async def _ask(house: House, question: SessionStart | CircleOpen | Eligible) -> Any:
    if isinstance(question, SessionStart):
        return await house.answers.session_start(question)
    if isinstance(question, CircleOpen):
        return await house.answers.circle_open(question)
    return await house.answers.eligible(question)


async def _reason(house: House, question: SessionStart | CircleOpen | Eligible) -> str:
    answer = await _ask(house, question)
    assert answer.verdict is Verdict.DENY
    return str(answer.reason_code)


@pytest.mark.capability("K09")
async def test_nothing_new_begins_after_the_end_though_nobody_looked(hub: Hub) -> None:
    house = await _house(hub)
    row = await house.issued("professional")
    start = SessionStart(house.applicant, True, "standard")
    hub.clock.advance((row.until_ms - house.now_ms()) / 1000 - 1)
    assert (await _ask(house, start)).verdict is Verdict.ALLOW
    hub.clock.advance(1)
    assert await _reason(house, start) == "expired"


@pytest.mark.capability("K10")
async def test_a_specialty_ends_with_the_licence_that_it_rests_on(hub: Hub) -> None:
    house = await _house(hub)
    licence = await house.issued("professional")
    await house.issued("specialty_crisis")
    eligible = Eligible(house.applicant)
    assert (await _ask(house, eligible)).verdict is Verdict.ALLOW
    await house.statuses.suspend(house.one, licence.id, Reason.CONDUCT)
    assert await _reason(house, eligible) == "suspended"


@pytest.mark.capability("K14")
async def test_a_fortnight_without_supervision_ends_new_sessions(hub: Hub) -> None:
    house = await _house(hub)
    await house.issued("professional")
    start = SessionStart(house.applicant, True, "standard")
    await house.training.supervised(house.supervisor, house.applicant, 50, FEW)
    hub.clock.advance(14 * 86_400)
    assert (await _ask(house, start)).verdict is Verdict.ALLOW
    hub.clock.advance(1)
    assert await _reason(house, start) == "supervision_overdue"
    assert await house.statuses.tend() == 1
    assert await house.statuses.tend() == 0
    await house.training.supervised(house.supervisor, house.applicant, 50, FEW)
    assert (await _ask(house, start)).verdict is Verdict.ALLOW
    told = [each for each in await house.told() if each.startswith("supervision")]
    assert told == ["supervision.held", "supervision.overdue", "supervision.held"]


@pytest.mark.capability("K09")
async def test_the_notice_is_told_once_thirty_days_before_the_end(hub: Hub) -> None:
    house = await _house(hub)
    row = await house.issued("professional")
    left = (row.until_ms - house.now_ms()) / 1000
    hub.clock.advance(left - 30 * 86_400 - 1)
    assert await house.statuses.tend() == 0
    hub.clock.advance(1)
    assert [await house.statuses.tend(), await house.statuses.tend()] == [1, 0]
    assert (await house.told())[-1] == "credential.expiring"


@pytest.mark.capability("K09")
async def test_a_renewal_needs_what_has_to_go_on_and_is_told_as_one(hub: Hub) -> None:
    house = await _house(hub)
    first = await house.issued("professional")
    ongoing = {each.code for each in TYPES["professional"].ongoing}
    hub.clock.advance(340 * 86_400)
    id_ = await house.service.begin(house.applicant, "professional")
    view = await hub.credentials.reading.application(house.applicant, id_)
    assert {each.need for each in view.needs} == ongoing
    await house.service.submit(house.applicant, id_)
    with pytest.raises(SignalingError, match=sorted(ongoing)[0]):
        await house.service.sign(house.one, id_, approve=True)
    today = days.day_of(house.now_ms())
    for code in ongoing:
        check = Check(code, "register", "letter", house.one, today, True)
        await house.service.check(id_, check)
    for each in (house.one, house.two):
        await house.service.sign(each, id_, approve=True)
    again = await house.service.issue(house.applicant, id_, HOLDER)
    assert again.until_ms > first.until_ms
    assert (await house.told())[-1] == "credential.renewed"
    hub.clock.advance((first.until_ms - house.now_ms()) / 1000)
    start = SessionStart(house.applicant, True, "standard")
    assert (await _ask(house, start)).verdict is Verdict.ALLOW


@pytest.mark.capability("K16")
async def test_what_somebody_held_who_is_gone_is_revoked(any_hub: Hub) -> None:
    house = await _house(any_hub)
    row = await house.issued("professional")
    erased = partial(erase, account=house.applicant)
    await any_hub.writer.run(erased, lane=WriterLane.OTHER)
    with pytest.raises(Revoked):
        await house.verified(row)


@pytest.mark.capability("K03")
@pytest.mark.capability("K05")
async def test_twenty_hours_and_the_assessment_make_a_basic_level(any_hub: Hub) -> None:
    house = await _house(any_hub)
    training, account = house.training, house.applicant
    await training.minutes(account, Minutes("workshop", "foundation", 1199))
    await training.passed(house.one, account, "foundation")
    assert list(await training.reached(account)) == []
    id_ = await house.submitted("level_basic")
    with pytest.raises(SignalingError, match="level:basic"):
        await house.service.sign(house.one, id_, approve=True)
    for _ in range(2):
        await training.minutes(account, Minutes("call", "foundation", 1))
    await _refused(
        training.minutes(account, Minutes("call", "foundation", 60)), Conflict
    )
    assert list(await training.reached(account)) == ["basic"]
    assert await house.service.sign(house.one, id_, approve=True) == "submitted"
    assert (await house.told()).count("training.minutes_recorded") == 2


@pytest.mark.capability("K05")
async def test_nobody_passes_themselves(hub: Hub) -> None:
    house = await _house(hub)
    training = house.training
    await _refused(training.passed(house.one, house.one, "foundation"), Forbidden)
    await _refused(
        training.signed_off(house.one, house.applicant, "master"), RoleRequired
    )
    await _refused(
        training.supervised(house.supervisor, house.supervisor, 50, FEW), Forbidden
    )


async def test_whoever_was_issued_nothing_is_judged_by_roles(hub: Hub) -> None:
    house = await _house(hub)
    assert (await _ask(house, Eligible(house.one))).verdict is Verdict.ALLOW
    start = SessionStart(house.one, False, "standard")
    assert (await _ask(house, start)).verdict is Verdict.ALLOW
    assert await _reason(house, CircleOpen(house.one)) == "no_licence"


async def test_there_is_no_other_credential_and_no_other_list(hub: Hub) -> None:
    house = await _house(hub)
    await _refused(house.service.begin(house.applicant, "nobility"), NotFound)
    lists = hub.credentials.lists
    await _refused(lists.token(1, "revocation"), NotFound)
    await _refused(lists.token(0, "message"), NotFound)
    assert await lists.token(0, "revocation") == await lists.token(0, "revocation")
    first = await house.service.begin(house.applicant, "peer_mentor")
    assert await house.service.begin(house.applicant, "peer_mentor") == first


def test_the_names_of_old_keys_stay_published(hub: Hub) -> None:
    private, public = generate_signing_key(hub.rng)
    fresh = SigningKey(public, private)
    keyring = replace(hub.keyring, signing_keys=(fresh, *hub.keyring.signing_keys))
    for url in ("https://example.org", None):
        before, after = IssuerKeys(hub.keyring, url), IssuerKeys(keyring, url)
        assert after.current.key_id != before.current.key_id
        assert after.key_of(before.current.key_id) is not None
        assert after.key_of("did:key:zOther#zOther") is None
    assert IssuerKeys(keyring, None).current.did.startswith("did:key:")
