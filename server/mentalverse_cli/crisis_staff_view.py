"""What `crisis staff` prints: a plan as tables with bars, or for programs."""

from __future__ import annotations

from collections.abc import Sequence

from mentalverse_crisis.staffing_plan import INTERVAL_SECONDS, Outcome, outcome

from .crisis_staff_plan import Request, Row

_BAR_CELLS = 40
_AROUND = 4
"""Responders more and fewer that are shown beside the planned ones."""


def as_lines(rows: Sequence[Row], request: Request) -> list[str]:
    """The plan for people; what it takes for granted stands at its end."""
    lines = [*table(_columns(rows, request)), "", *_legend(request), ""]
    if len(rows) == 1:
        lines += [*_promises(rows[0], request), "", *_around(rows[0], request)]
    else:
        lines += _needs(rows, request)
    lines += ["", "What this takes for granted"]
    return lines + [f"- {each}" for each in assumptions(request, rows)]


def as_object(rows: Sequence[Row], request: Request) -> dict[str, object]:
    """The plan for programs: shares are of 1, times in seconds."""
    return {
        "formula": "erlang_c" if request.patience_seconds is None else "erlang_a",
        "policy": request.revision,
        "handling_seconds": request.handling_seconds,
        "patience_seconds": request.patience_seconds,
        "shrinkage": request.shrinkage,
        "interval_seconds": INTERVAL_SECONDS,
        "bands": [
            {
                "band": each.band.name,
                "share": each.share,
                "target_seconds": each.target_seconds,
                "objective": each.objective,
            }
            for each in request.promised
        ],
        "half_hours": [
            {
                "start": row.arrivals.start or None,
                "arrivals": row.arrivals.count,
                "load": row.plan.demand.load,
                "needed": row.plan.needed,
                "needed_by_band": {b.name: n for b, n in row.plan.least.items()},
                "rostered": row.plan.rostered,
                "planned": _outcome_object(row.plan.planned),
                "one_more": _outcome_object(row.plan.one_more),
            }
            for row in rows
        ],
        "assumptions": assumptions(request, rows),
    }


def assumptions(request: Request, rows: Sequence[Row]) -> list[str]:
    """What has to be so for the figures to hold."""
    handling = f"{request.handling_seconds / 60:g}"
    mix = ", ".join(f"{p.band.name} {100 * p.share:g} %" for p in request.promised)
    if request.patience_seconds is None:
        leaving = "Nobody ever leaves (Erlang C). People do: plan without --erlang-c."
    else:
        patience = f"{request.patience_seconds / 60:g}"
        leaving = (
            f"People leave after {patience} minutes on average (exponential); who "
            "leaves counts as not in time."
        )
    if len(rows) == 1:
        arrivals = "As many people come in every half hour, and have for long."
    else:
        arrivals = (
            "Each half hour is planned at its highest load: conversations that began "
            "before go on in it. Before the first line it was as in it."
        )
    absent = f"{100 * request.shrinkage:g} % of rostered time is not spent on duty."
    return [
        f"A conversation takes {handling} minutes on average (exponential), whatever "
        "the band. Use what you measure.",
        leaving,
        f"The mix: {mix}. Targets and objectives are those of policy "
        f"{request.revision}.",
        f"People come at random, one by one (Poisson). {arrivals}",
        "One line, first come first served. The desk takes A0 and A1 first, so they "
        "wait less than is said here and the others longer; how many find somebody "
        "free at once is the same in any order.",
        "Whoever is free accepts at once. What offers take, and those that are "
        "declined or run out, comes on top.",
        "Responders have one conversation each and may take every band and language. "
        "There is no second chat (nor what it slows), nobody kept free for A0 and A1, "
        "no overflow, nobody on call.",
        absent
        if request.shrinkage
        else "Everybody on the roster is on duty all the time: else give --shrinkage.",
    ]


