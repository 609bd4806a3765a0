"""Fees by a sliding scale: what the table gives, and the tables that must not exist."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mentalverse_modules.rewards.documents import (
    pack_hash,
    read,
    shipped,
    signed,
    written,
)
from mentalverse_modules.rewards.errors import MalformedPack, NoSuchFee
from mentalverse_modules.rewards.fees import MOST_CODE_CHARS, fee
from mentalverse_modules.rewards.lint import lint
from mentalverse_modules.rewards.packs import MICRO, Fee
from mentalverse_modules.rewards.takings import MOST_MICRO
from support.reward_facts import document

SCALE = [["full", 60 * MICRO], ["half", 30 * MICRO], ["none", 0]]
PACK = replace(
    shipped("professional"),
    fees=(
        Fee("session", (("full", 60 * MICRO), ("half", 30 * MICRO), ("none", 0))),
        Fee("session.extended", (("none", 0), ("half", 1), ("full", MOST_MICRO))),
    ),
)


def found(*fees: dict[str, Any], pack: str = "professional") -> set[str]:
    """The names of what is wrong in a shipped pack with these fees."""
    octets = json.dumps(document(pack) | {"fees": fees}).encode()
    codes = {one.code for one in lint(octets)}
    if codes:
        with pytest.raises(MalformedPack):
            read(octets)
    return codes


def of(code: str = "session", scale: Any = SCALE, **more: Any) -> dict[str, Any]:
    return {"code": code, "scale": scale, **more}


@pytest.mark.capability("T14")
def test_a_fee_is_a_whole_number_of_a_table() -> None:
    assert fee(PACK, "session", "half") == 30 * MICRO
    assert fee(PACK, "session", "none") == 0
    assert fee(PACK, "session.extended", "full") == MOST_MICRO


@pytest.mark.capability("T14")
@pytest.mark.parametrize(
    ("service", "step", "said"),
    [
        ("workshop", "half", "session, session.extended"),
        ("session", "quarter", "full, half, none"),
        ("", "", "session"),
    ],
)
def test_what_the_table_does_not_name_has_no_fee(
    service: str, step: str, said: str
) -> None:
    with pytest.raises(NoSuchFee, match=said):
        fee(PACK, service, step)


def test_the_packs_that_ship_take_no_fees() -> None:
    with pytest.raises(NoSuchFee, match="none"):
        fee(shipped("professional"), "session", "full")


def test_a_pack_with_fees_is_read_as_it_was_written() -> None:
    """And one without has the octets that it had before there were fees."""
    assert read(written(PACK)) == PACK
    assert pack_hash(PACK) != pack_hash(shipped("professional"))
    assert b"fees" not in written(shipped("professional"))
    assert signed(PACK, b"k" * 32).document.encode() == written(PACK)


@pytest.mark.capability("T08")
@pytest.mark.parametrize(
    "code",
    ["crisis", "crisis.call", "session.crisis", "safety", "safety.plan", "emergency"]
    + ["suicide_watch", "block", "safeguard.report", "reporting", "export.data"],
)
def test_what_is_free_for_everybody_has_no_fee(code: str) -> None:
    """Not even a fee of nothing: nobody is asked on which step they are."""
    assert "free_service" in found(of(code))
    assert "free_service" in found(of(code, [["all", 0]]))


@pytest.mark.capability("T14")
@pytest.mark.parametrize(
    ("code", "fees"),
    [
        ("fraction", [of(scale=[["full", 0.5]])]),
        ("fraction", [of(scale=[["full", 60.0]])]),
        ("wrong_type", [of(scale=[["full", "60"]])]),
        ("wrong_type", [of(scale=[["full", True]])]),
        ("wrong_type", [of(scale={"full": 60})]),
        ("unknown_field", [of(income=1)]),
        ("missing_field", [{"code": "session"}]),
        ("fee_range", [of(scale=[["full", -1]])]),
        ("fee_range", [of(scale=[["full", MOST_MICRO + 1]])]),
        ("doubled_code", [of(), of()]),
        ("doubled_code", [of("professional.session")]),
        ("doubled_step", [of(scale=[["full", 2], ["full", 1]])]),
        ("unknown_step", [of(scale=[])]),
        ("unknown_step", [of(), of("other", [["full", 1]])]),
        ("unknown_step", [of(), of("other", [*SCALE, ["more", 1]])]),
        ("bad_name", [of("Session")]),
        ("bad_name", [of("a" * (MOST_CODE_CHARS + 1))]),
        ("bad_name", [of(scale=[["Full", 1]])]),
        ("bad_name", [of(scale=[["in_crisis", 1]])]),
        ("bad_name", [of(scale=[["a" * 33, 1]])]),
    ],
)
def test_a_bad_table_is_refused_by_name(code: str, fees: list[dict[str, Any]]) -> None:
    """Of a pack that is good with a good one."""
    assert found() == found(of(), of("a" * MOST_CODE_CHARS)) == set()
    assert code in found(*fees)


def test_a_pack_that_is_paid_from_sources_takes_no_fees() -> None:
    assert found(of(), pack="peer") == {"idle_fees"}
    assert found(pack="peer") == set()


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, MOST_MICRO)))
def test_what_the_linter_lets_through_has_a_fee_for_every_step(
    scale: dict[str, int],
) -> None:
    pack = document("professional")
    turned = list(reversed(scale.items()))
    pack["fees"] = [of(scale=list(scale.items())), of("other", turned)]
    octets = json.dumps(pack).encode()
    assert (not lint(octets)) == bool(scale)
    if scale:
        for step, micro in scale.items():
            assert fee(read(octets), "session", step) == micro
            assert fee(read(octets), "other", step) == micro
