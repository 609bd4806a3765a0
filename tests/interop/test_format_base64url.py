"""Octets as text have one spelling, the same in both languages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import base64url
from support.format_values import verdict

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=300)


@repeatable
@given(st.binary(max_size=50))
def test_both_write_the_same_text_and_read_it(formats: JsPeer, value: bytes) -> None:
    text = formats.call("base64urlEncode", octets=value)
    assert text == base64url.encode(value)
    assert octets(formats.call("base64urlDecode", text=text)) == value


@repeatable
@given(
    st.text("AQZaz09-_+/= \n\x00\u00ff", max_size=9)
    | st.binary(max_size=9).map(lambda value: base64url.encode(value) + "=")
)
def test_every_other_spelling_is_refused_by_both(formats: JsPeer, text: str) -> None:
    ours = verdict(base64url.decode, text)
    theirs = verdict(formats.call, "base64urlDecode", text=text)
    assert (octets(theirs) if isinstance(ours, bytes) else theirs) == ours
