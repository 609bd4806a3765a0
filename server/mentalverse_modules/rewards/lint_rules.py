"""What is wrong in the rules of a pack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from .epoch import is_window
from .facts import AWARDED, PAYABLE
from .lint_finding import NEVER, Finding, is_forbidden_factor, names_crisis
from .packs import Rule
from .rubric import FULL, UnknownFactor, factor
from .rules import is_gate

MOST_MVT = 100_000
MOST_MINUTES = 720
"""Of one shift."""
_ALWAYS = ("not_drill", "consent")
_NEEDED = {
    "session.attended": "receipts",
    "goal.set": "co_attested",
    "goal.progressed": "co_attested",
    "goal.completed": "co_attested",
}
"""Evidence without which a fact is one side's word."""
_CODE = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")


def rules(every: tuple[Rule, ...], buckets: set[str]) -> Iterator[Finding]:
    """Everything wrong in these."""
    for rule in every:
        yield from _of_rule(rule, buckets)
    yield from _overlaps(every)


def _of_rule(rule: Rule, buckets: set[str]) -> Iterator[Finding]:
    where = rule.code
    if _CODE.fullmatch(where) is None:
        yield Finding("bad_name", where, "a code is of a-z, 0-9, _ and dots")
    if not 0 < rule.lo <= rule.hi <= MOST_MVT:
        yield Finding("range", where, f"0 < lo <= hi <= {MOST_MVT} MVT")
    if rule.bucket not in buckets:
        yield Finding("unknown_bucket", where, f"no bucket is {rule.bucket!r}")
    yield from _secrets(rule)
    yield from _mode(rule)
    yield from _gates(rule)
    yield from _caps(rule)
    yield from _minutes(rule)


def _secrets(rule: Rule) -> Iterator[Finding]:
    where = rule.code
    if where in NEVER and rule.mode != "forbidden":
        yield Finding("forbidden_mode", where, "this line stays forbidden")
    for event in rule.events:
        if event.startswith(("crisis.", "safety.")) or names_crisis(event):
            yield Finding("crisis_event", where, "nothing is paid for a crisis")
        elif event not in (*PAYABLE, AWARDED):
            yield Finding("unknown_event", where, f"no rule may be on {event!r}")
    if names_crisis(rule.export_as) or _CODE.fullmatch(rule.export_as) is None:
        yield Finding("export_names_crisis", where, "what leaves names no crisis")
    if rule.mode == "forbidden":
        return
    if names_crisis(where) or any(
        names_crisis(one) for one in (rule.match.role, *rule.match.kind)
    ):
        yield Finding("crisis_rule", where, "no rule that pays is of a crisis")
    if "duty.ended" in rule.events and rule.export_as != "duty":
        yield Finding("duty_export", where, "every shift leaves as duty")


def _mode(rule: Rule) -> Iterator[Finding]:
    where, events = rule.code, rule.events
    if rule.mode == "auto":
        if not events or AWARDED in events:
            yield Finding("no_evidence", where, "an automatic rule names its event")
        if sum(weight for _, weight in rule.rubric) != FULL:
            yield Finding("rubric_sum", where, f"the rubric is {FULL} together")
    else:
        if rule.rubric:
            yield Finding("idle_rubric", where, "only automatic rules have points")
        if events != ((AWARDED,) if rule.mode == "disc" else ()):
            yield Finding("idle_event", where, f"of mode {rule.mode}: no own event")
    for text, weight in rule.rubric:
        if weight < 1:
            yield Finding("rubric_sum", where, "each factor has points")
        try:
            factor(text)
        except UnknownFactor:
            if is_forbidden_factor(text.partition(":")[0]):
                yield Finding("forbidden_factor", where, f"{text}: never paid by that")
            else:
                yield Finding("unknown_factor", where, f"{text}: no such factor")


def _gates(rule: Rule) -> Iterator[Finding]:
    for gate in rule.gates:
        if not is_gate(gate):
            yield Finding("unknown_gate", rule.code, f"{gate}: no such gate")
    if rule.mode not in ("auto", "disc"):
        return
    needed = {*_ALWAYS, *(_NEEDED[one] for one in rule.events if one in _NEEDED)}
    for gate in sorted(needed - set(rule.gates)):
        yield Finding("missing_gate", rule.code, f"it needs the gate {gate}")


def _caps(rule: Rule) -> Iterator[Finding]:
    for cap in rule.caps:
        if not is_window(cap.window):
            yield Finding("unknown_window", rule.code, f"{cap.window}: no such window")
        if cap.max < 1:
            yield Finding("bad_cap", rule.code, "a cap is 1 or more")
    if rule.mode == "disc" and not rule.caps:
        yield Finding("uncapped", rule.code, "what people decide has a cap in a period")


def _minutes(rule: Rule) -> Iterator[Finding]:
    where, is_duty = rule.code, rule.events == ("duty.ended",)
    per, most = rule.per_minutes, rule.most_minutes
    if is_duty:
        if not 0 < per <= most <= MOST_MINUTES:
            yield Finding("pro_rata", where, f"0 < per <= most <= {MOST_MINUTES} min")
    elif per or most:
        yield Finding("pro_rata", where, "only duty is paid by the minute")
    waits = rule.no_show_minutes
    if waits and ("session.attended" not in rule.events or not 1 <= waits <= 60):
        yield Finding("no_show", where, "1 to 60 minutes, of sessions")


def _overlaps(every: Iterable[Rule]) -> Iterator[Finding]:
    automatic = [rule for rule in every if rule.mode == "auto"]
    for one, other in combinations(automatic, 2):
        if one.match.role != other.match.role:
            continue
        if not set(one.events) & set(other.events):
            continue
        kinds, others = set(one.match.kind), set(other.match.kind)
        if not kinds or not others or kinds & others:
            yield Finding("overlap", one.code, f"{other.code} pays the same fact")
