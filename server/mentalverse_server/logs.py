"""Logging: one line per event on standard error, ids only.

Our own code calls `structlog.get_logger()` with an event name and ids:
`log.info("message.refused", conversation=…, code=…)`. Libraries that log through
the standard module end in the same stream. Never logged: payloads, handles,
keys, tokens, addresses. The last processor enforces what it can: it drops fields
with telling names and whatever looks like a key or token, tracebacks included.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import IO, Any

import structlog

REDACTED = "[redacted]"
MAX_VALUE_CHARS = 200
MAX_TRACEBACK_CHARS = 8_000

_SECRET_FIELDS = re.compile(
    r"token|nonce|signature|secret|password|passphrase|payload|credential"
    r"|private|cookie|authorization|address|invite|^handle$",
    re.IGNORECASE,
)
# Tokens, keys and ciphertext are long unbroken runs of base64 or hexadecimal.
# Ids are 32 hexadecimal digits and stay readable.
_LONG_RUN = re.compile(r"[A-Za-z0-9_+-]{40,}={0,2}")
_QUIET = ("socketio", "engineio", "aiohttp.access", "asyncio", "alembic", "sqlalchemy")


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Processor: drop what must not be written, shorten what is too long."""
    for key, value in event.items():
        if _SECRET_FIELDS.search(key):
            event[key] = REDACTED
        elif isinstance(value, bytes | bytearray | memoryview):
            event[key] = f"<{len(value)} bytes>"
        elif not isinstance(value, bool | int | float | None):
            limit = MAX_TRACEBACK_CHARS if key == "exception" else MAX_VALUE_CHARS
            event[key] = _LONG_RUN.sub(REDACTED, str(value))[:limit]
    return event


def configure_logging(
    level: str = "info", style: str = "auto", stream: IO[str] | None = None
) -> None:
    """Send structlog and the standard module to `stream` (standard error).

    Args:
        level: `debug`, `info`, `warning` or `error`.
        style: `json`, `console`, or `auto` (console on a terminal).
        stream: Where lines go.
    """
    out = stream if stream is not None else sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(style, out),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _renderer(style: str, out: IO[str]) -> Any:
    if style == "console" or (style == "auto" and out.isatty()):
        return structlog.dev.ConsoleRenderer(
            colors=out.isatty(),
            exception_formatter=structlog.dev.plain_traceback,
        )
    return structlog.processors.JSONRenderer()
