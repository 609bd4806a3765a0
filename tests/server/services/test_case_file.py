"""A case file proves what it carries, on both engines."""

from __future__ import annotations

import json
from functools import partial

from sqlalchemy import select

from mentalverse_crypto.public import (
    CipherSuite,
    LogEntry,
    SignedHead,
    proven_account_keys,
    verify_head,
)
from mentalverse_server.case_file import CaseFile, build_case, close
from mentalverse_server.safety import SafetyKey
from mentalverse_server.services.report_keys import log_safety_key
from mentalverse_server.services.reports import Reports
from mentalverse_server.services.transparency import TransparencyLog
from mentalverse_server.store.tables_hooks import outbox
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


async def test_endpoints_hear_that_a_report_came_and_was_closed_and_not_of_what(
    any_hub: Hub,
) -> None:
    """Each once, however often it is sent or closed; the category is sealed."""
    hub = any_hub
    ana = await hub.add_device("ana")
    talk = await hub.open(ana)
    row = await hub.send(ana, hub.message(talk, b"hello"))
    request = ReportSend(hub.id(), talk.id, (row.seq,), b"sealed")
    service = Reports(hub.writer, has_safety_team=True)
    for _ in range(2):
        await service.send(ana.connection.principal, request)
    shut = partial(close, report=request.report, now=hub.clock.now())
    assert [hub.database.write(shut) for _ in range(2)] == [True, True]
    assert not hub.database.write(partial(shut, report=hub.id()))
    told = await hub.database.read(
        lambda x: x.execute(select(outbox).order_by(outbox.c.seq)).all()
    )
    assert [(each.type, each.tier, each.key) for each in told] == [
        ("safety.complaint_filed", 2, f"complaint:{request.report}"),
        ("safety.actioned", 2, f"complaint:{request.report}"),
    ]
    assert [json.loads(each.data) for each in told] == [
        {"category": "other", "state": "filed"},
        {"category": "other", "state": "actioned"},
    ]
