"""Bounded loopback measurements: `python -m load_tests SCENARIO [--quick] [--json]`.

Engines, browsers and networks are started by the means of the tests: `support` and
`web` are found.
"""

import sys
from pathlib import Path

_TESTS = str(Path(__file__).parents[1] / "tests")
if _TESTS not in sys.path:
    sys.path.append(_TESTS)
