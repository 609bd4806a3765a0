"""How contents fold into what people see: the same on every device."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_client.store.messages import (
    EDIT_WINDOW,
    MAX_EDITS,
    MAX_REACTIONS,
    NEEDS_NEWER,
    REPORTABLE_AFTER_DELETION,
    Message,
    MessageKind,
    Origin,
    changed,
    describe_change,
    named,
    notice,
    opened,
    without_proof,
)
from mentalverse_crypto.attachments import AttachmentReference
from mentalverse_crypto.carried import File, Voice
from mentalverse_crypto.content import (
    Body,
    Content,
    Delete,
    Edit,
    Reaction,
    Receipt,
    ReceiptKind,
    Text,
    Unknown,
)
from mentalverse_signaling.ids import AccountId, DeviceId
from mentalverse_signaling.recovery_api import MAX_REPORTED_ROWS

ADA, BEN = "a" * 32, "b" * 32
ID = UUID(int=7)
START = datetime(2026, 1, 1, tzinfo=UTC)


def origin(account: str = ADA, seq: int = 1, after: timedelta = timedelta()) -> Origin:
    return Origin("c" * 32, seq, START + after, account, account == ADA)


def a_text(text: str = "hello") -> Message:
    message = opened(Content(ID, 0, Text(text)), origin())
    assert message is not None
    return message


FILE = AttachmentReference(
    bytes(16), bytes(32), bytes(32), 2_000, "audio/ogg", "note.ogg"
)


def a_file() -> Message:
    message = opened(Content(ID, 0, Voice(FILE, 1_500, (1, 2))), origin())
    assert message is not None
    return message


def test_a_file_shows_its_name_and_keeps_what_opens_it() -> None:
    message = a_file()
    assert (message.kind, message.text) == (MessageKind.FILE, "note.ogg")
    assert message.file is not None
    assert (message.file.size, message.file.ms) == (2_000, 1_500)
    assert message.file.reference == FILE
    for hidden in ("note.ogg", "reference", FILE.key.hex()):
        assert hidden not in repr(message.file)
    plain = opened(Content(ID, 0, File(FILE)), origin())
    assert plain is not None
    assert plain.file is not None
    assert plain.file.ms is None


def test_a_file_is_taken_back_and_reacted_to_and_never_edited() -> None:
    assert changed(a_file(), Edit(ID, "another name"), origin(ADA)) is None
    reacted = changed(a_file(), Reaction(ID, "🙂", True), origin(BEN))
    assert reacted is not None
    assert reacted.reactions == {"🙂": (BEN,)}
    gone = changed(a_file(), Delete(ID), origin(ADA))
    assert gone is not None
    assert (gone.file, gone.text, gone.quote) == (None, "", None)


def test_every_wording_anybody_saw_fits_one_report() -> None:
    """Edits beyond the bound change nothing, so no wording leaves a report's reach."""
    message = a_text()
    for seq in range(2, MAX_EDITS + 2):
        later = changed(message, Edit(ID, str(seq)), origin(seq=seq))
        assert later is not None
        message = later
    assert message.rows == tuple(range(1, MAX_EDITS + 2))
    assert len(message.rows) <= MAX_REPORTED_ROWS
    assert changed(message, Edit(ID, "once more"), origin(seq=99)) is None


def test_only_its_sender_edits_a_message() -> None:
    edit = Edit(ID, "hi")
    edited = changed(a_text(), edit, origin(ADA))
    assert edited is not None
    assert (edited.text, edited.edited) == ("hi", True)
    assert changed(a_text(), edit, origin(BEN)) is None


def test_a_message_is_edited_for_one_day_by_the_log() -> None:
    edit, second = Edit(ID, "hi"), timedelta(seconds=1)
    assert changed(a_text(), edit, origin(after=EDIT_WINDOW)) is not None
    assert changed(a_text(), edit, origin(after=EDIT_WINDOW + second)) is None


