"""Tables of commits that did not apply, and what became of their groups."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table

from .tables import ID_CHARS, NAME_CHARS, Instant, metadata

rejections = Table(
    "rejections",
    metadata,
    Column("group_id", String(ID_CHARS), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("device", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False),
    Column("reason", String(NAME_CHARS), nullable=False),
    Column("at", Instant, nullable=False),
)
"""Who cannot apply the commit that ended an epoch; gone once the device is back."""

freezes = Table(
    "freezes",
    metadata,
    Column("group_id", String(ID_CHARS), primary_key=True),
    Column("conversation", String(ID_CHARS), nullable=False, index=True),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("committer", String(ID_CHARS), nullable=False),
    Column("devices", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("stuck", Boolean, nullable=False),
    Column("recreated_at", Instant),
)
"""Groups that were frozen. With `recreated_at` they are over: the conversation goes
on in another group, and what is still on its way to this one is told so. `devices` are
those that were there before the rejected commit, 16 octets each."""
