"""The log of the desk in the browser: the octets and the verdicts of Python."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.audit import (
    GENESIS,
    PERSONAL,
    Row,
    canonical,
    chained,
    erased,
    verify,
)
from mentalverse_crisis.record import Entry, What
from support.case_logs import DAWN_MS, case_logs, opening
from support.desk_logs import chain, salts

MOST = 2**53 - 1
repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=150)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
entries = st.builds(
    Entry,
    at_ms=st.integers(-MOST, MOST),
    case=texts,
    what=st.sampled_from(What),
    actor=texts,
    band=st.none() | st.sampled_from(Band),
    tap_ms=st.none() | st.integers(-MOST, MOST),
    responder=texts,
    offer=texts,
    side=texts,
    level=st.integers(-3, MOST),
    outcome=texts,
    reason=texts,
    language=texts,
    region=texts,
    drill=texts,
    policy=texts,
)
ROWS = chain(
    [
        opening(language="de", region="AT"),
        Entry(DAWN_MS + 1, "c1", What.OFFERED, responder="r1", offer="c1.1"),
        Entry(DAWN_MS + 2, "c1", What.BAND_SET, "r1", Band.A3, reason="said so"),
        Entry(DAWN_MS + 3, "c1", What.CLOSED, outcome="closed"),
    ]
)
DIGEST = hashlib.sha256(b"something else").hexdigest()


def lines_of(rows: list[Row]) -> list[str]:
    """As the log is exported."""
    return [msgspec.json.encode(row).decode() for row in rows]


def python(lines: list[str], head: str | None = None) -> Any:
    """What Python says of a log; a line that is no row is `form`."""
    rows = []
    for place, line in enumerate(lines):
        try:
            rows.append(msgspec.json.decode(line, type=Row))
        except msgspec.ValidationError:
            broken = verify(rows)
            found = None if broken is None else (broken.place, broken.flaw.value)
            return dict(zip(("place", "flaw"), found or (place, "form"), strict=True))
    broken = verify(rows, head)
    if broken is None:
        return None
    return {"place": broken.place, "flaw": broken.flaw.value}


def assert_alike(formats: JsPeer, lines: list[str], head: str | None = None) -> Any:
    said = formats.call("verifyLog", lines=lines, head=head)
    assert said == python(lines, head)
    return said


@settings(repeatable)
@given(entry=entries)
def test_a_row_has_the_same_octets(formats: JsPeer, entry: Entry) -> None:
    """Those its hash is over, whatever is in it; and its hash holds in either."""
    row = chained(entry, None, salts(0))
    [line] = lines_of([row])
    octets = formats.call("canonicalRow", line=line)
    assert base64.b64decode(octets) == canonical(entry, row.commitments)
    assert assert_alike(formats, [line], row.hash) is None
    assert assert_alike(formats, lines_of([erased(row)])) is None


@settings(repeatable, max_examples=40)
@given(log=case_logs(), names=st.sets(st.sampled_from(PERSONAL)))
def test_a_log_holds_in_either(formats: JsPeer, log: list[Entry], names: Any) -> None:
    """Erased fields too; every head that it ever had is known, and no other is."""
    rows = [erased(row, names) for row in chain(log)]
    lines = lines_of(rows)
    for head in (None, GENESIS, rows[0].hash, rows[-1].hash):
        assert assert_alike(formats, lines, head) is None
    lost = assert_alike(formats, lines[:-1], rows[-1].hash)
    assert lost == {"place": len(rows) - 1, "flaw": "head"}


def _is_unknown_word(name: str, value: object) -> bool:
    """The browser has no list of what can happen; the hash is what tells."""
    return name == "what" and isinstance(value, str)


@pytest.mark.parametrize("word", ["", "closed", "something_new"])
def test_another_word_for_what_happened_is_found(formats: JsPeer, word: str) -> None:
    """Whether it is one or not."""
    lines = lines_of(ROWS)
    lines[1] = json.dumps({**json.loads(lines[1]), "what": word})
    said = formats.call("verifyLog", lines=lines, head=None)
    assert said == {"place": 1, "flaw": "hash"}


@pytest.mark.parametrize("place", range(len(ROWS)))
def test_whatever_is_changed_is_told_alike(formats: JsPeer, place: int) -> None:
    """Each value of each row: changed, taken out, of another kind, or one too many."""
    document: dict[str, Any] = json.loads(lines_of(ROWS)[place])
    others: list[Any] = [DIGEST, 3, None, True, [], {}, ""]
    changed = [
        {**document, name: other}
        for name in {*document, *Entry.__struct_fields__}
        for other in others
        if document.get(name) != other and not _is_unknown_word(name, other)
    ]
    changed += [
        {key: value for key, value in document.items() if key != name}
        for name in document
    ]
    for inner in ("commitments", "salts"):
        held: dict[str, Any] = document[inner]
        for name in held:
            less = {key: value for key, value in held.items() if key != name}
            changed += [
                {**document, inner: less},
                {**document, inner: {**held, name: DIGEST}},
                {**document, inner: {**held, name: DIGEST.upper()}},
            ]
        changed.append({**document, inner: {**held, "case": DIGEST}})
    changed.append({**document, "note": "kept out of every hash"})
    found = 0
    for each in changed:
        lines = lines_of(ROWS)
        lines[place] = json.dumps(each)
        found += assert_alike(formats, lines) is not None
    # A field at its default says the same whether it is written or not.
    assert found >= len(changed) - len(Entry.__struct_fields__)


@pytest.mark.parametrize("place", range(len(ROWS)))
def test_a_row_that_is_gone_doubled_or_moved_is_told_alike(
    formats: JsPeer, place: int
) -> None:
    """At the same place, under the same name."""
    lines = lines_of(ROWS)
    gone = lines[:place] + lines[place + 1 :]
    assert_alike(formats, gone, ROWS[-1].hash)
    assert assert_alike(formats, [*lines[:place], lines[place], *lines[place:]])
    assert assert_alike(formats, [lines[place], *gone]) is None or place > 0


@pytest.mark.parametrize(
    "line", ["", "null", "[]", "{}", '{"seq":0,"seq":0}', "{", '{"seq":1e0}']
)
def test_what_is_no_row_is_found(formats: JsPeer, line: str) -> None:
    """Where it stands; whatever comes after it is not looked at."""
    said = formats.call("verifyLog", lines=[*lines_of(ROWS), line], head=None)
    assert said == {"place": len(ROWS), "flaw": "form"}
