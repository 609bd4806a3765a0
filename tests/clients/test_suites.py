"""The best encryption that every device offers is what a new conversation gets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mentalverse_client import Conversation
from mentalverse_client.account.device import Device
from mentalverse_client.account.suites import (
    CLASSICAL,
    HYBRID,
    SUITES,
    choose,
    in_words,
)
from mentalverse_client.errors import SuiteWithheld
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import NoCommonSuite
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_signaling.conversation import ConversationKind
from support.clients import (
    classical_only,
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.rooms import World, founded, pool, reopened
from support.server import ServerProcess


def suite_of(talk: Conversation) -> str:
    return talk.encryption_state.suite


async def answered(talk: Conversation, there: Conversation) -> None:
    """A message each way."""
    await talk.send("hello")
    assert (await next_message(there)).text == "hello"
    await there.send("hello yourself")
    assert (await next_message(talk)).text == "hello yourself"


async def test_two_people_get_a_hybrid_group_without_asking_for_it(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-pq") as ada,
        person(server, tmp_path, "ben-pq") as ben,
    ):
        talk = await ada.direct("ben-pq")
        there = await only_conversation(ben)
        await answered(talk, there)
        for side in (talk, there):
            assert suite_of(side) == HYBRID.name
            words = side.encryption_state.suite_in_words
            assert words.startswith("hybrid post-quantum")


async def test_one_classical_device_makes_a_new_group_classical(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Of any member: nobody is left out of a conversation that is just beginning."""
    profile = await register(server, tmp_path, "cleo-cl")
    async with (
        person(server, tmp_path, "ada-cl") as ada,
        person(server, tmp_path, "ben-cl") as ben,
        classical_only(profile) as cleo,
    ):
        circle = await ada.create_circle(["ben-cl", "cleo-cl"])
        rooms = [circle, await only_conversation(ben), await only_conversation(cleo)]
        for room in rooms:
            await room.send(f"hello from {room.id}")
            assert suite_of(room) == CLASSICAL.name
        for room in rooms:
            await eventually(lambda r=room: len(texts(r)) == 3)  # type: ignore[misc]
        # And who founds with such a device gets what that device has.
        talk = await cleo.direct("ada-cl")
        assert suite_of(talk) == CLASSICAL.name


async def test_who_lacks_the_suite_of_a_group_is_refused_by_name_and_the_group_goes_on(
    server: ServerProcess, tmp_path: Path
) -> None:
    """A group is never weakened for a newcomer."""
    profile = await register(server, tmp_path, "cleo-no")
    async with (
        person(server, tmp_path, "ada-no") as ada,
        person(server, tmp_path, "ben-no") as ben,
    ):
        async with classical_only(profile) as cleo:
            circle = await ada.create_circle(["ben-no"])
            with pytest.raises(NoCommonSuite, match="does not support"):
                await circle.add([cleo.account])
            account = cleo.account
            assert cleo.conversations() == []
        await answered(circle, await only_conversation(ben))
        assert suite_of(circle) == HYBRID.name
        # The same device, once it offers what the group needs.
        async with opened(profile) as cleo:
            await circle.add([account])
            await circle.send("welcome")
            theirs = await only_conversation(cleo)
            assert (await next_message(theirs)).text == "welcome"
            assert suite_of(theirs) == HYBRID.name


async def test_a_member_who_comes_later_joins_with_a_package_of_the_groups_suite(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Also into a classical group whose other devices could do better."""
    profile = await register(server, tmp_path, "ada-la")
    async with (
        person(server, tmp_path, "ben-la") as ben,
        person(server, tmp_path, "cleo-la") as cleo,
        classical_only(profile) as ada,
    ):
        circle = await ada.create_circle(["ben-la"])
        await circle.add([cleo.account])
        there = await only_conversation(cleo)
        await answered(circle, there)
        assert suite_of(there) == suite_of(circle) == CLASSICAL.name
        await only_conversation(ben)


async def test_a_server_that_keeps_the_hybrid_packages_back_gets_no_classical_group(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Each package names, signed, what its device supports."""
    profile = await register(server, tmp_path, "ben-kb")
    async with opened(profile) as ben:
        account = ben.account
    async with person(server, tmp_path, "ada-kb") as ada:
        with closing(sqlite3.connect(server.data / "mentalverse.db")) as database:
            gone = database.execute(
                "DELETE FROM key_packages WHERE suite = ? AND device IN "
                "(SELECT id FROM devices WHERE account = ?)",
                (int(HYBRID), account),
            )
            database.commit()
        assert gone.rowcount > 0
        with pytest.raises(SuiteWithheld):
            await ada.direct("ben-kb")
        async with opened(profile) as ben:  # which publishes what is missing
            talk = await ada.direct("ben-kb")
            assert suite_of(talk) == HYBRID.name
            assert (await only_conversation(ben)).id == talk.id


# --- the choice itself ---


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def packages(device: Device, *suites: CipherSuite) -> list[KeyPackage]:
    """One package of a device for each of these suites."""
    found = [
        decode_message(pool(device).make(suite, 1, False).packages[0])
        for suite in suites
    ]
    assert all(isinstance(package, KeyPackage) for package in found)
    return [package for package in found if isinstance(package, KeyPackage)]


def test_a_better_suite_that_the_server_keeps_back_is_not_done_without(
    world: World,
) -> None:
    ben, cleo = world.device("ben"), world.device("cleo")
    given = packages(ben, HYBRID, CLASSICAL)
    with pytest.raises(SuiteWithheld):
        choose(SUITES, [*given, *packages(cleo, CLASSICAL)])


def test_what_a_device_says_it_has_not_nobody_kept_back(world: World) -> None:
    ben = world.device("ben")
    cleo = replace(world.device("cleo"), suites=(CLASSICAL,))
    given = [*packages(ben, *SUITES), *packages(cleo, CLASSICAL)]
    assert choose(SUITES, given) is CLASSICAL
    assert choose((CLASSICAL,), packages(ben, *SUITES)) is CLASSICAL
    assert choose(SUITES, []) is HYBRID


def test_devices_without_a_suite_in_common_get_no_group(world: World) -> None:
    ben = replace(world.device("ben"), suites=(HYBRID,))
    with pytest.raises(NoCommonSuite):
        choose((CLASSICAL,), packages(ben, HYBRID))


def test_the_suite_is_settled_once_anything_was_encrypted(world: World) -> None:
    """A second group under the same id would strand who read the first one."""
    room = founded(world, world.device("ada"), ConversationKind.CIRCLE)
    cleo = replace(world.device("cleo"), suites=(CLASSICAL,))
    assert set(room.suites) == set(SUITES)
    world.send(room)
    assert set(room.suites) == {HYBRID}
    with pytest.raises(NoCommonSuite):
        room.settle_suite(packages(cleo, CLASSICAL))
    assert room.state.suite is HYBRID


def test_choosing_another_suite_survives_a_restart(world: World) -> None:
    room = founded(world, world.device("ada"), ConversationKind.CIRCLE)
    cleo = replace(world.device("cleo"), suites=(CLASSICAL,))
    room.settle_suite(packages(cleo, CLASSICAL))
    again = reopened(room)
    assert again.state.suite is CLASSICAL
    assert again.state.group_id == bytes.fromhex(room.record.group)
    assert again.suites == SUITES


def test_every_suite_has_words() -> None:
    assert len({in_words(suite) for suite in CipherSuite}) == len(CipherSuite)