def _columns(rows: Sequence[Row], request: Request) -> list[list[str]]:
    """Each with its heading; what was not asked for is left out."""
    plans = [row.plan for row in rows]
    columns = [
        ["start", *(row.arrivals.start for row in rows)],
        ["arrivals", *(f"{row.arrivals.count:.1f}" for row in rows)],
        ["load", *(f"{plan.demand.load:.1f}" for plan in plans)],
        ["needed", *(str(plan.needed) for plan in plans)],
        ["on duty", *(str(plan.planned.responders) for plan in plans)],
        ["roster", *(str(plan.rostered) for plan in plans)],
        ["at once", *(_percent(1 - plan.planned.figures.waits) for plan in plans)],
        ["in time", *(_percent(plan.planned.all_in_time) for plan in plans)],
        ["leave", *(_percent(plan.planned.figures.abandons) for plan in plans)],
        ["busy", *(_percent(plan.planned.figures.occupancy) for plan in plans)],
        ["+1 in time", *(_gain(p.planned, p.one_more) for p in plans)],
        ["+1 leave", *(_relief(p.planned, p.one_more) for p in plans)],
    ]
    nobody_leaves = request.patience_seconds is None
    unasked = {
        "start": not any(row.arrivals.start for row in rows),
        "on duty": request.responders is None,
        "roster": request.shrinkage == 0,
        "leave": nobody_leaves,
        "+1 leave": nobody_leaves,
    }
    return [column for column in columns if not unasked.get(column[0], False)]


def _legend(request: Request) -> list[str]:
    lines = [
        "load: conversations at once. at once: find somebody free. in time: answered",
        "within their band's target. busy: of responders' time.",
        "+1: what one more responder changes, in percentage points.",
    ]
    if request.shrinkage:
        lines.append("roster: people to put on the roster, so that enough are there.")
    return lines


def _promises(row: Row, request: Request) -> list[str]:
    """Band by band, what is promised and what it needs."""
    promised, plan = request.promised, row.plan
    return table(
        [
            ["band", *(each.band.name for each in promised)],
            ["share", *(_percent(each.share) for each in promised)],
            ["target", *(_time(each.target_seconds) for each in promised)],
            ["objective", *(_percent(each.objective) for each in promised)],
            ["needed", *(str(plan.least[each.band]) for each in promised)],
            ["in time", *(_percent(plan.planned.in_time[p.band]) for p in promised)],
        ]
    )


def _around(row: Row, request: Request) -> list[str]:
    """What a few more or fewer responders would bring."""
    plan = row.plan
    fewest = max(1, plan.planned.responders - _AROUND)
    if request.patience_seconds is None:
        fewest = max(fewest, int(plan.demand.load) + 1)
    counts = range(fewest, plan.planned.responders + _AROUND + 1)
    late = [
        1 - outcome(plan.demand, request.promised, count).all_in_time
        for count in counts
    ]
    most = max(late)
    return [
        "Not in time, by responders on duty",
        *(
            f"{count:6d}  {_percent(share):>8}  {_bar(share, most)}"
            + ("  <- needed" if count == plan.needed else "")
            for count, share in zip(counts, late, strict=True)
        ),
    ]


def _needs(rows: Sequence[Row], request: Request) -> list[str]:
    """The fewest responders for each band's promise, and for all as bars."""
    most = max(row.plan.needed for row in rows)
    columns = [["start", *(row.arrivals.start for row in rows)]]
    for each in request.promised:
        needs = (str(row.plan.least[each.band]) for row in rows)
        columns.append([each.band.name, *needs])
    bars = ["needed", *(_bar(row.plan.needed, most) for row in rows)]
    lines = table(columns)
    return [
        "Fewest responders that keep each band's promise",
        *(f"{line}  {bar}" for line, bar in zip(lines, bars, strict=True)),
    ]


def _outcome_object(found: Outcome) -> dict[str, object]:
    return {
        "responders": found.responders,
        "at_once": 1 - found.figures.waits,
        "in_time": found.all_in_time,
        "in_time_by_band": {b.name: share for b, share in found.in_time.items()},
        "abandons": found.figures.abandons,
        "occupancy": found.figures.occupancy,
        "mean_wait_seconds": found.figures.mean_wait_seconds,
        "mean_queue": found.figures.mean_queue,
    }


def table(columns: Sequence[Sequence[str]]) -> list[str]:
    """Lines of columns; the first is set left, numbers right."""
    first, *others = columns
    left = max(len(cell) for cell in first)
    widths = [max(len(cell) for cell in column) for column in others]
    return [
        "  ".join(
            [cells[0].ljust(left)]
            + [cell.rjust(w) for cell, w in zip(cells[1:], widths, strict=True)]
        )
        for cells in zip(*columns, strict=True)
    ]


def _bar(value: float, most: float) -> str:
    return "#" * round(_BAR_CELLS * value / most) if most > 0 else ""


def _gain(before: Outcome, after: Outcome) -> str:
    return f"{100 * (after.all_in_time - before.all_in_time):+.1f}"


def _relief(before: Outcome, after: Outcome) -> str:
    return f"{100 * (after.figures.abandons - before.figures.abandons):+.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 60 else f"{seconds / 60:g} min"
