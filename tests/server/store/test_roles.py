"""Roles, and what became of the roles that accounts had before there were any."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from mentalverse_server.store import accounts, roles
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.migrate import _MIGRATIONS
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from support.stored import NOW, ids

ADA, BEN = AccountId("a" * 32), AccountId("b" * 32)


def _up_to_0007(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "0007")


def _before_roles(connection: Connection) -> None:
    for account, role in ((ADA, "member"), (BEN, "staff")):
        connection.execute(
            text(
                "INSERT INTO accounts (id, handle, account_pub, role, created_at) "
                "VALUES (:id, :handle, :key, :role, 1)"
            ),
            {"id": account, "handle": account[:3], "key": b"k", "role": role},
        )
        connection.execute(
            text(
                "INSERT INTO invites (code_hash, role, created_at, expires_at, note) "
                "VALUES (:code, :role, 1, 2, '')"
            ),
            {"code": account.encode(), "role": role},
        )


def test_members_of_before_are_mentees_and_nobody_is_given_trust(
    tmp_path: Path,
) -> None:
    """`staff` meant nothing to the server, so it becomes none of the roles of trust."""
    database = open_database(f"sqlite:///{tmp_path / 'server.db'}")
    database.write(_up_to_0007)
    database.write(_before_roles)

    database.migrate()

    assert database.write(roles.all_roles) == {ADA: (Role.MENTEE,)}
    carried = [
        found.roles
        for account in (ADA, BEN)
        if (found := database.write(accounts.find_invite, account.encode()))
    ]
    assert carried == [(Role.MENTEE,), ()]
    database.close()


def test_roles_are_a_set_in_the_order_they_are_declared(database: Database) -> None:
    """Whatever order they are granted in, and however often."""
    ada, ben = ids(), ids()
    granted = database.write(roles.grant, ada, [Role.OPERATOR, Role.MENTEE], NOW)
    assert granted == (Role.MENTEE, Role.OPERATOR)
    assert database.write(roles.grant, ada, [Role.MENTEE, Role.MENTOR], NOW) == (
        Role.MENTOR,
    )
    assert database.write(roles.roles_of, ada) == (
        Role.MENTEE,
        Role.MENTOR,
        Role.OPERATOR,
    )
    assert database.write(roles.revoke, ada, Role.MENTEE)
    assert not database.write(roles.revoke, ada, Role.MENTEE)
    assert database.write(roles.roles_of, ben) == ()
