"""What `crisis simulate` prints: tables with bars, or an object for programs."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from mentalverse_crisis.scenario import Scenario, assumptions
from mentalverse_crisis.simulated import BandFigures, Simulated, interval, together

from .crisis_staff_view import table

_BAR_CELLS = 30


def as_lines(scenario: Scenario, seeds: range, runs: Sequence[Simulated]) -> list[str]:
    """The figures for people; what they take for granted stands at their end."""
    whole = together(runs)
    bands = [figures for figures in whole.bands if figures.arrivals]
    lines = [*table(_columns(bands, runs)), ""]
    lines += [
        "in time: answered within the target, of all who came (who leaves is not).",
        f"+-: 95 % confidence, from {len(runs)} runs. offers: people rung per arrival.",
        "",
        f"busy {100 * whole.occupancy:.1f} % of time on duty; "
        f"{whole.mean_queue:.2f} people wait on average; each responder is rung "
        f"{whole.rings_per_duty_hour:.1f} times per hour; {whole.pages} pages",
        "",
        *_plots(bands),
        "What this takes for granted",
    ]
    lines += [f"- {each}" for each in assumptions(scenario)]
    return [*lines, f"- Seeds {seeds.start} to {seeds.stop - 1}: the same every time."]


def as_object(
    scenario: Scenario, seeds: range, runs: Sequence[Simulated]
) -> dict[str, object]:
    """The figures for programs: shares are of 1, times in seconds."""
    whole = together(runs)
    return {
        "policy": scenario.policy.revision,
        "seeds": list(seeds),
        "hours": scenario.hours,
        "occupancy": whole.occupancy,
        "mean_queue": whole.mean_queue,
        "rings_per_duty_hour": whole.rings_per_duty_hour,
        "pages": whole.pages,
        "bands": [_band_object(figures, runs) for figures in whole.bands],
        "assumptions": assumptions(scenario),
    }


def _band_object(figures: BandFigures, runs: Sequence[Simulated]) -> dict[str, object]:
    return {
        "band": figures.band.name,
        "target_seconds": figures.target_seconds,
        "objective": figures.objective,
        "arrivals": figures.arrivals,
        "answered": figures.answered,
        "in_time": figures.in_time,
        "in_time_share": figures.in_time_share,
        "in_time_half_width": _half_width(figures, runs),
        "abandoned": figures.abandoned,
        "late": figures.late,
        "not_judged": figures.excluded,
        "wait_p50_seconds": figures.wait_seconds(50),
        "wait_p90_seconds": figures.wait_seconds(90),
        "wait_p99_seconds": figures.wait_seconds(99),
        "mean_wait_seconds": figures.mean_wait_seconds,
        "offers_per_case": figures.offers_per_case,
    }


def _columns(
    bands: Sequence[BandFigures], runs: Sequence[Simulated]
) -> list[list[str]]:
    return [
        ["band", *(each.band.name for each in bands)],
        ["came", *(str(each.arrivals) for each in bands)],
        ["target", *(_time(each.target_seconds) for each in bands)],
        ["objective", *(_percent(each.objective) for each in bands)],
        ["in time", *(_percent(each.in_time_share) for each in bands)],
        ["+-", *(_percent(_half_width(each, runs)) for each in bands)],
        ["left", *(_percent(each.abandoned_share) for each in bands)],
        *(
            [f"p{level}", *(_time(each.wait_seconds(level)) for each in bands)]
            for level in (50, 90, 99)
        ),
        ["offers", *(_number(each.offers_per_case) for each in bands)],
    ]


def _half_width(figures: BandFigures, runs: Sequence[Simulated]) -> float | None:
    """Of the share in time, over the runs; none if too few had anybody of the band."""
    shares = [run.band(figures.band).in_time_share for run in runs]
    known = [share for share in shares if share is not None]
    half = interval(known)[1] if known else math.inf
    return half if math.isfinite(half) else None


def _plots(bands: Sequence[BandFigures]) -> list[str]:
    """For each band, the share answered within parts and multiples of its target."""
    lines = ["Answered within"]
    for each in bands:
        for times in (0.25, 0.5, 1, 2, 4):
            within = times * each.target_seconds
            judged = each.arrivals - each.excluded
            answered = bisect_right(each.waits_ms, within * 1000)
            share = min(1.0, answered / judged) if judged else 0.0
            bar = "#" * round(_BAR_CELLS * share)
            mark = "  <- target" if times == 1 else ""
            lines.append(
                f"  {each.band.name} {_time(within):>8} {_percent(share):>7}  "
                f"{bar}{mark}"
            )
    return [*lines, ""]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.3g} s" if seconds < 60 else f"{seconds / 60:.3g} min"
