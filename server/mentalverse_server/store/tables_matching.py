"""Matching: codes of both sides, runs, proposals and what came of them.

A profile holds codes that were derived from an intake, never its answers. Groups that
people told for the audit stand in a table of their own, so that what is read for
matching cannot bring them along. `match_mentors` counts places: one is taken in the
transaction of the second consent, or not at all.

Times are whole milliseconds.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    String,
    Table,
    Text,
)

from .tables import ID_CHARS, NAME_CHARS, metadata

GROUP_CHARS = 64
REASON_CHARS = 500

match_profiles = Table(
    "match_profiles",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("role", String(NAME_CHARS), primary_key=True),
    Column("codes", Text, nullable=False),
    Column("consented_at_ms", BigInteger, nullable=False),
    Column("waits_since_ms", BigInteger, nullable=False),
    Column("standing", String(NAME_CHARS), nullable=False, server_default="waits"),
    Column("against", Text),
)
"""`role` is mentee or mentor. Withdrawing consent deletes the row.

`standing`: whoever waits is in the next run. `against` is what the last run told of a
mentee whom it proposed nobody to, as JSON; null before their first one.
"""

match_groups = Table(
    "match_groups",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("told", String(GROUP_CHARS), nullable=False),
)
"""For the audit alone."""

match_mentors = Table(
    "match_mentors",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("places", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
)
"""`taken` may pass `places` only where a mentor offered fewer afterwards."""

match_duals = Table(
    "match_duals",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("other", String(ID_CHARS), primary_key=True, index=True),
    Column("at_ms", BigInteger, nullable=False),
)
"""Two who know each other in another role; the smaller id first."""

match_runs = Table(
    "match_runs",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("started_at_ms", BigInteger, nullable=False),
    Column("finished_at_ms", BigInteger, nullable=False, index=True),
    Column("mentees", Integer, nullable=False),
    Column("mentors", Integer, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("report", Text, nullable=False),
)
"""`report` is the audit as it can be published: nothing below 20 people."""

match_proposals = Table(
    "match_proposals",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("mentee", String(ID_CHARS), nullable=False, index=True),
    Column("open_for", String(ID_CHARS), unique=True),
    Column("run", String(ID_CHARS), nullable=False),
    Column("stage", String(NAME_CHARS), nullable=False),
    Column("lapses_at_ms", BigInteger, nullable=False, index=True),
    Column("reviewed_by", String(ID_CHARS), nullable=False),
    Column("chosen", Integer),
    Column("closed_at_ms", BigInteger),
)
"""`open_for` is the mentee while it waits for somebody, then null: one at a time."""

match_options = Table(
    "match_options",
    metadata,
    Column("proposal", String(ID_CHARS), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("mentor", String(ID_CHARS), nullable=False, index=True),
    Column("points", Integer, nullable=False),
    Column("plan", Text, nullable=False),
    Column("standing", String(NAME_CHARS), nullable=False),
    Column("vetoed_by", String(ID_CHARS), nullable=False),
    Column("reason", String(REASON_CHARS), nullable=False),
    Column("lines", Text, nullable=False, server_default="[]"),
)
"""`lines` is what each factor gave, of the run, as JSON."""

match_consents = Table(
    "match_consents",
    metadata,
    Column("proposal", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("at_ms", BigInteger, nullable=False),
)

match_wishes = Table(
    "match_wishes",
    metadata,
    Column("relationship", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("structure", String(NAME_CHARS), nullable=False),
    Column("meetings_a_month", Integer, nullable=False),
    Column("lapses_at_ms", BigInteger, nullable=False, index=True),
)
"""Other terms that one of two asks for; gone once they count, or with the relationship.

What counts stands in the plan of the option that was chosen.
"""

relationships = Table(
    "relationships",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("mentee", String(ID_CHARS), nullable=False, index=True),
    Column("mentor", String(ID_CHARS), nullable=False, index=True),
    Column("state", String(NAME_CHARS), nullable=False),
    Column("contact", String(NAME_CHARS), nullable=False),
    Column("mentee_oriented", Boolean, nullable=False),
    Column("mentor_oriented", Boolean, nullable=False),
    Column("started_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
    Column("phase", Integer, nullable=False, server_default="1"),
)
"""`id` is that of the proposal it came from: one for each, at most."""
