"""Logging: one JSON line per event, and nothing in it that must stay secret."""

from __future__ import annotations

import io
import json
import logging
import secrets
from collections.abc import Iterator

import pytest
import structlog

from mentalverse_server.auth.tokens import new_token
from mentalverse_server.logs import REDACTED, configure_logging
from mentalverse_signaling.ids import new_id


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    configure_logging("info", "json", out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_its_ids(stream: io.StringIO) -> None:
    device = new_id(secrets.token_bytes)
    structlog.get_logger().info("message.refused", device=device, code="conflict")

    (line,) = _lines(stream)
    assert line["event"] == "message.refused"
    assert line["device"] == device
    assert line["level"] == "info"
    assert line["timestamp"]


def test_a_secret_is_dropped_by_its_name_or_by_its_looks(stream: io.StringIO) -> None:
    canary = new_token(secrets.token_bytes)
    log = structlog.get_logger()
    log.info("a", token="short", account_pub_signature="x", client_address="::1")
    log.info("b", detail=f"got {canary}", data=canary.encode())
    logging.getLogger("library").warning("sent %s to %s", canary, "someone")

    assert canary not in stream.getvalue()
    first, second, third = _lines(stream)
    assert [first[k] for k in ("token", "account_pub_signature", "client_address")] == [
        REDACTED
    ] * 3
    assert second["detail"] == f"got {REDACTED}"
    assert second["data"] == f"<{len(canary)} bytes>"
    assert REDACTED in str(third["event"])


def test_a_secret_in_a_traceback_is_dropped(stream: io.StringIO) -> None:
    canary = secrets.token_hex(32)
    try:
        raise ValueError(f"cannot open with key {canary}")
    except ValueError:
        structlog.get_logger().exception("http.failed")

    assert canary not in stream.getvalue()
    assert "ValueError" in str(_lines(stream)[0]["exception"])


def test_libraries_that_print_packets_are_quiet(stream: io.StringIO) -> None:
    for name in ("socketio.server", "engineio.server", "aiohttp.access"):
        logging.getLogger(name).info("emitting event with data")

    assert stream.getvalue() == ""
