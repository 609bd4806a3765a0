"""A case file proves what it carries, on both engines."""

from __future__ import annotations

from functools import partial

from mentalverse_crypto.public import (
    CipherSuite,
    LogEntry,
    SignedHead,
    proven_account_keys,
    verify_head,
)
from mentalverse_server.case_file import CaseFile, build_case
from mentalverse_server.safety import SafetyKey
from mentalverse_server.services.report_keys import log_safety_key
from mentalverse_server.services.reports import Reports
from mentalverse_server.services.transparency import TransparencyLog
from mentalverse_signaling.recovery_api import ReportSend
from support.hub import Hub

SUITE = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519


async def test_every_entry_of_a_case_is_proven_under_its_head(any_hub: Hub) -> None:
    hub = any_hub
    await TransparencyLog(hub.database, hub.writer, hub.keyring).begin()
    for n in range(5):
        key = SafetyKey(SUITE, bytes([n]) * 1216)
        await log_safety_key(hub.writer, hub.keyring, key)
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    await hub.remove(ana, talk, ben)
    request = ReportSend(hub.id(), talk.id, (1,), b"sealed")
    service = Reports(hub.writer, has_safety_team=True)
    await service.send(ben.connection.principal, request)

    build = partial(build_case, keyring=hub.keyring, report=request.report)
    case = await hub.database.read(build)

    assert case is not None and CaseFile.decode(case.encode()) == case
    assert case.handles == {ana.account: "ana", ben.account: "ben"}
    assert (case.reporter, case.group) == (ben.account, talk.group)
    assert [row.seq for row in case.rows] == [1]
    head = SignedHead.decode(case.head)
    verify_head(head, case.log_pub)
    assert head.size >= 6 and case.entries
    proofs = [(LogEntry.decode(each.entry), each.proof) for each in case.entries]
    proven_account_keys(head, proofs)
    assert await hub.database.read(partial(build, report=hub.id())) is None
