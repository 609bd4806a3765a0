"""What every test shares: the capability report and the law about skips."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The same examples each time: what fails here fails everywhere, and a machine that is
# busy elsewhere breaks no law.
settings.register_profile("repeatable", database=None, deadline=None, derandomize=True)
settings.load_profile("repeatable")

pytest_plugins = ["support.capabilities", "support.web_peer"]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):  # type: ignore[no-untyped-def]
    """In CI a skip is a failure: a missing component must be noticed there."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true":
        if hasattr(report, "wasxfail"):
            return
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
