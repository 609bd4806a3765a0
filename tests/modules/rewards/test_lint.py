"""Packs that must not exist, planted one by one and refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mentalverse_modules.rewards.canonical import MAX_BYTES
from mentalverse_modules.rewards.documents import SHIPPED, read, shipped
from mentalverse_modules.rewards.errors import MalformedPack
from mentalverse_modules.rewards.lint import MOST_RULES, lint, lint_pack
from mentalverse_modules.rewards.lint_finding import NEVER
from support.reward_facts import document, rule_in

Spoil = Callable[[dict[str, Any]], object]


def of_rule(line: str = "peer.session", **changes: Any) -> Spoil:
    return lambda pack: rule_in(pack, line).update(changes)


def of_bonus(place: int = 0, **changes: Any) -> Spoil:
    return lambda pack: pack["bonuses"][place].update(changes)


def of_pack(**changes: Any) -> Spoil:
    return lambda pack: pack.update(changes)


def factor(text: str) -> Spoil:
    return of_rule(rubric=[[text, 10_000]])


def measure(name: str, num: int = 9, den: int = 2, least: int = 20) -> Spoil:
    above = {"measure": name, "num": num, "den": den, "least": least}
    return of_bonus(above=above, state="on")


def gates(*names: str) -> Spoil:
    return of_rule(gates=list(names))


def cap(**changes: Any) -> Spoil:
    whole = {"per": "pair", "window": "epoch", "max": 3} | changes
    return of_rule(caps=[whole])


PLANTED: list[tuple[str, Spoil]] = [
    ("unknown_field", of_rule(surprise=1)),
    ("unknown_field", of_pack(comment="x")),
    ("missing_field", lambda pack: rule_in(pack, "peer.session").pop("lo")),
    ("unknown_value", of_rule(mode="sometimes")),
    ("unknown_value", cap(per="message")),
    ("wrong_type", of_rule(lo="25")),
    ("wrong_type", of_rule(lo=True)),
    ("fraction", of_rule(lo=25.5)),
    ("fraction", of_rule(lo=25.0)),
    ("fraction", of_rule(lo=float("nan"))),
    ("large_integer", of_rule(hi=1 << 53)),
    ("not_ascii", of_rule(title="Sess\u00edon")),
    ("not_ascii", of_pack(**{"n\u00e4me": 1})),
    ("range", of_rule(lo=75, hi=25)),
    ("range", of_rule(lo=0)),
    ("range", of_rule(hi=100_001)),
    ("rubric_sum", of_rule(rubric=[["attended", 9_999]])),
    ("rubric_sum", of_rule(rubric=[["attended", 10_001], ["level", -1]])),
    ("unknown_factor", factor("mood")),
    *(
        ("forbidden_factor", factor(text))
        for text in ("acuity", "band", "response_speed", "case_count")
        + ("message_count", "rating_count", "stars", "severity")
    ),
    ("crisis_event", of_rule(event="crisis.closed")),
    ("crisis_event", of_rule(event="crisis.followup_done")),
    ("crisis_event", of_rule(event="safety.complaint_filed")),
    ("unknown_event", of_rule(event="message.sent")),
    ("crisis_rule", of_rule(match={"role": "mentor", "kind": ["crisis"]})),
    ("crisis_rule", of_rule(code="peer.crisis_session")),
    ("overlap", of_rule("peer.event", match={"role": "mentor"})),
    ("export_names_crisis", of_rule(export_as="crisis_duty")),
    ("export_names_crisis", of_rule(export_as="")),
    ("unknown_gate", gates("receipts", "not_drill", "consent", "five_stars")),
    ("missing_gate", gates("receipts", "not_drill")),
    ("missing_gate", gates("receipts", "consent")),
    ("missing_gate", gates("not_drill", "consent")),
    ("unknown_window", cap(window="fortnight")),
    ("bad_cap", cap(max=0)),
    ("uncapped", of_rule("peer.knowledge", caps=[])),
    ("idle_event", of_rule("peer.knowledge", event="session.attended")),
    ("idle_event", of_rule("mentee.resilience", event="goal.set")),
    ("idle_rubric", of_rule("peer.knowledge", rubric=[["level", 10_000]])),
    ("no_evidence", of_rule(event=[])),
    ("forbidden_mode", of_rule("mentee.resilience", mode="off")),
    ("forbidden_mode", of_bonus(3, state="off")),
    ("no_threshold", of_bonus(state="on")),
    ("unknown_measure", measure("luck")),
    ("forbidden_factor", measure("response_speed")),
    ("bad_threshold", measure("satisfaction", num=0)),
    ("too_few", measure("satisfaction", least=19)),
    ("bonus_range", of_bonus(pct=101)),
    ("bonus_cap", of_pack(bonus_cap_pct=101)),
    ("unknown_bucket", of_rule(bucket="nobody")),
    ("unknown_bucket", of_bonus(buckets=["nobody"])),
    ("split_sum", of_pack(buckets=[["mentor", 60], ["mentee", 39]])),
    ("bad_share", of_pack(sources=[["platform", 101], ["treasury", -1]])),
    ("bad_share", of_pack(sources=[["platform", 50], ["platform", 50]])),
    ("bad_name", of_pack(sources=[["Crisis", 100]])),
    ("bad_name", of_pack(name="crisis")),
    ("bad_name", of_rule(code="Peer Session")),
    ("bad_revision", of_pack(rev=0)),
    ("bad_time", of_pack(effective_from="2027-01-04")),
    ("bad_time", of_pack(effective_from="2027-13-04T00:00:00Z")),
    ("version", of_pack(v=2)),
    ("rule_count", of_pack(rules=[])),
    ("doubled_code", of_bonus(code="peer.session")),
    ("pro_rata", of_rule(per_minutes=480, most_minutes=720)),
    ("no_show", of_rule("peer.goal", no_show_minutes=15)),
    ("no_show", of_rule(no_show_minutes=61)),
]


@pytest.mark.capability("T01")
@pytest.mark.parametrize(("code", "spoil"), PLANTED)
def test_a_bad_pack_is_refused_by_name(code: str, spoil: Spoil) -> None:
    """Of a pack that was good before."""
    pack = document()
    spoil(pack)
    octets = json.dumps(pack, ensure_ascii=False).encode()
    assert code in {found.code for found in lint(octets)}
    with pytest.raises(MalformedPack):
        read(octets)


@pytest.mark.capability("T10")
@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("duty_export", {"export_as": "night"}),
        ("pro_rata", {"per_minutes": 0}),
        ("pro_rata", {"most_minutes": 721}),
        ("pro_rata", {"per_minutes": 600, "most_minutes": 480}),
        ("crisis_event", {"event": ["duty.ended", "crisis.closed"]}),
    ],
)
def test_a_shift_is_paid_as_duty_or_not_at_all(
    code: str, changes: dict[str, Any]
) -> None:
    pack = document("professional")
    rule_in(pack, "professional.duty").update(changes)
    assert code in {found.code for found in lint(json.dumps(pack).encode())}


@pytest.mark.capability("T09")
@pytest.mark.capability("T10")
@pytest.mark.parametrize("code", NEVER)
def test_what_a_crisis_would_be_the_evidence_of_stays_forbidden(code: str) -> None:
    """In the shipped packs, and in whatever an operator makes of them."""
    pack = next(one for one in map(shipped, SHIPPED) if code in str(one))
    every = {one.code: one for one in pack.bonuses}
    rule = pack.rule(code)
    is_forbidden = (
        every[code].state == "forbidden" if rule is None else rule.mode == "forbidden"
    )
    assert is_forbidden


@pytest.mark.parametrize(
    ("code", "octets"),
    [
        ("not_json", b"{"),
        ("not_json", b"[" * 100_000),
        ("doubled_key", b'{"v":1,"v":1}'),
        ("too_large", b" " * (MAX_BYTES + 1)),
        ("not_ascii", b'{"v":"\xff"}'),
        ("not_ascii", b'{"v":"\\u00ed"}'),
        ("large_integer", b'{"v":' + b"9" * 30_000 + b"}"),
        ("wrong_type", b"[]"),
        ("missing_field", b"{}"),
    ],
)
def test_what_is_no_document_is_refused(code: str, octets: bytes) -> None:
    """In bounded time, by name."""
    assert [found.code for found in lint(octets)] == [code]


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_is_wrong_with_what_ships(name: str) -> None:
    assert lint_pack(shipped(name)) == ()


def test_a_pack_has_so_many_rules_and_no_more() -> None:
    """The bound itself is allowed."""
    from msgspec.structs import replace

    pack = shipped("peer")
    off = pack.rules[5]
    many = tuple(replace(off, code=f"peer.r{n}") for n in range(MOST_RULES + 1))
    assert lint_pack(replace(pack, rules=many[1:])) == ()
    found = lint_pack(replace(pack, rules=many))
    assert [one.code for one in found] == ["rule_count"]


def test_disjoint_kinds_and_roles_do_not_overlap() -> None:
    """A finding says which two do."""
    pack = document()
    rule_in(pack, "mentee.goal")["match"]["kind"] = ["skill", "goal"]
    found = lint(json.dumps(pack).encode())
    assert [(one.code, one.where) for one in found] == [("overlap", "mentee.goal")]
    assert "mentee.skill" in found[0].what
