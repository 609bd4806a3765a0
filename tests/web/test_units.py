"""The unit tests of the browser's client, run by the Node that the wheel brings."""

from __future__ import annotations

from load_tests.js_peer import prepare, run_script


def test_every_unit_test_of_the_web_client_passes() -> None:
    """A failure here shows the report of Node."""
    prepare()
    run_script("scripts/run-tests.mjs")
