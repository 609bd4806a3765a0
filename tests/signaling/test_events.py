"""The registry is closed, typed, and told in full by the protocol document."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import mentalverse_signaling
from mentalverse_signaling import (
    account_events,
    attendance_events,
    block_events,
    board_events,
    call_events,
    call_notices,
    circle_events,
    claim_events,
    consent_events,
    credential_events,
    crisis_events,
    desk_events,
    device_events,
    envelope,
    events,
    feed_events,
    freeze_events,
    group_events,
    key_events,
    match_desk_events,
    match_events,
    override_events,
    policy_events,
    recording_events,
    referral_events,
    report_events,
    review_events,
    reward_events,
    roster_events,
    rota_events,
    route_events,
    session_events,
    supervisor_events,
    webhook_events,
)
from mentalverse_signaling.envelope import MAX_EVENT_NAME_CHARS, RESERVED_EVENTS
from mentalverse_signaling.errors import ERRORS_BY_CODE
from mentalverse_signaling.events import COMMANDS, NOTICES, Fact, Payload
from mentalverse_signaling.ids import ConversationId
from mentalverse_signaling.quota import RATES, Lane

REGISTERED = (
    events,
    account_events,
    attendance_events,
    block_events,
    board_events,
    call_events,
    call_notices,
    circle_events,
    claim_events,
    consent_events,
    credential_events,
    crisis_events,
    desk_events,
    device_events,
    feed_events,
    freeze_events,
    group_events,
    key_events,
    override_events,
    match_desk_events,
    match_events,
    policy_events,
    recording_events,
    referral_events,
    report_events,
    review_events,
    reward_events,
    roster_events,
    rota_events,
    route_events,
    session_events,
    supervisor_events,
    webhook_events,
)
"""Every module whose payloads are sent as events."""
NO_EVENTS = {
    call_events.CallCaps,
    crisis_events.CrisisOpen,
    feed_events.Jsep,
    match_events.MatchCodesTold,
    match_events.MatchCondition,
    match_events.MatchTerms,
    rota_events.ShiftPlan,
}
"""Payloads of these modules that are sent over HTTP, or as a part of another one."""
README = Path(mentalverse_signaling.__file__).parents[1] / "README.md"


def section(title: str) -> str:
    """The text under one heading of the protocol document."""
    _, _, rest = README.read_text(encoding="utf-8").partition(f"\n## {title}\n")
    assert rest, f"the protocol document has no section {title!r}"
    return rest.split("\n## ", 1)[0]


def rows(title: str) -> dict[str, list[str]]:
    """The table rows of a section whose first cell is a `name`, by that name."""
    found: dict[str, list[str]] = {}
    for line in section(title).splitlines():
        match = re.match(r"\| `([^`]+)` \|(.*)\|$", line)
        if match:
            assert match[1] not in found, f"{match[1]} is told twice"
            found[match[1]] = [cell.strip() for cell in match[2].split("|")]
    return found


def fields(shape: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(shape)}


def shape_named(name: str) -> type[msgspec.Struct]:
    found = {getattr(module, name) for module in REGISTERED if hasattr(module, name)}
    assert len(found) == 1, name
    return found.pop()  # type: ignore[no-any-return]


def told_fields(cell: str) -> set[str]:
    return {name.rstrip("?") for name in re.findall(r"`([a-z0-9_]+\??)`", cell)}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_payload_an_answer_and_a_lane(name: str) -> None:
    command = COMMANDS[name]
    assert command.name == name
    assert issubclass(command.payload, Payload)
    assert issubclass(command.answer, Fact)
    assert isinstance(command.lane, Lane)


@pytest.mark.parametrize("name", NOTICES)
def test_every_notice_has_a_payload(name: str) -> None:
    assert NOTICES[name].name == name
    assert issubclass(NOTICES[name].payload, Fact)


def test_a_name_goes_one_way_only_and_fits_the_frame() -> None:
    names = {*COMMANDS, *NOTICES}
    assert len(names) == len(COMMANDS) + len(NOTICES)
    assert not names & RESERVED_EVENTS
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in names)
    assert max(map(len, names)) <= MAX_EVENT_NAME_CHARS


def test_every_payload_type_belongs_to_one_command() -> None:
    declared = set(Payload.__subclasses__())
    registered = [command.payload for command in COMMANDS.values()]
    assert len(set(registered)) == len(registered)
    modules = {m.__name__ for m in REGISTERED}
    from_events = {shape for shape in declared if shape.__module__ in modules}
    assert from_events == set(registered) | NO_EVENTS


def test_bytes_stay_bytes_on_the_wire() -> None:
    sent = events.MessageSent(
        conversation=ConversationId("a" * 32),
        seq=1,
        at=2,
        payload=b"\x00\xff",
    )
    assert events.to_wire(sent) == {
        "conversation": "a" * 32,
        "seq": 1,
        "at": 2,
        "payload": b"\x00\xff",
    }


def test_the_document_tells_every_command_its_payload_answer_lane_and_errors() -> None:
    told = rows("Commands") | rows("Call commands")
    assert set(told) == set(COMMANDS)
    for name, (payload, answer, lane, errors) in told.items():
        command = COMMANDS[name]
        assert told_fields(payload) == fields(command.payload), name
        assert answer.strip("`") == command.answer.__name__, name
        assert lane == command.lane.value, name
        assert told_fields(errors) <= set(ERRORS_BY_CODE), name


def test_the_document_tells_every_notice_and_its_payload() -> None:
    told = rows("Notices") | rows("Call notices")
    assert set(told) == set(NOTICES)
    for name, (payload, _) in told.items():
        assert told_fields(payload) == fields(NOTICES[name].payload), name


def test_the_document_tells_every_answer_type() -> None:
    told = rows("Answers") | rows("Call answers")
    shapes = {c.answer for c in COMMANDS.values()} - {
        n.payload for n in NOTICES.values()
    }
    assert {shape.__name__ for shape in shapes} <= set(told)
    for name, (cell, *_) in told.items():
        assert told_fields(cell) == fields(shape_named(name)), name


def test_the_document_tells_every_error_code_and_whose_fault_it_is() -> None:
    told = rows("Error codes")
    assert set(told) == set(ERRORS_BY_CODE)
    for code, (fault, *_) in told.items():
        assert fault == ERRORS_BY_CODE[code].fault.value, code


def test_the_document_states_the_limits_in_force() -> None:
    told = rows("Limits")
    in_force = {name for name in vars(envelope) if name.startswith("MAX_")}
    assert set(told) >= in_force
    for name in in_force:
        value = getattr(envelope, name)
        assert told[name][0].replace(",", "") == str(value), name


def test_the_document_states_the_default_rates() -> None:
    told = rows("Rates")
    assert set(told) == {lane.value for lane in RATES}
    for lane in RATES:
        per_minute, burst = (float(cell.replace(",", "")) for cell in told[lane][:2])
        assert per_minute == pytest.approx(RATES[lane].rate_per_second * 60)
        assert burst == RATES[lane].burst
