"""What every test shares: the capability report and the law about skips."""

from __future__ import annotations

import gc
import os

import pytest
from aiohttp import web_app
from hypothesis import settings

from support.whole_run import turn

# The same examples each time: what fails here fails everywhere, and a machine that is
# busy elsewhere breaks no law.
settings.register_profile("repeatable", database=None, deadline=None, derandomize=True)
settings.load_profile("repeatable")

pytest_plugins = ["support.capabilities", "support.web_peer"]


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Processes that share tests begin with the files that take longest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: turn(item.nodeid.partition("::")[0]))


def pytest_collection_finish() -> None:
    """Ten thousand tests are no garbage, and need not be looked through for it."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logfinish() -> None:
    """Let go of the servers of a test.

    aiohttp keeps the handlers that were called last, of any application: hundreds of
    servers with all that they hold, until looking for garbage among them took ten
    seconds, and the requests of a test their deadline.
    """
    web_app._cached_build_middleware.cache_clear()


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
