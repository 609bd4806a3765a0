"""Application messages, written by one language and read the same by the other."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import content as contents_of
from mentalverse_crypto import ijson
from mentalverse_crypto.carried import File, HistoryKey, Voice
from mentalverse_crypto.content import (
    Body,
    Content,
    Delete,
    Receipt,
    System,
    Text,
    Unknown,
)
from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.rtc_signal import (
    MappedMid,
    RtcCandidate,
    RtcSignal,
    RtcSignalKind,
)
from mentalverse_crypto.safety_plan import PlanChange, PlanLine, PlanPart
from mentalverse_crypto.screening import Asked, Screening
from mentalverse_crypto.session_page import MAX_STARTS_AT_MS, Agenda, Goal, Note
from support.contents import (
    ATTACHMENT,
    ID,
    OF,
    ONE_OF_EACH,
    contents,
    texts,
    unknown_members,
)
from support.formats import Verdict, describe, ours, theirs
from support.mutations import bit_flips, truncations

repeatable = settings(database=None, deadline=None, derandomize=True)


def shown(value: Any) -> Any:
    """A message as `formats-content.ts` describes it; kept members as their text."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {"json": _text(value)} if value else None
    if isinstance(value, tuple):
        return [shown(each) for each in value]
    if isinstance(value, Slot):
        return describe(int(value))
    if not is_dataclass(value):
        return describe(value)
    described = {
        _name(each.name): shown(getattr(value, each.name)) for each in fields(value)
    }
    kind = getattr(value, "type", None)
    return described | ({"type": kind} if kind is not None else {})


_NAMES = {
    "up_to": "upTo",
    "at_ms": "atMs",
    "media_type": "mediaType",
    "starts_at": "startsAt",
    "reviewed_at": "reviewedAt",
    "pc_gen": "pcGen",
    "mid_map": "midMap",
}


def _name(name: str) -> str:
    return _NAMES.get(name, name)


