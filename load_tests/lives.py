"""Random lives of groups in processes of their own, every disagreement counted.

`soak` is a life among Python devices that are slow, forgetful or away; `differential`
one of Python and JavaScript members. A life that breaks counts as a disagreement too.

    python -m load_tests.lives soak 7 500     # one life, its outcome as JSON
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from typing import Any

from . import differential, mls_life
from .children import REPOSITORY
from .crypto_contest import CLASSICAL
from .js_peer import JsPeer
from .options import Say

TIMEOUT_SECONDS = 900
"""Of one life, and of all scenarios."""
SCENARIOS = ("tests/interop/test_scenarios.py", "tests/interop/test_outsiders.py")
_RAN = (0, 1)
"""How pytest ends when it ran all that it was told to, failed or not."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What some lives came to together."""

    counts: Counter[str]
    """How much was lived through."""
    divergences: tuple[str, ...]
    """Each with the seed that shows it again."""


Outcome = mls_life.Outcome | differential.Outcome


def _soak(seed: int, length: int) -> Outcome:
    return mls_life.live(seed, length, CLASSICAL)


def _differential(seed: int, length: int) -> Outcome:
    with JsPeer() as peer:
        return differential.MixedLife(seed, CLASSICAL, peer).run(length)


KINDS: dict[str, Callable[[int, int], Outcome]] = {
    "soak": _soak,
    "differential": _differential,
}


def lives(kind: str, seeds: Iterable[int], length: int, say: Say) -> Lived:
    """One life of `length` (operations or commits) for each seed, one per core."""
    counts: Counter[str] = Counter()
    divergences: list[str] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = {pool.submit(_one, kind, seed, length): seed for seed in seeds}
        try:
            for done, future in enumerate(as_completed(waiting), start=1):
                outcome = future.result()
                seed, found = waiting[future], outcome.pop("divergences")
                counts.update(outcome)
                divergences += [f"{kind} seed {seed}: {each}" for each in found]
                say(f"{kind}: {done} of {len(waiting)}, {len(divergences)} divergences")
        finally:
            pool.shutdown(cancel_futures=True)
    return Lived(counts, tuple(divergences))


def _one(kind: str, seed: int, length: int) -> dict[str, Any]:
    try:
        done = _python("load_tests.lives", kind, str(seed), str(length))
    except subprocess.TimeoutExpired:
        return {"divergences": [f"not over in {TIMEOUT_SECONDS} s"]}
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        return {"divergences": [f"broke: {' '.join(last)}"]}
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def scenarios() -> Lived:
    """The interoperability scenarios of the tests, each language leading once.

    Raises:
        RuntimeError: they did not run.
    """
    try:
        done = _python("pytest", *SCENARIOS, "-q", "-rA", "-p", "no:cacheprovider")
    except subprocess.TimeoutExpired as late:
        raise RuntimeError(f"the interoperability scenarios: {late}") from late
    lines = done.stdout.splitlines()
    failed = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    run = len(failed) + sum(line.startswith("PASSED ") for line in lines)
    if not run or done.returncode not in _RAN:
        raise RuntimeError(f"{SCENARIOS} did not run:\n{done.stdout[-2000:]}")
    return Lived(Counter(scenarios=run), tuple(failed))


def _python(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 our own interpreter and modules
        [sys.executable, "-m", module, *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


if __name__ == "__main__":
    lived = KINDS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(asdict(lived)))
