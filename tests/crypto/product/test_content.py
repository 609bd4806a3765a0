"""The content of application messages: one reading, kept whole, never surprising."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.carried import File, HistoryKey, Voice
from mentalverse_crypto.content import (
    Body,
    Content,
    Edit,
    Quoted,
    Reaction,
    Receipt,
    Reply,
    System,
    Text,
    Typing,
    Unknown,
    decode,
    encode,
    wakes,
)
from mentalverse_crypto.errors import (
    ContentError,
    ContentInvalid,
    ContentLocalOnly,
    ContentMalformed,
    ContentTooLarge,
    ContentUnsendable,
)
from mentalverse_crypto.safety_plan import (
    MAX_PLAN_LINES,
    PlanChange,
    PlanLine,
    PlanPart,
    pieces,
)
from mentalverse_crypto.screening import Asked, Screening
from mentalverse_crypto.session_page import MAX_STARTS_AT_MS, Agenda, Goal, Note
from support.contents import ATTACHMENT, ID, OF, ONE_OF_EACH, contents, plan_changes
from support.mutations import bit_flips, truncations

ENVELOPE = {"v": 1, "t": "text", "id": str(ID), "at": 7, "b": {"text": "hello"}}

FILE_MEMBERS = {
    "blob": "AAECAwQFBgcICQoLDA0ODw",
    "key": "_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v4",
    "sha256": "__________________________________________8",
    "size": 9,
    "mime": "image/png",
    "name": "me & you.png",
}
HEAD_MEMBERS = {
    "log": "A" * 43,
    "size": 12,
    "root": "A" * 43,
    "at": 1_700_000_000_000,
    "sig": "A" * 86,
}
AGENDA_MEMBERS = {
    "meeting": str(OF),
    "starts_at": MAX_STARTS_AT_MS,
    "minutes": 240,
    "zone": "z" * 64,
    "items": ["a" * 200] * 12,
    "cancelled": False,
}
GOAL_MEMBERS = {
    "goal": str(OF),
    "title": "t" * 200,
    "step": "s" * 200,
    "progress": 100,
    "done": True,
}

repeatable = settings(database=None, deadline=None, derandomize=True)


def plaintext(**changes: Any) -> bytes:
    return json.dumps(ENVELOPE | changes).encode()


def body(kind: str, /, **members: Any) -> bytes:
    return plaintext(t=kind, b=members)


@repeatable
@given(contents)
def test_what_is_sent_is_what_is_read(content: Content) -> None:
    assert decode(encode(content)) == content


@pytest.mark.parametrize("one", ONE_OF_EACH, ids=lambda one: one.type)
def test_every_truncation_is_a_declared_error(one: Body) -> None:
    for damaged in truncations(encode(Content(ID, 7, one))):
        with pytest.raises(ContentError):
            decode(damaged)


@pytest.mark.parametrize("one", ONE_OF_EACH, ids=lambda one: one.type)
def test_every_bit_flip_is_a_declared_error_or_a_message_that_round_trips(
    one: Body,
) -> None:
    for damaged in bit_flips(encode(Content(ID, 7, one, "fallback"))):
        try:
            content = decode(damaged)
        except ContentError:
            continue
        assert decode(encode(content)) == content


@repeatable
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_declared_error(data: bytes) -> None:
    with pytest.raises(ContentError):
        decode(data)


def test_the_wire_form_is_fixed() -> None:
    content = Content(ID, 7, Reply("ja", Quoted(OF, "über 8?")), "antwortet: ja")
    assert encode(content) == (
        b'{"v":1,"t":"reply","id":"0c5f3f0e-6a3b-4f4e-9d2a-0b1c2d3e4f50","at":7,'
        b'"b":{"text":"ja","to":{"id":"f1e2d3c4-b5a6-4978-8899-aabbccddeeff",'
        b'"quote":"\xc3\xbcber 8?"}},"fb":"antwortet: ja"}'
    )


def test_the_members_of_a_file_lie_flat_in_its_body() -> None:
    data = body("file", **FILE_MEMBERS)
    content = decode(data)
    assert isinstance(content, Content)
    assert content.body == File(ATTACHMENT)
    assert json.loads(encode(content)) == json.loads(data)


def test_a_file_is_not_lost_over_the_name_somebody_gave_it() -> None:
    content = decode(body("file", **FILE_MEMBERS | {"name": "../a\u202eb"}))
    assert isinstance(content, Content)
    assert isinstance(content.body, File)
    assert content.body.attachment.name == ".._ab"


@pytest.mark.parametrize(
    "data",
    [
        b'{ "v":1, "t":"mood", "b":{"scale" :"a"}, "fb":"feels better" }',
        b'{"v":2,"t":"text","b":"not an object in version 2","fb":"feels better"}',
        b'{"v":1,"t":"mood","fb":"feels better","id":7}',
    ],
)
def test_an_unknown_type_or_version_is_kept_byte_for_byte(data: bytes) -> None:
    content = decode(data)
    assert isinstance(content, Unknown)
    assert encode(content) == content.raw == data
    assert content.fallback == "feels better"


def test_unknown_members_survive_an_encoding() -> None:
    to = {"id": str(OF), "quote": "q", "x-deep": [1, {"a": None}]}
    data = plaintext(t="reply", b={"text": "a", "to": to, "x-b": 1.5}, **{"x-e": True})
    assert json.loads(encode(decode(data))) == json.loads(data)


def test_a_system_line_is_read_only_by_the_device_that_made_it() -> None:
    line = Content(ID, 7, System("member.joined", {"name": "Ada"}))
    written = encode(line, local=True)
    assert decode(written, local=True) == line
    with pytest.raises(ContentLocalOnly):
        decode(written)
    with pytest.raises(ContentUnsendable):
        encode(line)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"{'v':1}", "not JSON"),
        (plaintext(x=float("nan")), "NaN is not JSON"),
        (plaintext(x=float("inf")), "Infinity is not JSON"),
        (plaintext(x=-float("inf")), "-Infinity is not JSON"),
        (b'{"v":1e999}', "range of a double"),
        (b'{"v":-1e999}', "range of a double"),
        (b'{"v":9007199254740992}', "beyond 2"),
        (b'{"v":-9007199254740992}', "beyond 2"),
        (b'{"v":' + b"9" * 20_000 + b"}", "beyond 2"),
        (b'{"v":1,"v":1}', "stands twice"),
        (b'{"x":[{"a":1,"\\u0061":2}]}', "stands twice"),
        (b'{"x":"\\ud800"}', "lone surrogate"),
        (b'{"\\udfff":1}', "lone surrogate"),
        (b'{"x":' + b"[" * 8 + b"]" * 8 + b"}", "deeper than 8"),
        (b"[" * 31_000, "deeper than 8"),
        (b'{"x":' * 5_000, "deeper than 8"),
    ],
)
def test_json_outside_the_profile_is_malformed(data: bytes, reason: str) -> None:
    with pytest.raises(ContentMalformed, match=reason):
        decode(data)


def test_the_limits_themselves_are_allowed() -> None:
    deep: dict[str, Any] = {"x": [[[[[[[]]]]]]]}
    assert decode(plaintext(**deep))
    assert decode(plaintext(at=2**53 - 1))
    assert decode(plaintext(x=-(2**53) + 1))
    assert decode(plaintext(x='😀 \\ " [[[[[[[[[[[[ \\\\'))
    room = 32_000 - len(body("text", text=""))
    assert decode(body("text", text="a" * room))
    with pytest.raises(ContentTooLarge):
        decode(body("text", text="a" * (room + 1)))


def test_the_limits_of_the_session_page_are_allowed_and_fit_a_message() -> None:
    """In the widest letters too: nothing that is within its limits is too large."""
    assert decode(body("agenda", **AGENDA_MEMBERS))
    assert decode(body("goal", **GOAL_MEMBERS))
    for widest in (
        Agenda(OF, MAX_STARTS_AT_MS, 240, "z" * 64, ("😀" * 200,) * 12),
        Goal(OF, "😀" * 200, "😀" * 200, 100, done=True),
        Note(OF, "😀" * 4_000),
    ):
        assert encode(Content(ID, 7, widest, "😀" * 200))


def test_the_limits_of_a_safety_plan_are_allowed_and_fit_a_message() -> None:
    """Sixteen lines at their longest, in letters of four octets and in escaped ones."""
    for letter in ("😀", "\x01"):
        lines = tuple(
            PlanLine(UUID(int=each), PlanPart.PROFESSIONALS, letter * 200)
            for each in range(MAX_PLAN_LINES)
        )
        change = PlanChange(lines, MAX_STARTS_AT_MS)
        assert encode(Content(ID, 7, change, letter * 200))


@given(change=plan_changes)
def test_the_pieces_of_a_change_say_what_it_says(change: PlanChange) -> None:
    """One line each, or the date; none is lost and none is made."""
    found = pieces(change)
    assert tuple(line for each in found for line in each.lines) == change.lines
    assert all(len(p.lines) + (p.reviewed_at is not None) == 1 for p in found)
    dates = [each.reviewed_at for each in found if each.reviewed_at is not None]
    assert dates == ([] if change.reviewed_at is None else [change.reviewed_at])


def without(name: str) -> bytes:
    return json.dumps({k: v for k, v in ENVELOPE.items() if k != name}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"7",
        *[without(name) for name in ENVELOPE],
        plaintext(v=0),
        plaintext(v=True),
        plaintext(v=1.0),
        plaintext(v="1"),
        plaintext(t=""),
        plaintext(t="t" * 65),
        plaintext(t=None),
        plaintext(at=-1),
        plaintext(at=7.5),
        plaintext(id="0C5F3F0E-6A3B-4F4E-9D2A-0B1C2D3E4F50"),
        plaintext(id="{0c5f3f0e-6a3b-4f4e-9d2a-0b1c2d3e4f50}"),
        plaintext(id="not-a-uuid"),
        plaintext(id=7),
        plaintext(fb=None),
        plaintext(fb=""),
        plaintext(b=[]),
        body("text"),
        body("text", text=""),
        body("text", text=7),
        body("text", text="a", lang=None),
        body("text", text="a", lang="x" * 65),
        body("reply", text="a"),
        body("reply", text="a", to="b"),
        body("reply", text="a", to={"id": str(OF), "quote": "q" * 81}),
        body("edit", of="x", text="a"),
        body("reaction", of=str(OF), emoji="", on=True),
        body("reaction", of=str(OF), emoji="e" * 33, on=True),
        body("reaction", of=str(OF), emoji="e", on=1),
        body("delete"),
        body("receipt", up_to=-1, kind="read"),
        body("receipt", up_to=1, kind="seen"),
        body("receipt", up_to=True, kind="read"),
        body("typing", on="yes"),
        *[
            body("file", **FILE_MEMBERS | change)
            for change in (
                {"blob": "A" * 21},
                {"blob": "A" * 22 + "=="},
                {"key": "+" + "A" * 42},
                {"key": "A" * 44},
                {"sha256": "A" * 42 + "B"},
                {"sha256": "ä" * 43},
                {"size": -1},
                {"mime": "PNG"},
                {"name": ""},
            )
        ],
        body("voice", **FILE_MEMBERS),
        body("voice", **FILE_MEMBERS, ms=-1, waveform=[]),
        body("voice", **FILE_MEMBERS, ms=1, waveform=[256]),
        body("voice", **FILE_MEMBERS, ms=1, waveform=[-1]),
        body("voice", **FILE_MEMBERS, ms=1, waveform=[True]),
        body("voice", **FILE_MEMBERS, ms=1, waveform=[1.0]),
        body("voice", **FILE_MEMBERS, ms=1, waveform=[0] * 65),
        body("voice", **FILE_MEMBERS, ms=1, waveform="loud"),
        body("history.key", period=1, key="A"),
        body("history.key", key="A" * 43),
        body("log.head", **HEAD_MEMBERS | {"sig": "A" * 43}),
        body("log.head", **HEAD_MEMBERS | {"size": -1}),
        body("log.head", **HEAD_MEMBERS | {"log": "A" * 42}),
        *[
            body("agenda", **AGENDA_MEMBERS | change)
            for change in (
                {"meeting": "monday"},
                {"starts_at": -1},
                {"starts_at": MAX_STARTS_AT_MS + 1},
                {"starts_at": "2026-12-01T17:00:00Z"},
                {"minutes": 0},
                {"minutes": 241},
                {"minutes": True},
                {"zone": "Central European Time"},
                {"zone": "Europe//Vienna"},
                {"zone": "UTC\n"},
                {"zone": "z" * 65},
                {"items": "tea"},
                {"items": [""]},
                {"items": ["a" * 201]},
                {"items": ["a"] * 13},
                {"items": ["a", 7]},
                {"cancelled": 0},
            )
        ],
        *[
            body("goal", **GOAL_MEMBERS | change)
            for change in (
                {"goal": "first"},
                {"title": ""},
                {"title": "t" * 201},
                {"step": None},
                {"step": "s" * 201},
                {"progress": -1},
                {"progress": 101},
                {"progress": 0.5},
                {"done": "yes"},
            )
        ],
        body("note"),
        body("note", note=str(OF), text=""),
        body("note", note=str(OF), text="n" * 4_001),
    ],
)
def test_a_member_missing_mistyped_or_out_of_bounds_is_invalid(data: bytes) -> None:
    with pytest.raises(ContentInvalid):
        decode(data)


@pytest.mark.parametrize(
    "content",
    [
        Content(ID, 7, Text("")),
        Content(ID, 7, Text("a" * 32_000)),
        Content(ID, 7, Text("\ud800")),
        Content(ID, -1, Text("a")),
        Content(ID, 2**53, Text("a")),
        Content(ID, 7, Text("a", extra={"x": float("nan")})),
        Content(ID, 7, Text("a", extra={"text": "b"})),
        Content(ID, 7, Text("a", extra={"lang": "en"})),
        Content(ID, 7, Text("a"), extra={"fb": "shadow"}),
        Content(ID, 7, Text("a"), extra={"v": 2}),
        Content(ID, 7, Text("a"), extra={7: 1}),  # type: ignore[dict-item]
        Content(ID, 7, Text("a"), extra={"x": b"bytes"}),  # type: ignore[dict-item]
        Content(ID, 7, Reply("a", Quoted(OF, "q" * 81))),
        Content(ID, 7, Receipt(1, "seen")),  # type: ignore[arg-type]
        Content(ID, 7, Typing(on=1)),  # type: ignore[arg-type]
        Content(ID, 7, Voice(ATTACHMENT, 1, (256,))),
        Content(ID, 7, HistoryKey(1, b"short")),
        Content(ID, 7, File(ATTACHMENT, extra={"key": "shadow"})),
    ],
)
def test_what_a_receiver_would_refuse_is_not_sent(content: Content) -> None:
    with pytest.raises(ContentUnsendable):
        encode(content)


def screening(said: str) -> Screening:
    asked = (Asked(said, said),)
    return Screening("mine", "1", "en", "How it is", asked, "A2", complete=True)


@pytest.mark.parametrize("shown", [repr, str])
def test_what_people_wrote_is_in_no_repr(shown: Callable[[object], str]) -> None:
    canary = "canary-7c1"
    said: list[Content | Unknown] = [
        Content(ID, 7, Text(canary), canary, {"x": canary}),
        Content(ID, 7, Reply(canary, Quoted(OF, canary))),
        Content(ID, 7, Edit(OF, canary)),
        Content(ID, 7, Reaction(OF, canary, on=True)),
        Content(ID, 7, File(replace(ATTACHMENT, name=canary))),
        Content(ID, 7, Agenda(OF, 7, 50, "UTC", (canary,))),
        Content(ID, 7, Goal(OF, canary, canary)),
        Content(ID, 7, Note(OF, canary)),
        Content(ID, 7, PlanChange((PlanLine(OF, PlanPart.SIGNS, canary),))),
        Content(ID, 7, screening(canary)),
        Unknown(canary.encode(), "mood", 1, canary),
    ]
    assert not any(canary in shown(content) for content in said)
    keys = shown(Content(ID, 7, File(ATTACHMENT))) + shown(HistoryKey(1, b"k" * 32))
    assert "kkkk" not in keys
    assert "xfe" not in keys


def test_an_error_quotes_nothing_of_the_message() -> None:
    for data in (body("text", lang="canary"), b'{"canary', plaintext(id="canary")):
        with pytest.raises(ContentError) as caught:
            decode(data)
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize("one", ONE_OF_EACH, ids=lambda one: one.type)
def test_only_what_is_new_to_read_hear_or_attend_wakes_who_is_away(one: Body) -> None:
    """Not receipts, typing, corrections, goals, nor what clients tell each other."""
    own = encode(Content(ID, 7, one), local=True)
    assert wakes(own) == (one.type in {"text", "reply", "file", "voice", "agenda"})
