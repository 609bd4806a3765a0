"""The tables of paging: who is rung for what, and who was reached by a test.

No row says what a case is about, nor who asks, nor where anybody is reached: a target
is the SHA-256 of how the settings write it. Times are whole milliseconds, as the desk
counts them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table
from sqlalchemy import text as sql

from .tables import ID_CHARS, metadata
from .tables_crisis import KEY_CHARS

PAGE_ID_CHARS = 32
REASON_CHARS = 16
STATE_CHARS = 16
TIER_CHARS = 32
TARGET_CHARS = 64
SAID_CHARS = 200
TOKEN_CHARS = 64

crisis_pages = Table(
    "crisis_pages",
    metadata,
    Column("id", String(PAGE_ID_CHARS), primary_key=True),
    Column("case", String(KEY_CHARS), nullable=False, index=True),
    Column("reason", String(REASON_CHARS), nullable=False),
    Column("tier", String(TIER_CHARS), nullable=False),
    Column("target", String(TARGET_CHARS), nullable=False),
    Column("band", Integer),
    Column("due_ms", BigInteger),
    Column("is_drill", Boolean, nullable=False),
    Column("state", String(STATE_CHARS), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("next_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
)
Index(
    "ix_crisis_pages_waiting",
    crisis_pages.c.next_at_ms,
    sqlite_where=sql("state = 'waiting'"),
    postgresql_where=sql("state = 'waiting'"),
)
"""One row for each target of a page. `case` is empty where nobody in particular waits.
`attempts` counts those that were begun; nothing is sent before its row says so."""

crisis_page_tests = Table(
    "crisis_page_tests",
    metadata,
    Column("tier", String(TIER_CHARS), primary_key=True),
    Column("target", String(TARGET_CHARS), primary_key=True),
    Column("tested_at_ms", BigInteger, nullable=False),
    Column("has_passed", Boolean, nullable=False),
    Column("said", String(SAID_CHARS), nullable=False),
    Column("passed_at_ms", BigInteger),
    Column("seen_at_ms", BigInteger),
)
"""The last test page of a target, the last that it took, and when somebody there said
last that one has come."""

crisis_page_links = Table(
    "crisis_page_links",
    metadata,
    Column("token", String(TOKEN_CHARS), primary_key=True),
    Column("case", String(KEY_CHARS), nullable=False),
    Column("reason", String(REASON_CHARS), nullable=False),
    Column("tier", String(TIER_CHARS), nullable=False),
    Column("target", String(TARGET_CHARS), nullable=False),
    Column("band", Integer),
    Column("due_ms", BigInteger),
    Column("is_drill", Boolean, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False, index=True),
    Column("used_at_ms", BigInteger),
)
"""What a page's link says, under the SHA-256 of its token: a copy of the database
acknowledges nothing."""

crisis_duty_tests = Table(
    "crisis_duty_tests",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("sent_at_ms", BigInteger),
    Column("browsers", Integer, nullable=False),
    Column("seen_at_ms", BigInteger),
)
"""The test page of everybody's duty that goes on, to their own browsers. Without
`sent_at_ms` they have none that takes pages."""
