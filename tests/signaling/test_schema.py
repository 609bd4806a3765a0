"""Payload decoding: two doors, one result, and only declared errors."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import msgpack  # type: ignore[import-untyped]
import msgspec
import msgspec.inspect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_signaling.envelope import (
    MAX_CIPHERTEXT_BYTES,
    MAX_EVENT_NAME_CHARS,
    MAX_SAFE_INTEGER,
    RESERVED_EVENTS,
)
from mentalverse_signaling.errors import BadRequest, SignalingError, UnknownEvent
from mentalverse_signaling.events import COMMANDS, Command, Payload
from mentalverse_signaling.schema import (
    command_for,
    decode_payload,
    notice_for,
)
from support.wire_examples import ID_A, ID_B, VALID

FIXED = settings(database=None, deadline=None, derandomize=True, max_examples=300)

NULLABLE = {
    ("application.state", "since"),
    ("review.note", "until"),
    ("review.note", "since"),
    ("webhook.replay", "event"),
    ("conversation.list", "after"),
    ("conversation.find", "after"),
    ("keys.take", "devices"),
    ("group.commit", "welcome"),
    ("group.commit", "group_info"),
    ("keys.publish", "last_resort"),
    ("device.list", "counter"),
    ("case.open", "band"),
    ("case.raise", "case"),
    ("case.raise", "band"),
    ("case.transfer", "to"),
    ("case.transfer", "reason"),
    ("audit.list", "after"),
    ("policy.try", "people"),
    ("case.wrap_up", "follow_up"),
    ("override.open", "why_not"),
    ("case.open", "call"),
    ("call.start", "session"),
    ("call.join", "agreement_hash"),
    ("call.join", "resume_token"),
    ("peer.restart", "peer"),
    ("state.set", "away"),
    ("state.set", "loss_percent"),
    ("state.set", "rtt_ms"),
    ("session.plan", "minutes"),
    ("session.plan", "capacity"),
    ("session.plan", "media"),
    ("session.change", "starts_at"),
    ("session.change", "minutes"),
    ("session.change", "capacity"),
    ("session.change", "media"),
    ("session.list", "conversation"),
    ("session.list", "since"),
    ("seat.admit", "member"),
    ("room.spotlight", "member"),
    ("hand.lower", "member"),
    ("phase.advance", "minutes"),
    ("piece.start", "turn_seconds"),
    ("feed.restart", "jsep"),
    ("reward.list", "before"),
    ("match.adjust", "terms"),
}


LIKE_IT = (
    ([1], "suites"),
    *((True, name) for name in ("on", "keep_this", "is_minor", "accept")),
    (True, "person_informed"),
    *(("a", name) for name in ("handle", "language", "region")),
    *(("a", (name, "offer")) for name in ("case.accept", "case.decline")),
    ("a", ("case.lower", "reason")),
    ("a", ("case.transfer", "reason")),
    ("a", ("case.wrap_up", "outcome")),
    ("a", ("override.open", "to")),
    ("a", ("session.plan", "kind")),
    ("a", ("override.open", "why_not")),
    ("a", ("override.alone", "reason")),
    (True, "take"),
    *(("a", name) for name in ("signed_by", "revision")),
    ([], "plan"),
    ("ab", "document"),
    *((True, name) for name in ("tell_lead", "alone", "muted", "camera", "away")),
    *(
        (True, name)
        for name in (
            "direct",
            "elsewhere",
            "echo",
            "needs_screening",
            "fits",
            "hard",
            "paused",
        )
    ),
    *(("a", name) for name in ("mid", "candidate")),
    ("a", ("recording.request", "purpose")),
    *((True, name) for name in ("met", "waived", "approve")),
    *((True, name) for name in ("drills", "shared_secret")),
    *(("a", name) for name in ("need", "module", "source", "method", "level")),
    ("a", ("application.begin", "type")),
    *(("a", ("webhook.add", name)) for name in ("url", "purpose")),
    *(("a", (name, "reason")) for name in ("review.sign", "review.send_back")),
    *(("a", name) for name in ("entry", "rule")),
    *(("a", (name, "reason")) for name in ("reward.dispute", "reward.award")),
    ("a", ("reward.list", "before")),
    *((True, name) for name in ("out", "correct")),
    *((True, name) for name in ("yes", "graduated", "paused")),
    ([1], "leave_out"),
    ("a", ("match.release", "reason")),
)
"""Wrong values that are right for these fields, whatever command they are of."""


def by_value(command: Command, value: object) -> Payload:
    """What msgspec makes of values that another decoder has produced."""
    try:
        return msgspec.convert(
            value, command.payload, strict=True, builtin_types=(bytes,)
        )
    except (msgspec.ValidationError, ValueError, TypeError):
        raise BadRequest("another shape") from None


def outcome(
    door: Callable[[Command, Any], Payload], command: Command, value: Any
) -> Payload | str:
    try:
        return door(command, value)
    except SignalingError as error:
        return error.code


def both(command: Command, value: Any) -> tuple[Payload | str, Payload | str]:
    """What the two doors make of the same value."""
    raw = msgpack.packb(value, use_bin_type=True)
    stock = msgpack.unpackb(raw, strict_map_key=False)
    return (
        outcome(decode_payload, command, raw),
        outcome(by_value, command, stock),
    )


def test_every_command_has_an_example_here() -> None:
    assert set(VALID) == set(COMMANDS)


@pytest.mark.parametrize("name", VALID)
def test_a_valid_payload_passes_both_doors_as_the_same_value(name: str) -> None:
    fast, stock = both(COMMANDS[name], VALID[name])
    assert isinstance(fast, COMMANDS[name].payload)
    assert fast == stock


@pytest.mark.parametrize("name", VALID)
def test_an_unknown_field_is_refused(name: str) -> None:
    assert both(COMMANDS[name], {**VALID[name], "extra": 1}) == (
        "bad_request",
        "bad_request",
    )


@pytest.mark.parametrize(
    ("name", "field"),
    [(n, f) for n, v in VALID.items() for f in v],
)
def test_a_field_of_another_type_is_refused(name: str, field: str) -> None:
    for wrong in (None, True, 1.5, -1, 2**64 - 1, "a", [1], {"a": 1}):
        fast, stock = both(COMMANDS[name], {**VALID[name], field: wrong})
        assert fast == stock
        accepted = (
            (name, field) in NULLABLE
            if wrong is None
            else (wrong, field) in LIKE_IT or (wrong, (name, field)) in LIKE_IT
        )
        assert (fast != "bad_request") is accepted


@pytest.mark.parametrize(
    "value",
    [
        {**VALID["message.send"], "payload": b""},
        {**VALID["message.send"], "payload": b"x" * (MAX_CIPHERTEXT_BYTES + 1)},
        {**VALID["message.send"], "payload": "eA=="},
        {**VALID["message.send"], "conversation": ID_A + "\n"},
        {**VALID["message.send"], "conversation": ID_A.upper()},
        {**VALID["message.send"], "conversation": ID_A.encode()},
    ],
)
def test_an_almost_valid_message_is_refused(value: dict[str, Any]) -> None:
    assert both(COMMANDS["message.send"], value) == ("bad_request", "bad_request")


@pytest.mark.parametrize("handle", ["bob\n", "-bob", "bob-", "Bob", "a" * 33, "b b"])
def test_an_almost_valid_handle_is_refused(handle: str) -> None:
    assert both(COMMANDS["account.find"], {"handle": handle}) == (
        "bad_request",
        "bad_request",
    )


def test_numbers_stay_exact_in_every_peer() -> None:
    command = COMMANDS["conversation.sync"]
    at_limit = {"conversation": ID_A, "since": MAX_SAFE_INTEGER}
    over = {"conversation": ID_A, "since": MAX_SAFE_INTEGER + 1}
    assert isinstance(both(command, at_limit)[0], command.payload)
    assert both(command, over) == ("bad_request", "bad_request")


_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.binary(max_size=40)
    | st.sampled_from([ID_A, ID_B, "direct", "circle"]),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(
            st.sampled_from(sorted({f for v in VALID.values() for f in v}))
            | st.text(max_size=5)
            | st.binary(max_size=5)
            | st.integers(-5, 5),
            below,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@FIXED
@given(name=st.sampled_from(sorted(COMMANDS)), value=_JUNK)
def test_both_doors_agree_on_any_value(name: str, value: Any) -> None:
    fast, stock = both(COMMANDS[name], value)
    assert fast == stock
    assert isinstance(fast, Payload) or fast == "bad_request"


@FIXED
@given(
    name=st.sampled_from(sorted(COMMANDS)),
    replaced=st.dictionaries(st.integers(0, 8), _JUNK, max_size=2),
)
def test_both_doors_agree_on_a_valid_payload_with_junk_in_it(
    name: str, replaced: dict[int, Any]
) -> None:
    value = dict(VALID[name])
    for index, junk in replaced.items():
        if value:
            value[sorted(value)[index % len(value)]] = junk
    fast, stock = both(COMMANDS[name], value)
    assert fast == stock


@pytest.mark.parametrize("name", VALID)
def test_damaged_bytes_give_only_declared_errors(name: str) -> None:
    """Cut, flipped and spliced encodings, from one seed per command."""
    source = random.Random(name)
    valid = msgpack.packb(VALID[name], use_bin_type=True)
    for _ in range(500):
        raw = bytearray(valid)
        for _ in range(source.randrange(1, 4)):
            at = source.randrange(len(raw))
            raw[at] = source.randrange(256)
        damaged = bytes(raw[: source.randrange(len(raw) + 1)])
        result = outcome(decode_payload, COMMANDS[name], damaged)
        assert isinstance(result, Payload) or result == "bad_request"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x91" * 100_000,
        b"\x81\xa1a" * 30_000,
        b"\xdf\xff\xff\xff\xff",
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\x80\x80",
        b"\xc1",
        b"\xa2\xff\xff",
        b"\xd6\xff\x00\x00\x00\x00",
    ],
)
def test_a_bomb_is_a_bad_request(raw: bytes) -> None:
    for command in COMMANDS.values():
        with pytest.raises(BadRequest):
            decode_payload(command, raw)


def test_a_raw_slice_of_a_frame_is_decoded_in_place() -> None:
    raw = msgspec.Raw(msgpack.packb(VALID["message.send"], use_bin_type=True))
    payload = decode_payload(COMMANDS["message.send"], raw)
    assert payload == outcome(by_value, COMMANDS["message.send"], VALID["message.send"])


def test_every_container_that_a_client_sends_is_bounded() -> None:
    """A payload is as wide as its schema allows, whatever fits into a frame."""
    for name, command in COMMANDS.items():
        described = msgspec.inspect.type_info(command.payload)
        assert isinstance(described, msgspec.inspect.StructType)
        assert not list(unbounded(described)), name


def unbounded(described: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    if isinstance(described, msgspec.inspect.StructType):
        for field in described.fields:
            yield from unbounded(field.type)
    elif isinstance(described, msgspec.inspect.UnionType):
        for one in described.types:
            yield from unbounded(one)
    elif isinstance(described, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        if described.max_length is None:
            yield described
        yield from unbounded(described.item_type)
    elif isinstance(described, msgspec.inspect.DictType | msgspec.inspect.AnyType):
        yield described


@pytest.mark.parametrize(
    "name",
    [
        *sorted(RESERVED_EVENTS),
        "",
        "message.sent",
        "x" * (MAX_EVENT_NAME_CHARS + 1),
        1,
        None,
    ],
)
def test_no_other_name_is_an_event(name: object) -> None:
    with pytest.raises(UnknownEvent):
        command_for(name)


def test_a_newer_servers_notice_is_ignored() -> None:
    assert notice_for("weather.changed") is None
