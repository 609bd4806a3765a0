"""The audit of a run as one page that stands for itself: words first, then pictures.

No script, no font, no picture from elsewhere, so it can be published as it is. Nothing
in it is about one person: groups of fewer than 20 are not in the audit that it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from .factors import FACTORS, Use
from .fairness import MIN_CELL, Audit, Cell, Measure
from .filters import TOLD, Ruled
from .report_plot import bars, intervals

MEASURED = {
    Measure.MATCHED: ("Share who were matched", "more is better"),
    Measure.WAIT: ("Days waited", "less is better"),
    Measure.RANK: ("Place of their mentor in their own order", "1 is best"),
}
_STYLE = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;color:#1c2430;background:#fff;margin:0 auto;
max-width:42rem;padding:1rem}
h1{font-size:1.5rem;line-height:1.2}h2{font-size:1.15rem;margin:2rem 0 .5rem}
figure{margin:1rem 0}figcaption{font-weight:600}
svg{width:100%;height:auto;display:block}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.35rem .5rem .35rem 0;border-bottom:1px solid #d8dee6;
vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}
.found{border-left:4px solid #a3122e;padding:.25rem .75rem;background:#fbf1f2}
.clear{border-left:4px solid #2b7a3d;padding:.25rem .75rem;background:#f1f8f3}
small,.quiet{color:#4c5866}code{overflow-wrap:anywhere}
""".strip()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run was, without anybody in it."""

    run: str
    at: str
    """The day, as it is to be shown."""
    mentees: int
    mentors: int
    places: int
    stable: int
    """Matched in the stable cohort."""
    widest: int | None
    """At most possible; none: not found for so many people."""
    short: int
    """With fewer than two options."""
    ruled: Mapping[Ruled, int]


def as_html(facts: Facts, audit: Audit) -> str:
    """The report."""
    title = "Audit of a matching run"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{title}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{title}</h1>",
            f'<p class="quiet">{escape(facts.at)}, run <code>{escape(facts.run)}</code>'
            "</p>",
            *_what_came_out(facts),
            "<h2>Were some groups served worse?</h2>",
            *_findings(audit),
            *_pictures(audit),
            *_table(audit),
            *_rules(facts),
            *_method(),
            "</body></html>",
            "",
        ]
    )


def _what_came_out(facts: Facts) -> list[str]:
    widest = ""
    if facts.widest is not None:
        widest = (
            f" At most {facts.widest:,} could have been matched, at the price of pairs "
            "who would both rather be with somebody else."
        )
    return [
        f"<p>{facts.mentees:,} looked for a mentor. {facts.mentors:,} mentors "
        f"had {facts.places:,} free places. <strong>{facts.stable:,} were matched"
        "</strong>, so that no two people would both rather have each other."
        f"{widest} {facts.short:,} people had fewer than two options, and a "
        "coordinator was told why.</p>"
    ]


def _findings(audit: Audit) -> list[str]:
    lines = [
        f'<p class="found"><strong>{escape(each.group)}</strong>: {_said(each)}</p>'
        for each in audit.findings
    ]
    if not audit.cells:
        lines.append(
            "<p>Too few people told which group they belong to, so nothing can be "
            "compared.</p>"
        )
    elif not lines:
        lines.append(
            '<p class="clear">No difference was found that chance alone would hardly '
            "make. Small differences can hide in small groups: look at how wide the "
            "lines are.</p>"
        )
    for group in audit.tripped:
        lines.append(
            f"<p>{escape(group)} was matched less than four fifths as often as the "
            "group that was matched most. That alone shows nothing, but someone should "
            "look.</p>"
        )
    if audit.hidden_groups:
        lines.append(
            f'<p class="quiet">Groups left out, with fewer than {MIN_CELL} people: '
            f"{audit.hidden_groups}.</p>"
        )
    return lines


def _said(cell: Cell) -> str:
    apart = cell.difference
    low, high = sorted((abs(apart.low), abs(apart.high)))
    more = apart.mean > 0
    if cell.measure is Measure.MATCHED:
        return (
            f"matched {'more' if more else 'less'} often than everybody else, by "
            f"{100 * low:.0f} to {100 * high:.0f} percentage points."
        )
    if cell.measure is Measure.WAIT:
        return (
            f"waited {'longer' if more else 'shorter'} than everybody else, by "
            f"{low:.1f} to {high:.1f} days."
        )
    return (
        f"their mentors stand {'lower' if more else 'higher'} in their own order than "
        f"everybody else's, by {low:.1f} to {high:.1f} places."
    )


def _pictures(audit: Audit) -> list[str]:
    overall = dict(audit.overall)
    lines = []
    for measure, (title, sense) in MEASURED.items():
        cells = [each for each in audit.cells if each.measure is measure]
        if not cells:
            continue
        picture = intervals(cells, overall[measure], measure)
        lines.append(
            f"<figure><figcaption>{title} <small>({sense})</small></figcaption>"
            f"{picture}</figure>"
        )
    if lines:
        lines.append(
            '<p class="quiet">A dot is the mean of a group, its line where the true '
            "one lies with 95 % confidence. The dashed line is everybody. A filled red "
            "square is a finding.</p>"
        )
    return lines


def _table(audit: Audit) -> list[str]:
    if not audit.cells:
        return []
    lines = [
        "<h2>The numbers</h2><table><tr><th>Group</th><th>Measure</th>"
        '<th class="n">People</th><th class="n">Mean</th><th class="n">95 %</th></tr>'
    ]
    for each in audit.cells:
        found = each.found
        scale, unit = (100, " %") if each.measure is Measure.MATCHED else (1, "")
        mean, low, high = (
            f"{scale * value:.1f}" for value in (found.mean, found.low, found.high)
        )
        lines.append(
            f"<tr><td>{escape(each.group)}</td><td>{each.measure.value}</td>"
            f'<td class="n">{found.people:,}</td><td class="n">{mean}{unit}</td>'
            f'<td class="n">{low} to {high}</td></tr>'
        )
    return [*lines, "</table>"]


def _rules(facts: Facts) -> list[str]:
    if not facts.ruled:
        return []
    counts = [(TOLD[ruled], count) for ruled, count in facts.ruled.items()]
    counts.sort(key=lambda each: -each[1])
    return [
        "<h2>What ruled pairs out</h2><figure><figcaption>Pairs taken away by the "
        f"first rule that they did not meet</figcaption>{bars(counts)}</figure>"
    ]


def _method() -> list[str]:
    scored = [each for each in FACTORS if each.use is Use.SCORE]
    unused = [each for each in FACTORS if each.use is Use.UNUSED]
    rows = "".join(
        f'<tr><td>{each.code}</td><td class="n">{each.weight_bp / 100:g} %</td>'
        f"<td>{escape(', '.join(each.covers))}</td></tr>"
        for each in (*scored, *unused)
    )
    return [
        "<h2>How pairs are scored</h2>",
        "<table><tr><th>Factor</th><th class=n>Weight</th><th>Covers</th></tr>"
        f"{rows}</table>",
        '<p class="quiet">Groups are those that people told of themselves for this '
        "audit. They never reach what scores. Intervals are from resampling people; "
        "for findings they are widened, because many comparisons are made at once.</p>",
    ]