def _text(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def _exact(described: Any) -> Any:
    """The same, with kept members as Python reads them: 1.50 and 1.5 are one number."""
    if isinstance(described, list):
        return [_exact(each) for each in described]
    if not isinstance(described, dict):
        return described
    if "json" in described:
        return repr(json.loads(described["json"]))
    present = {n: _exact(each) for n, each in described.items()}
    return {name: each for name, each in present.items() if each is not None}


def _read(formats: JsPeer, inputs: list[bytes], *, local: bool) -> list[Verdict]:
    requests = ({"data": data, "local": local} for data in inputs)
    return [(v, _exact(value)) for v, value in theirs(formats, "readContent", requests)]


def _assert_read_alike(
    formats: JsPeer, inputs: list[bytes], *, local: bool = False
) -> list[Verdict]:
    mine = [
        ours(lambda d=data: _exact(shown(contents_of.decode(d, local=local))))  # type: ignore[misc]
        for data in inputs
    ]
    said = _read(formats, inputs, local=local)
    for data, expected, verdict in zip(inputs, mine, said, strict=True):
        assert verdict == expected, data
    return mine


@settings(repeatable, max_examples=300)
@given(content=contents)
def test_any_message_is_written_to_the_same_octets_and_read_back(
    formats: JsPeer, content: Content
) -> None:
    """Of every type, with members of newer versions at every place."""
    data = contents_of.encode(content)
    written = formats.call("writeContent", value=shown(content), local=False)
    assert octets(written) == data
    assert _assert_read_alike(formats, [data])[0][0] == "ok"
    again = octets(formats.call("rewriteContent", data=data, local=False))
    assert again == data


@repeatable
@given(
    version=st.integers(1, 3),
    kind=texts(8) | st.sampled_from(["text", "mood", "__proto__", "constructor"]),
    fallback=st.none() | texts(20),
    rest=unknown_members(),
)
def test_what_only_a_newer_client_knows_is_kept_octet_for_octet(
    formats: JsPeer,
    version: int,
    kind: str,
    fallback: str | None,
    rest: dict[str, Any],
) -> None:
    envelope = {**rest, "v": version, "t": kind} | (
        {"fb": fallback} if fallback else {}
    )
    data = json.dumps(envelope, indent=1).encode()
    verdict = _assert_read_alike(formats, [data])[0]
    if verdict[0] == "ok":
        assert isinstance(contents_of.decode(data), Unknown)
        again = formats.call("rewriteContent", data=data, local=False)
        assert octets(again) == data


@pytest.mark.parametrize("one", ONE_OF_EACH, ids=lambda one: one.type)
def test_damaged_messages_are_read_alike(formats: JsPeer, one: Body) -> None:
    """Every flipped bit and every cut of one message of each type."""
    kept: dict[str, ijson.Json] = {"x-b": [1, 1.0, None]}
    whole = contents_of.encode(Content(ID, 7, one, "fallback", kept))
    said = _assert_read_alike(formats, [*bit_flips(whole), *truncations(whole)])
    assert {verdict for verdict, _ in said} == {"ok", "refused"}


MEMBER_NAMES = [
    *("v", "t", "id", "at", "b", "fb", "text", "lang", "to", "quote", "of", "emoji"),
    *("on", "up_to", "kind", "code", "args", "blob", "key", "sha256", "size", "mime"),
    *("name", "ms", "waveform", "period", "log", "root", "sig"),
    *("meeting", "starts_at", "minutes", "zone", "items", "cancelled", "goal", "title"),
    *("step", "progress", "done", "note", "lines", "reviewed_at", "instrument"),
    *("version", "language", "asked", "band", "complete"),
    *("call", "pc_gen", "sdp", "mid_map", "candidates", "line", "final"),
]
MAPPED: dict[str, Any] = {"mid": "0", "slot": 0}
LINE: dict[str, Any] = {"line": str(OF), "part": "signs", "text": "no sleep"}
strange = st.one_of(
    st.sampled_from([None, True, False, 0, -1, 1, 255, 256, 1.0, 2**53 - 1, "", "a"]),
    st.sampled_from(["A" * 22, "A" * 43, "A" * 42 + "B", "A" * 86, "A=", "ä"]),
    st.sampled_from([str(ID), str(ID).upper(), f"{{{ID}}}", f"{ID}\n", ID.hex]),
    st.sampled_from(["x" * 32, "x" * 33, "😀" * 64, "😀" * 65, "q" * 81, "read"]),
    st.sampled_from(["image/png", "image/PNG", "a/b/c", "../x", "a\u202eb", " . "]),
    st.sampled_from([{"id": str(OF)}, {"id": str(OF), "quote": "q" * 81}, {}]),
    st.sampled_from([[], [0, 255], [256], [True], [1.0], [0] * 65]),
    st.sampled_from(
        [[""], ["😀" * 200], ["😀" * 201], ["a"] * 12, ["a"] * 13, ["a", 1]]
    ),
    st.sampled_from([100, 101, 240, 241, MAX_STARTS_AT_MS, MAX_STARTS_AT_MS + 1]),
    st.sampled_from(["UTC", "Etc/GMT+5", "a//b", "/a", "a/", "UTC\n", "Zürich"]),
    st.sampled_from(["n" * 4_000, "n" * 4_001, "t" * 200, "t" * 201]),
    st.sampled_from(["t" * 40, "t" * 41, "A0", "A4", "A5", "a0"]),
    st.sampled_from(
        ["offer", "candidates", "end", "Offer", "s" * 14_000, "s" * 14_001]
    ),
    st.sampled_from(["c" * 500, "c" * 501, 1_000_000, 1_000_001]),
    st.sampled_from(
        [
            [MAPPED],
            [MAPPED, MAPPED],
            [MAPPED | {"slot": 4}],
            [MAPPED | {"slot": 1.0}],
            [MAPPED | {"mid": "m" * 17}],
            [{"mid": str(each), "slot": 3} for each in range(17)],
            [{"mid": "0", "candidate": "c" * 400}] * 32,
            [{"mid": "0", "candidate": "c" * 401}],
            [{"mid": "0", "candidate": "c"}] * 33,
        ]
    ),
    st.sampled_from(
        [
            [LINE],
            [LINE, LINE],
            [LINE | {"part": "Signs"}],
            [LINE | {"text": None}],
            [LINE | {"text": "😀" * 200}],
            [LINE | {"text": "😀" * 201}],
            [LINE | {"x-new": [1.0]}],
            [{"line": str(OF)}],
            [LINE | {"line": str(UUID(int=each))} for each in range(16)],
            [LINE | {"line": str(UUID(int=each))} for each in range(17)],
            [{"question": "q" * 2_000, "answer": "a"}],
            [{"question": "q" * 2_001}],
            [{"question": "q", "answer": ""}],
            [{"answer": "a"}],
            [{"question": "q"}] * 100,
            [{"question": "q"}] * 101,
        ]
    ),
)


@settings(repeatable, max_examples=1_500)
@given(
    one=st.sampled_from([*ONE_OF_EACH, System("member.joined", {"name": "Ada"})]),
    changes=st.dictionaries(st.sampled_from(MEMBER_NAMES), strange, max_size=2),
    drop=st.sets(st.sampled_from(MEMBER_NAMES), max_size=1),
    inside=st.booleans(),
    local=st.booleans(),
)
def test_members_missing_mistyped_or_out_of_bounds_are_judged_alike(
    formats: JsPeer,
    one: Body,
    changes: dict[str, Any],
    drop: set[str],
    *,
    inside: bool,
    local: bool,
) -> None:
    """Which code a receiver gives, or which message it reads, is the same."""
    envelope = json.loads(contents_of.encode(Content(ID, 7, one), local=True))
    target = envelope["b"] if inside else envelope
    target.update(changes)
    for name in drop:
        target.pop(name, None)
    data = json.dumps(envelope, ensure_ascii=False).encode()
    verdict = _assert_read_alike(formats, [data], local=local)[0]
    if verdict[0] == "ok":
        mine = contents_of.encode(contents_of.decode(data, local=local), local=local)
        again = formats.call("rewriteContent", data=data, local=local)
        assert octets(again) == mine


@pytest.mark.parametrize("letter", ["a", "é", "😀", "e\u0301", "\u200d"])
def test_texts_are_measured_in_code_points(formats: JsPeer, letter: str) -> None:
    """At each limit the last length that is read, and the first that is not."""
    limits = {"t": 64, "lang": 64, "quote": 80, "emoji": 32, "code": 64}
    for name, limit in limits.items():
        for length in (limit, limit + 1):
            text = (letter * length)[:length]
            to = {"id": str(OF)} | ({"quote": text} if name == "quote" else {})
            bodies = {
                "text": {"text": "a", **({"lang": text} if name == "lang" else {})},
                "reply": {"text": "a", "to": to},
                "reaction": {"of": str(OF), "emoji": text, "on": True},
                "system": {"code": text, "args": {}},
                text: {},
            }
            kinds = {"t": text, "lang": "text", "quote": "reply"}
            kind = kinds.get(name, "reaction" if name == "emoji" else "system")
            envelope = {"v": 1, "t": kind, "id": str(ID), "at": 7, "b": bodies[kind]}
            data = json.dumps(envelope).encode()
            verdict = _assert_read_alike(formats, [data], local=True)[0][0]
            assert verdict == ("ok" if length == limit else "refused")


C = b"c" * 16
M = MappedMid("0", Slot.CAMERA)


@pytest.mark.parametrize(
    "content",
    [
        Content(ID, 7, Text("")),
        Content(ID, 7, Text("a" * 32_000)),
        Content(ID, 7, Text("\ud800")),
        Content(ID, -1, Text("a")),
        Content(ID, 2**53, Text("a")),
        Content(ID, 7, Text("a", extra={"text": "b"})),
        Content(ID, 7, Text("a", extra={"lang": "en"})),
        Content(ID, 7, Text("a"), extra={"fb": "shadow"}),
        Content(ID, 7, Text("a"), extra={"v": 1}),
        Content(ID, 7, Text("a", extra={"x": [[[[[[[]]]]]]]})),
        Content(ID, 7, System("member.joined", {})),
        Content(ID, 7, Delete("not a uuid")),  # type: ignore[arg-type]
        Content(ID, 7, Receipt(1, "seen")),  # type: ignore[arg-type]
        Content(ID, 7, Voice(ATTACHMENT, 1, (256,))),
        Content(ID, 7, HistoryKey(1, b"short")),
        Content(ID, 7, File(ATTACHMENT, extra={"key": "shadow"})),
        Content(ID, 7, Agenda(OF, 7, 241, "UTC")),
        Content(ID, 7, Agenda(OF, 7, 50, "no zone")),
        Content(ID, 7, Agenda(OF, 7, 50, "UTC", ("a",) * 13)),
        Content(ID, 7, Agenda(OF, 7, 50, "UTC", ("",))),
        Content(ID, 7, Goal(OF, "a", progress=101)),
        Content(ID, 7, Goal(OF, "")),
        Content(ID, 7, Note(OF, "n" * 4_001)),
        Content(ID, 7, PlanChange((PlanLine(OF, PlanPart.SIGNS, "t" * 201),))),
        Content(ID, 7, PlanChange((PlanLine(OF, PlanPart.SIGNS),) * 2)),
        Content(ID, 7, PlanChange((PlanLine(OF, "mood"),))),  # type: ignore[arg-type]
        Content(ID, 7, PlanChange(reviewed_at=-1)),
        Content(ID, 7, Screening("a", "1", "en", "t", (), "B1", complete=True)),
        Content(ID, 7, Screening("a", "1", "en", "t", (Asked(""),), "A1", True)),  # noqa: FBT003
        Content(
            ID,
            7,
            Screening("a", "1", "en", "t", (Asked("q" * 2_000),) * 17, "A1", True),  # noqa: FBT003
        ),
        Content(ID, 7, RtcSignal(RtcSignalKind.OFFER, C, C, 1)),
        Content(ID, 7, RtcSignal(RtcSignalKind.END, C, C, 1, "v=0")),
        Content(ID, 7, RtcSignal(RtcSignalKind.CANDIDATES, C, C, 1)),
        Content(ID, 7, RtcSignal(RtcSignalKind.REPLACE, C, C, 0)),
        Content(ID, 7, RtcSignal(RtcSignalKind.RESTART, C, b"d", 1)),
        Content(ID, 7, RtcSignal(RtcSignalKind.ANSWER, C, C, 1, "v=0", (M, M))),
        Content(ID, 7, RtcSignal(RtcSignalKind.END, C, C, 1, None, (M,))),
        Content(
            ID,
            7,
            RtcSignal(
                RtcSignalKind.OFFER, C, C, 1, "v=0", (), (RtcCandidate("0", "c"),)
            ),
        ),
    ],
)
def test_what_a_receiver_would_refuse_is_not_sent(
    formats: JsPeer, content: Content
) -> None:
    expected = ("refused", "content.unsendable")
    assert ours(lambda: contents_of.encode(content)) == expected
    fields_of = {"value": shown(content), "local": False}
    assert theirs(formats, "writeContent", [fields_of]) == [expected]


def test_the_longest_message_is_the_same(formats: JsPeer) -> None:
    room = 32_000 - len(contents_of.encode(Content(ID, 7, Text("a")))) + 1
    for letter, size in (("a", 1), ("é", 2), ("😀", 4), ("\n", 2)):
        for count in (room // size, room // size + 1):
            content = Content(ID, 7, Text(letter * count))
            mine = ours(lambda c=content: contents_of.encode(c))  # type: ignore[misc]
            fields_of = {"value": shown(content), "local": False}
            verdict, value = theirs(formats, "writeContent", [fields_of])[0]
            said = octets(value) if verdict == "ok" else value
            assert (verdict, said) == mine


def test_depth_counts_from_the_envelope(formats: JsPeer) -> None:
    deep: dict[str, Any] = {"x": [[[[[[[]]]]]]]}
    data = contents_of.encode(Content(ID, 7, Text("a"), extra=deep))
    assert _assert_read_alike(formats, [data])[0][0] == "ok"
    assert ijson.MAX_DEPTH == 8


@pytest.mark.parametrize("one", ONE_OF_EACH, ids=lambda one: one.type)
def test_both_wake_people_for_the_same(formats: JsPeer, one: Body) -> None:
    """What one client stays silent for, the other does too."""
    own = contents_of.encode(Content(ID, 7, one), local=True)
    assert formats.call("wakes", data=own) == contents_of.wakes(own)
