"""Application messages of every type, with whatever a newer version might add."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from mentalverse_crypto.attachments import AttachmentReference, clean_name
from mentalverse_crypto.caption import Caption
from mentalverse_crypto.carried import File, HistoryKey, LocationKey, LogHead, Voice
from mentalverse_crypto.content import (
    Body,
    Content,
    Delete,
    Edit,
    Quoted,
    Reaction,
    Receipt,
    ReceiptKind,
    Reply,
    Text,
    Typing,
)
from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.rtc_signal import (
    MappedMid,
    RtcCandidate,
    RtcSignal,
    RtcSignalKind,
)
from mentalverse_crypto.safety_plan import PlanChange, PlanLine, PlanPart
from mentalverse_crypto.screening import BANDS, Asked, Screening
from mentalverse_crypto.session_page import MAX_STARTS_AT_MS, Agenda, Goal, Note
from mentalverse_crypto.shown_credential import CredentialAsk, CredentialShown

ID = UUID("0c5f3f0e-6a3b-4f4e-9d2a-0b1c2d3e4f50")
OF = UUID("f1e2d3c4-b5a6-4978-8899-aabbccddeeff")
ATTACHMENT = AttachmentReference(
    bytes(range(16)), b"\xfe" * 32, b"\xff" * 32, 9, "image/png", "me & you.png"
)

ONE_OF_EACH: list[Body] = [
    Text("hello", "de-AT"),
    Reply("yes", Quoted(OF, "are you there?")),
    Edit(OF, "better"),
    Reaction(OF, "🫶🏽", on=True),
    Delete(OF),
    Receipt(42, ReceiptKind.READ),
    Typing(on=False),
    File(ATTACHMENT),
    Voice(ATTACHMENT, 1_500, (0, 17, 255)),
    HistoryKey(4, b"k" * 32),
    LocationKey(b"c" * 16, b"k" * 32, b"s" * 32),
    LogHead(b"l" * 32, 12, b"r" * 32, 1_700_000_000_000, b"s" * 64),
    Agenda(OF, 1_796_144_400_000, 50, "Europe/Vienna", ("how the week was", "🫖")),
    Goal(OF, "go out every day", "to the corner and back", 40, done=False),
    Note(OF, "breathe out longer\nthan in"),
    PlanChange(
        (PlanLine(OF, PlanPart.ALONE, "a walk 🌳"), PlanLine(ID, PlanPart.SIGNS)), 7
    ),
    Screening(
        "mine", "1", "en", "How it is", (Asked("Are you safe?"),), "A2", complete=False
    ),
    RtcSignal(
        RtcSignalKind.OFFER,
        b"c" * 16,
        b"d" * 16,
        1,
        "v=0\r\n",
        (MappedMid("0", Slot.MICROPHONE), MappedMid("1", Slot.CAMERA)),
    ),
    RtcSignal(
        RtcSignalKind.CANDIDATES,
        b"c" * 16,
        b"d" * 16,
        2,
        candidates=(RtcCandidate("0", "candidate:1 1 udp 1 ::1 9 typ host"),),
    ),
    Caption(b"c" * 16, OF, "and then I", final=False, of=ID, lang="en"),
    CredentialAsk(b"n" * 32),
    CredentialShown(b"n" * 32, "e30.e30.c2ln", "e30.bWVzc2FnZQ.c2ln"),
]


def texts(limit: int) -> st.SearchStrategy[str]:
    """Texts of 1 to `limit` code points."""
    letters = st.characters(exclude_categories=["Cs"])
    return st.text(letters, min_size=1, max_size=limit)


def unknown_members() -> st.SearchStrategy[dict[str, Any]]:
    """Members no version of this software knows, some of them nested."""
    leaf = (
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | texts(20)
    )
    nested = st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(texts(5), inner, max_size=3)
        ),
        max_leaves=4,
    )
    names = texts(8).map(lambda name: "x-" + name)
    return st.dictionaries(names, nested.filter(is_shallow), max_size=3)


def is_shallow(value: Any, room: int = 5) -> bool:
    """Whether a value fits into a message at the depth of its members."""
    if not isinstance(value, list | dict):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return room > 0 and all(is_shallow(item, room - 1) for item in inner)


def octets(length: int) -> st.SearchStrategy[bytes]:
    """Exactly so many octets."""
    return st.binary(min_size=length, max_size=length)


extra = unknown_members()
whole = st.integers(0, 2**53 - 1)
attachments = st.builds(
    AttachmentReference,
    octets(16),
    octets(32),
    octets(32),
    whole,
    st.sampled_from(["image/png", "application/vnd.a.b+json"]),
    texts(40).map(clean_name),
)
plan_changes: st.SearchStrategy[PlanChange] = st.builds(
    PlanChange,
    st.lists(
        st.builds(
            PlanLine,
            st.uuids(),
            st.sampled_from(PlanPart),
            st.none() | texts(200),
            extra,
        ),
        max_size=16,
        unique_by=lambda line: line.line,
    ).map(tuple),
    st.none() | st.integers(0, MAX_STARTS_AT_MS),
    extra,
)
described = st.sampled_from([RtcSignalKind.OFFER, RtcSignalKind.ANSWER])
silent = st.sampled_from(
    [RtcSignalKind.END, RtcSignalKind.RESTART, RtcSignalKind.REPLACE]
)
generations = st.integers(1, 1_000_000)
mapped = st.lists(
    st.builds(MappedMid, texts(16), st.sampled_from(Slot), extra),
    max_size=16,
    unique_by=lambda each: each.mid,
).map(tuple)
candidates = st.lists(
    st.builds(RtcCandidate, texts(16), texts(60), extra), min_size=1, max_size=4
).map(tuple)
rtc_signals: st.SearchStrategy[RtcSignal] = st.one_of(
    st.builds(
        RtcSignal,
        described,
        octets(16),
        octets(16),
        generations,
        texts(200),
        mapped,
        extra=extra,
    ),
    st.builds(
        RtcSignal,
        st.just(RtcSignalKind.CANDIDATES),
        octets(16),
        octets(16),
        generations,
        candidates=candidates,
        extra=extra,
    ),
    st.builds(RtcSignal, silent, octets(16), octets(16), generations, extra=extra),
)
bodies: st.SearchStrategy[Body] = st.one_of(
    rtc_signals,
    st.builds(
        Caption,
        octets(16),
        st.uuids(),
        texts(500),
        st.booleans(),
        st.none() | st.uuids(),
        st.none() | texts(40),
        extra,
    ),
    st.builds(CredentialAsk, octets(32), extra),
    st.builds(CredentialShown, octets(32), texts(200), texts(100), extra),
    st.builds(Text, texts(200), st.none() | texts(64), extra),
    st.builds(
        Reply,
        texts(50),
        st.builds(Quoted, st.uuids(), st.none() | texts(80), extra),
        extra,
    ),
    st.builds(Edit, st.uuids(), texts(50), extra),
    st.builds(Reaction, st.uuids(), texts(32), st.booleans(), extra),
    st.builds(Delete, st.uuids(), extra),
    st.builds(Receipt, st.integers(0, 2**53 - 1), st.sampled_from(ReceiptKind), extra),
    st.builds(Typing, st.booleans(), extra),
    st.builds(File, attachments, extra),
    st.builds(
        Voice,
        attachments,
        whole,
        st.lists(st.integers(0, 255), max_size=64).map(tuple),
        extra,
    ),
    st.builds(HistoryKey, whole, octets(32), extra),
    st.builds(LocationKey, octets(16), octets(32), octets(32), extra),
    st.builds(LogHead, octets(32), whole, octets(32), whole, octets(64), extra),
    st.builds(
        Agenda,
        st.uuids(),
        st.integers(0, MAX_STARTS_AT_MS),
        st.integers(1, 240),
        st.sampled_from(["UTC", "Etc/GMT+5", "America/Argentina/Ushuaia"]),
        st.lists(texts(200), max_size=12).map(tuple),
        st.booleans(),
        extra,
    ),
    st.builds(
        Goal,
        st.uuids(),
        texts(200),
        st.none() | texts(200),
        st.integers(0, 100),
        st.booleans(),
        extra,
    ),
    st.builds(Note, st.uuids(), st.none() | texts(400), extra),
    plan_changes,
    st.builds(
        Screening,
        texts(40),
        texts(40),
        texts(40),
        texts(200),
        st.lists(
            st.builds(Asked, texts(60), st.none() | texts(60), extra), max_size=6
        ).map(tuple),
        st.sampled_from(sorted(BANDS)),
        st.booleans(),
        extra,
    ),
)
contents = st.builds(
    Content,
    st.uuids(),
    st.integers(0, 2**53 - 1),
    bodies,
    st.none() | texts(40),
    extra,
)