def test_a_deleted_message_keeps_its_place_and_nothing_else() -> None:
    reacted = changed(a_text(), Reaction(ID, "🙂", True), origin(BEN))
    assert reacted is not None
    gone = changed(reacted, Delete(ID), origin(ADA))
    assert gone is not None
    assert (gone.seq, gone.account, gone.text) == (1, ADA, "")
    assert (gone.deleted, gone.reactions) == (True, {})
    assert changed(gone, Edit(ID, "back"), origin(ADA)) is None
    assert changed(a_text(), Delete(ID), origin(BEN)) is None


def test_only_what_somebody_else_took_back_stays_reportable() -> None:
    edited = changed(a_text(), Edit(ID, "worse"), origin(ADA, seq=2))
    assert edited is not None
    theirs = changed(edited, Delete(ID), replace(origin(seq=3), mine=False))
    assert theirs is not None
    assert (theirs.is_reportable, theirs.rows) == (True, (1, 2))
    assert theirs.reportable_until == origin().at + REPORTABLE_AFTER_DELETION
    assert (theirs.text, theirs.edited) == ("", False)
    mine = changed(edited, Delete(ID), origin(seq=3))
    for gone in (mine, without_proof(theirs)):
        assert gone is not None
        assert (gone.is_reportable, gone.rows) == (False, ())
        assert gone.reportable_until is None


@settings(database=None, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from([ADA, BEN]), st.sampled_from("🙂🎉"), st.booleans()),
        max_size=30,
    )
)
def test_a_person_has_each_reaction_on_or_off(
    steps: list[tuple[str, str, bool]],
) -> None:
    message, last = a_text(), {}
    for who, emoji, on in steps:
        message = changed(message, Reaction(ID, emoji, on), origin(who)) or message
        last[who, emoji] = on
    shown = {(who, e) for e, people in message.reactions.items() for who in people}
    assert shown == {key for key, on in last.items() if on}
    assert all(len(set(p)) == len(p) > 0 for p in message.reactions.values())


def test_a_flood_of_emoji_is_cut_off() -> None:
    message = a_text()
    for code in range(MAX_REACTIONS + 10):
        reaction = Reaction(ID, chr(0x1F300 + code), True)
        message = changed(message, reaction, origin(BEN)) or message
    assert len(message.reactions) == MAX_REACTIONS


def test_an_unknown_type_shows_its_fallback_as_plain_text() -> None:
    shown = opened(Unknown(b"{}", "mood", 1, "feeling fine"), origin(seq=9))
    bare = opened(Unknown(b"{}", "mood", 1), origin())
    assert shown is not None
    assert bare is not None
    assert (shown.kind, shown.text) == (MessageKind.UNKNOWN, "feeling fine")
    assert bare.text == NEEDS_NEWER


def test_a_receipt_is_no_message() -> None:
    body: Body = Receipt(4, ReceiptKind.READ)
    assert opened(Content(ID, 0, body), origin()) is None


def test_a_change_of_members_is_told_by_name() -> None:
    def leaf(account: str, device: str) -> tuple[AccountId, DeviceId]:
        return AccountId(account), DeviceId(device * 32)

    cleo = "c" * 32
    before = frozenset({leaf(ADA, "1"), leaf(BEN, "2")})
    after = frozenset({leaf(ADA, "1"), leaf(ADA, "3"), leaf(cleo, "4")})
    handles = {ADA: "ada", BEN: "ben", cleo: "cleo"}
    text = describe_change(before, after)
    assert ADA in text
    said = named(notice(text, origin()), lambda account: handles[account])
    assert said.text == "cleo joined; ben left; ada added a device"
    assert describe_change(before, before) == ""


def test_a_text_that_looks_like_a_notice_stays_as_it_is() -> None:
    message = replace(a_text(), text=f"{{{BEN}}} joined")
    assert named(message, lambda _: "x").text == f"{{{BEN}}} joined"


def test_nothing_written_stands_in_a_repr() -> None:
    assert "hello" not in repr(a_text("hello"))
