"""Whatever is changed in a log is found, and what has to be erased can be."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.audit import (
    GENESIS,
    PERSONAL,
    SALT_BYTES,
    Broken,
    Flaw,
    Row,
    canonical,
    chained,
    erased,
    verify,
)
from mentalverse_crisis.record import Entry, What
from support.case_logs import DAWN_MS, case_logs, opening
from support.desk_logs import chain, salts

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=300)


ROWS = chain(
    [
        opening(language="de", region="AT"),
        Entry(DAWN_MS + 1, "c1", What.OFFERED, responder="r1", offer="c1.1"),
        Entry(DAWN_MS + 2, "c1", What.ACCEPTED, actor="r1", responder="r1"),
        Entry(DAWN_MS + 3, "c1", What.BAND_SET, "r1", Band.A3, reason="said so"),
        Entry(DAWN_MS + 4, "c1", What.CLOSED, outcome="closed"),
    ]
)
HEAD = ROWS[-1].hash


def test_a_log_that_nobody_touched_holds() -> None:
    """Empty too; and a head known from an earlier time is still in it."""
    assert verify(ROWS, HEAD) is None
    assert verify(ROWS, ROWS[2].hash) is None
    assert verify(ROWS, GENESIS) is None
    assert verify([]) is None
    assert verify([], GENESIS) is None


def test_the_form_of_a_row_is_the_same_for_ever() -> None:
    """Else logs of today could not be verified tomorrow."""
    entry = Entry(1, "c", What.BAND_SET, "r1", Band.A0, level=2, drill="drill")
    commitments = dict.fromkeys(PERSONAL, "00" * 32)
    personal = b"c" + bytes(32)
    pairs = [
        (b"actor", personal),
        (b"at_ms", b"i1"),
        (b"band", b"i0"),
        (b"case", b"sc"),
        (b"drill", b"sdrill"),
        (b"language", personal),
        (b"level", b"i2"),
        (b"reason", personal),
        (b"region", personal),
        (b"responder", personal),
        (b"what", b"eband_set"),
    ]
    expected = b"".join(
        len(octets).to_bytes(4) + octets for pair in pairs for octets in pair
    )
    assert canonical(entry, commitments) == expected
    assert chained(entry, None, salts(0)).hash == (
        "4c06185f34d8ede7e3577045f3adb2b8640097be9cee91df3a8ef3bf732fbd67"
    )


@pytest.mark.parametrize("place", range(len(ROWS)))
def test_a_row_that_is_missing_doubled_or_moved_is_found_where_it_is(
    place: int,
) -> None:
    """Dropping the last takes the head to be found."""
    dropped = ROWS[:place] + ROWS[place + 1 :]
    is_last = place == len(ROWS) - 1
    flaw = Flaw.HEAD if is_last else Flaw.NUMBER
    assert verify(dropped, HEAD) == Broken(place, flaw)
    doubled = ROWS[: place + 1] + ROWS[place:]
    assert verify(doubled, HEAD) == Broken(place + 1, Flaw.NUMBER)
    if not is_last:
        swapped = list(ROWS)
        swapped[place], swapped[place + 1] = ROWS[place + 1], ROWS[place]
        assert verify(swapped, HEAD) == Broken(place, Flaw.NUMBER)


@pytest.mark.parametrize("place", range(len(ROWS)))
def test_a_row_that_was_slipped_in_breaks_the_next(place: int) -> None:
    """Even if it was chained well to the row before it; and a log written anew from
    there on never had the head."""
    forged = Entry(DAWN_MS, "c1", What.PERSON_SPOKE)
    before = ROWS[place - 1] if place else None
    slipped_in = chained(forged, before, salts("forged"))
    assert verify([*ROWS[:place], slipped_in, *ROWS[place:]], HEAD) == (
        Broken(place + 1, Flaw.NUMBER)
    )
    instead = [*ROWS[:place], slipped_in, *ROWS[place + 1 :]]
    if place < len(ROWS) - 1:
        assert verify(instead) == Broken(place + 1, Flaw.LINK)
    assert verify(instead[: place + 1], HEAD) == Broken(place + 1, Flaw.HEAD)


@pytest.mark.parametrize(
    ("fields", "flaw"),
    [
        ({"seq": 3}, Flaw.NUMBER),
        ({"prev_hash": GENESIS}, Flaw.LINK),
        ({"hash": GENESIS}, Flaw.HASH),
        ({"at_ms": 0}, Flaw.HASH),
        ({"drill": "drill"}, Flaw.HASH),
        ({"responder": "r2"}, Flaw.VALUE),
        ({"responder": ""}, Flaw.VALUE),
        ({"salts": {}}, Flaw.VALUE),
        ({"salts": {**ROWS[2].salts, "actor": GENESIS}}, Flaw.VALUE),
        ({"salts": {**ROWS[2].salts, "case": GENESIS}}, Flaw.COMMITMENT),
        ({"commitments": {}}, Flaw.COMMITMENT),
        ({"commitments": {**ROWS[2].commitments, "case": GENESIS}}, Flaw.COMMITMENT),
        ({"commitments": {**ROWS[2].commitments, "reason": GENESIS}}, Flaw.VALUE),
    ],
)
def test_a_field_that_was_changed_is_found_in_its_row(
    fields: dict[str, object], flaw: Flaw
) -> None:
    """Of the third row, and it says of which kind the change is."""
    changed = [*ROWS[:2], msgspec.structs.replace(ROWS[2], **fields), *ROWS[3:]]
    assert verify(changed, HEAD) == Broken(2, flaw)


@given(st.data())
@repeatable
def test_any_flipped_bit_of_a_written_log_is_found(data: st.DataObject) -> None:
    """I15: the line cannot be read any more, or the chain breaks no later than in the
    row after it."""
    place = data.draw(st.integers(0, len(ROWS) - 1))
    line = bytearray(msgspec.json.encode(ROWS[place]))
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = msgspec.json.decode(bytes(line), type=Row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    broken = verify([*ROWS[:place], read, *ROWS[place + 1 :]], HEAD)
    assert broken is not None
    assert broken.place in (place, place + 1)


def test_every_bit_of_a_row_counts() -> None:
    """The same for each bit of one row: none is skipped by chance."""
    written = msgspec.json.encode(ROWS[2])
    for bit in range(len(written) * 8):
        line = bytearray(written)
        line[bit // 8] ^= 1 << bit % 8
        try:
            read = msgspec.json.decode(bytes(line), type=Row)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        assert verify([*ROWS[:2], read, *ROWS[3:]], HEAD) is not None


@given(case_logs(), st.data())
@repeatable
def test_what_is_erased_leaves_the_chain_whole_and_nothing_behind(
    entries: list[Entry], data: st.DataObject
) -> None:
    """Any fields of any rows: the chain holds, the rest stays, the value is gone."""
    rows = chain(entries)
    head = rows[-1].hash
    for place in range(len(rows)):
        names = data.draw(st.sets(st.sampled_from([*PERSONAL, "case"])))
        rows[place] = erased(rows[place], names)
        for name in names - {"case"}:
            assert getattr(rows[place], name) == ""
            assert name not in rows[place].salts
        assert rows[place].case == entries[place].case
    assert verify(rows, head) is None
    again = msgspec.json.decode(msgspec.json.encode(rows), type=list[Row])
    assert again == rows
    everything = erased(rows[0])
    others = (entries[0].actor, entries[0].language, entries[0].region)
    written = msgspec.json.encode(everything).decode()
    assert not any(f'"{value}"' in written for value in others if value)


def test_an_erased_field_cannot_be_filled_again() -> None:
    """Neither with what stood there nor with something else, without its salt."""
    gone = erased(ROWS[2], ["responder"])
    for value in ("r1", "r2"):
        filled = msgspec.structs.replace(gone, responder=value)
        assert verify([*ROWS[:2], filled, *ROWS[3:]]) == Broken(2, Flaw.VALUE)


def test_equal_values_have_unlike_commitments() -> None:
    """Else the responder of an erased row could be told by another row of theirs; and a
    salt that stays for one field opens no other."""
    one = chained(ROWS[2], None, salts(1))
    other = chained(ROWS[2], None, salts(2))
    assert one.commitments["responder"] != other.commitments["responder"]
    same = chained(ROWS[2], None, dict.fromkeys(PERSONAL, bytes(SALT_BYTES)))
    assert same.commitments["actor"] != same.commitments["responder"]


@pytest.mark.parametrize(
    "given_salts",
    [{}, {**salts(0), "case": bytes(32)}, {**salts(0), "actor": bytes(31)}],
)
def test_a_row_is_not_made_without_its_salts(given_salts: dict[str, bytes]) -> None:
    """A commitment with a short salt, or none, could be guessed."""
    with pytest.raises(ValueError, match="32 octets"):
        chained(ROWS[0], None, given_salts)


def parsed(octets: bytes) -> dict[bytes, bytes]:
    """The fields of a canonical form, read back."""
    parts = []
    while octets:
        length = int.from_bytes(octets[:4])
        parts.append(octets[4 : 4 + length])
        assert len(parts[-1]) == length
        octets = octets[4 + length :]
    return dict(zip(parts[::2], parts[1::2], strict=True))


ENTRIES = st.builds(
    Entry,
    at_ms=st.integers(0, 1 << 60),
    case=st.text(max_size=4),
    what=st.sampled_from(What),
    actor=st.text(max_size=4),
    band=st.none() | st.sampled_from(Band),
    tap_ms=st.none() | st.integers(-1, 1),
    level=st.integers(0, 3),
    outcome=st.text(max_size=4),
    policy=st.text(max_size=4),
)


@given(ENTRIES, ENTRIES)
@repeatable
def test_the_form_can_be_read_in_one_way_only(one: Entry, other: Entry) -> None:
    """It parses back to the fields that were written, so unlike entries are unlike."""
    fields = parsed(canonical(one, {}))
    for name in Entry.__struct_fields__:
        written = fields.pop(name.encode(), None)
        value = getattr(one, name)
        match written:
            case None:
                assert value in ("", 0, None)
            case _ if written[:1] == b"i":
                assert int(written[1:]) == value
            case _ if written[:1] == b"e":
                assert What(written[1:].decode()) is value
            case _:
                assert written == b"s" + value.encode()
    assert not fields
    assume(one != other)
    assert canonical(one, {}) != canonical(other, {})
