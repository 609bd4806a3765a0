"""The report says what the audit found in words and pictures, and stands alone."""

from __future__ import annotations

import re
from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.matching.fairness import Audit, Cell, Estimate, Measure, audit
from mentalverse_modules.matching.filters import Ruled
from mentalverse_modules.matching.report import Facts, as_html
from mentalverse_modules.matching.report_plot import Scale
from support.proposals import outcomes

FACTS = Facts("r<1>", "today", 600, 200, 350, 340, 345, 12, {Ruled.LANGUAGE: 7})


def a_report(**planted: float) -> str:
    found, groups = outcomes(1, 600, **planted)  # type: ignore[arg-type]
    return as_html(FACTS, audit(found, groups, Random(1), 100))


def pictures(page: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(x) for x in re.findall(r"<svg.*?</svg>", page)]


@pytest.mark.capability("M06")
def test_a_planted_bias_stands_in_words_and_in_the_picture() -> None:
    page = a_report(bias=0.3)
    assert "<strong>a</strong>: matched less often" in page
    assert "less than four fifths as often" in page
    first = pictures(page)[0]
    space = "{http://www.w3.org/2000/svg}"
    assert first.findall(f"{space}rect")
    assert "No difference was found" not in page


def test_where_nothing_was_found_it_says_so_and_warns() -> None:
    page = a_report()
    assert "No difference was found" in page
    assert "small groups" in page
    assert len(pictures(page)) == 4


def test_it_stands_for_itself_and_is_drawn_for_a_phone() -> None:
    page = a_report(bias=0.3)
    assert not re.search(r"<script|<link|<img|@import|url\(|\ssrc=|\shref=", page)
    assert "r&lt;1&gt;" in page
    for picture in pictures(page):
        _, _, width, height = map(int, picture.attrib["viewBox"].split())
        assert width <= 375
        for each in picture.iter():
            for name in ("x", "x1", "x2", "cx"):
                assert 0 <= float(each.get(name, "0")) <= width
            for name in ("y", "y1", "y2", "cy"):
                assert 0 <= float(each.get(name, "0")) <= height


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("sign", [1, -1])
def test_each_finding_is_put_into_words(measure: Measure, sign: int) -> None:
    reach = sorted((0.1 * sign, 0.3 * sign))
    apart = Estimate(100, 0.2 * sign, *reach)
    found = Estimate(50, 0.5, 0.4, 0.6)
    known = Audit(
        (Cell("g & h", measure, found, apart),), ((measure, found),), 2, ("g & h",)
    )
    page = as_html(FACTS, known)
    expected = {
        Measure.MATCHED: ("more often", "less often", "by 10 to 30 percentage"),
        Measure.WAIT: ("longer", "shorter", "by 0.1 to 0.3 days"),
        Measure.RANK: ("lower", "higher", "by 0.1 to 0.3 places"),
    }[measure]
    said = re.findall(r'<p class="found">(.*?)</p>', page)
    assert len(said) == 1
    assert "g &amp; h" in said[0]
    assert expected[0 if sign > 0 else 1] in said[0]
    assert expected[2] in said[0]
    assert "Groups left out, with fewer than 20 people: 2" in page


def test_without_groups_or_rules_there_is_no_picture() -> None:
    facts = Facts("r", "today", 0, 0, 0, 0, None, 0, {})
    page = as_html(facts, Audit((), (), 0, ()))
    assert "nothing can be compared" in page.replace("\n", " ")
    assert pictures(page) == []
    assert "At most" not in page


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4))
def test_a_scale_holds_all_it_spans_within_few_ticks(low: float, width: float) -> None:
    scale = Scale(low, low + width)
    assert scale.ticks[0] <= low + 1e-6
    assert low + width <= scale.ticks[-1] + 1e-6 * max(1, abs(low) + width)
    assert 2 <= len(scale.ticks) <= 6
    assert scale.x(scale.ticks[0]) == 12
    assert scale.x(scale.ticks[-1]) == 348
