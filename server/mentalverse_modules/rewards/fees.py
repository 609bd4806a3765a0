"""What members pay for a service, by a sliding scale: whole micro-MVT from a table.

    service, step of the scale -> micro-MVT        0: nothing

The codes of both are the operator's own. On which step somebody is, the operator says
with each charge; it is kept nowhere, and nothing here knows what anybody earns. Every
service has the same steps, so that nobody finds theirs missing.

Help in a crisis and safety are free, and so are blocking, reporting and export: a pack
that names a fee for any of these must not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .errors import NoSuchFee
from .lint_finding import Finding, names_crisis
from .packs import Fee, Pack
from .takings import MOST_MICRO

MOST_CODE_CHARS = 64
_SERVICE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_STEP = re.compile(r"[a-z][a-z0-9_]{0,31}")
_FREE = frozenset({"block", "blocking", "export", "report", "reporting"})


def fee(pack: Pack, service: str, step: str) -> int:
    """What a service costs on a step of the scale, in micro-MVT.

    Raises:
        NoSuchFee: the pack does not name the service, or not the step.
    """
    of_service = {one.code: one.scale for one in pack.fees}
    if service not in of_service:
        raise NoSuchFee(f"a service with a fee is one of: {_named(of_service)}")
    of_step = dict(of_service[service])
    if step not in of_step:
        raise NoSuchFee(f"a step of the scale is one of: {_named(of_step)}")
    return of_step[step]


def flaws(pack: Pack) -> Iterator[Finding]:
    """Everything wrong in the fees of a pack."""
    if pack.fees and pack.sources:
        yield Finding("idle_fees", "fees", "paid from sources, not by what is taken")
    steps = {step for one in pack.fees[:1] for step, _ in one.scale}
    for one in pack.fees:
        yield from _of_fee(one, steps)


def _of_fee(one: Fee, steps: set[str]) -> Iterator[Finding]:
    where = one.code
    if _SERVICE.fullmatch(where) is None or len(where) > MOST_CODE_CHARS:
        yield Finding("bad_name", where, "a code is of a-z, 0-9, _ and dots")
    if names_crisis(where) or not _FREE.isdisjoint(where.split(".")):
        yield Finding("free_service", where, "this is free for everybody")
    named = [step for step, _ in one.scale]
    if len(set(named)) != len(named):
        yield Finding("doubled_step", where, "a step of the scale stands there twice")
    if not named or set(named) != steps:
        yield Finding("unknown_step", where, "every service has the same steps")
    if any(_STEP.fullmatch(step) is None or names_crisis(step) for step in named):
        yield Finding("bad_name", where, "a step is 1 to 32 of a-z, 0-9 and _")
    if any(not 0 <= micro <= MOST_MICRO for _, micro in one.scale):
        yield Finding("fee_range", where, f"a fee is 0 to {MOST_MICRO} micro-MVT")


def _named(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)) or "none"
