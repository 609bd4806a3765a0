"""One reading of JSON: what Python refuses the browser refuses, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer

from mentalverse_crypto import ijson
from support.formats import Verdict, ours, theirs

repeatable = settings(database=None, deadline=None, derandomize=True)

TOKENS = [
    *"{}[],:",
    *('"a"', '"b"', '"\\u0061"', '"é"', '"\\n\\/\\u00e9"', '"😀"', '"\\ud83d\\ude00"'),
    *('"\\ud83d"', '"\\ude00\\ud83d"', '"\\x"', '"\\u12"', '"\\u00_1"', '"', "\\"),
    *("true", "false", "null", "nul", "True", "NaN", "Infinity", "-Infinity"),
    *("0", "-0", "01", "7", "-7", "-", "+1", "1_0", "٣"),
    *("9007199254740991", "-9007199254740991", "9007199254740992", "99999999999999999"),
    *("1.0", "-0.0", "1.", ".5", "1e5", "1E+05", "1e", "1e400", "-1e400", "4.9e-400"),
    *(" ", "\t", "\n", "\r", "\x0b", "\x0c", "\u00a0", "\ufeff", "\u2028"),
    *("\x00", "\x1f", "\x7f", '"\x1f"', '"\x7f"', '"\u2028"', '"\t"'),
]
tokens = st.lists(st.sampled_from(TOKENS), max_size=9)
values = st.recursive(
    st.sampled_from(
        ["true", "null", "0", "-0", "1.50", "1e5", "9007199254740991", '"a"', '"😀"']
    ),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda each: f"[{','.join(each)}]")
        | st.lists(
            st.tuples(st.sampled_from(['"a"', '"b"', '"__proto__"', '"1"']), inner),
            max_size=3,
        ).map(lambda each: "{" + ",".join(f"{k} :{v}" for k, v in each) + "}")
    ),
)


def _exact(verdict: Verdict) -> Verdict:
    """Told apart: 1 and 1.0, true and 1, and the order of names."""
    return (verdict[0], repr(verdict[1])) if verdict[0] == "ok" else verdict


def _said(formats: JsPeer, data: bytes) -> Verdict:
    verdict, value = theirs(formats, "parse", [{"data": data}])[0]
    return _exact((verdict, ijson.parse(value.encode()) if verdict == "ok" else value))


def _assert_judged(formats: JsPeer, data: bytes) -> Verdict:
    mine = _exact(ours(lambda: ijson.parse(data)))
    assert _said(formats, data) == mine, data
    return mine


@settings(repeatable, max_examples=1_500)
@given(parts=tokens)
def test_any_row_of_tokens_is_judged_alike(formats: JsPeer, parts: list[str]) -> None:
    _assert_judged(formats, "".join(parts).encode())


@settings(repeatable, max_examples=500)
@given(text=values, data=st.data())
def test_values_and_what_is_left_of_them_are_judged_alike(
    formats: JsPeer, text: str, data: st.DataObject
) -> None:
    """Whole; with a stretch of it replaced by any token."""
    _assert_judged(formats, text.encode())
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    token = data.draw(st.sampled_from(["", *TOKENS]))
    _assert_judged(formats, (text[:start] + token + text[end:]).encode())


@settings(repeatable, max_examples=500)
@given(octets=st.binary(max_size=40), inside=st.booleans())
def test_any_octets_are_judged_alike(
    formats: JsPeer, octets: bytes, *, inside: bool
) -> None:
    """On their own, and inside a text, where most of UTF-8 is allowed."""
    _assert_judged(formats, b'"' + octets + b'"' if inside else octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"\xed\xa0\x80",
        b"\xed\xb0\x80",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\xef\xbf\xbe",
        b"\xef\xbb\xbf",
        b"\xf0\x9f\x98",
        b"\x80",
    ],
)
def test_only_utf_8_is_a_text(formats: JsPeer, octets: bytes) -> None:
    for data in (octets, b'"' + octets + b'"', b'{"a":1}' + octets, octets + b"{}"):
        _assert_judged(formats, data)


@given(value=st.integers(-(2**70), 2**70) | st.integers(2**53 - 3, 2**53 + 3))
@repeatable
def test_integers_are_exact_or_refused(formats: JsPeer, value: int) -> None:
    mine = _assert_judged(formats, str(value).encode())
    assert (mine[0] == "ok") == (abs(value) < 2**53)


@given(value=st.floats(allow_nan=False, allow_infinity=False))
@repeatable
def test_numbers_with_a_fraction_keep_their_spelling(
    formats: JsPeer, value: float
) -> None:
    _assert_judged(formats, repr(value).encode())
    for spelled in (f"{value:.3e}", f"{value:.5E}", f"{value:+.2f}".lstrip("+")):
        if _assert_judged(formats, spelled.encode())[0] == "ok":
            assert formats.call("parse", data=spelled.encode()) == spelled


def test_depth_and_length_end_at_the_same_place(formats: JsPeer) -> None:
    nestings: list[tuple[str, str]] = [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")]
    said = set()
    for opening, closing in nestings:
        for depth in (1, 4, 5, 8, 9, 5_000):
            for inner in ("0", '"[[[[{{{{"', ""):
                data = (opening * depth + inner + closing * depth).encode()
                said.add(_assert_judged(formats, data)[1])
    for length in (31_998, 31_999, 32_000):
        said.add(_assert_judged(formats, b'"' + b"a" * length + b'"')[1])
        said.add(_assert_judged(formats, b"[" * length)[1])
        said.add(_assert_judged(formats, b'"' + b"\\" * length)[1])
        said.add(_assert_judged(formats, b"9" * length)[1])
    assert {"content.malformed", "content.too_large"} < said


@repeatable
@given(
    value=st.dictionaries(
        st.sampled_from(["__proto__", "constructor", "toString", "2", "1", "", "é"]),
        st.integers(-5, 5) | st.booleans() | st.none(),
    )
)
def test_no_name_is_special_and_their_order_stays(
    formats: JsPeer, value: dict[str, Any]
) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert formats.call("parse", data=text.encode()) == text
