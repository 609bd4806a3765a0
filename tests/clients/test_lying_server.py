"""A server that lies about keys is found out by clients that only do their work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mentalverse_client import (
    AlarmKind,
    Client,
    MessageKind,
    NotProven,
    PeerChanged,
)
from mentalverse_crypto.device_list import sign_first
from mentalverse_crypto.log_entry import account_entry
from mentalverse_crypto.transparency import verify_head
from mentalverse_signaling.ids import AccountId, id_bytes
from support.clients import (
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.devices import DeviceKeys, new_device
from support.lying_server import Liar, place_of, without
from support.server import ServerProcess, start_server

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server for one test: what it is made to say, no other test believes."""
    with start_server(tmp_path / "server") as running:
        yield running


@pytest.fixture
def liar(own_server: ServerProcess) -> Liar:
    return Liar(own_server)


def told(client: Client) -> set[AlarmKind]:
    return {alarm.kind for alarm in client.alarms()}


def keys_of(client: Client) -> DeviceKeys:
    """What its server would hold if it had made the account itself."""
    profile = client._device.profile
    identity = profile.identity
    return DeviceKeys(
        identity.account, identity.device, profile.account_key, profile.device_key
    )


# --- a swapped key ---


async def test_a_swapped_key_that_is_not_in_the_log_is_not_believed(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    async with (
        person(own_server, tmp_path, "ada") as ada,
        person(own_server, tmp_path, "ben") as ben,
    ):
        with liar.for_a_while():
            liar.swap_key(ben.account, new_device(), logged=False)
            with pytest.raises(NotProven):
                await ada.direct("ben")
        assert told(ada) == {AlarmKind.NOT_PROVEN}
        assert ada.conversations() == []
        # Nothing of the lie was kept: the true key is believed afterwards.
        await (await ada.direct("ben")).send("hello")
        assert (await next_message(await only_conversation(ben))).text == "hello"


async def test_a_swapped_key_that_is_in_the_log_is_seen_by_its_owner(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    ben_profile = await register(own_server, tmp_path, "ben")
    async with opened(ben_profile) as ben:
        account = ben.account
        await eventually(lambda: ben.transparency.state.size > 0)
        assert told(ben) == set()
    liar.swap_key(account, new_device(), logged=True)
    async with opened(ben_profile) as ben:
        await eventually(lambda: AlarmKind.OWN_ACCOUNT in told(ben))
    async with opened(ben_profile) as ben:
        assert AlarmKind.OWN_ACCOUNT in told(ben)  # until it was acknowledged
        for alarm in ben.alarms():
            assert ben.acknowledge(alarm.id)
        assert told(ben) == set()


async def test_a_known_person_under_another_key_is_refused_and_shown(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    async with (
        person(own_server, tmp_path, "ada") as ada,
        person(own_server, tmp_path, "ben") as ben,
    ):
        await ada.direct("ben")
        thief = new_device()
        liar.swap_key(ben.account, thief, logged=True)
        liar.offer_package(ben.account, thief)
        with pytest.raises(PeerChanged):
            await ada.create_circle(["ben"])
        assert AlarmKind.OTHER_KEY in told(ada)


async def test_while_keys_do_not_hold_people_read_and_what_they_write_waits(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    async with (
        person(own_server, tmp_path, "ada") as ada,
        person(own_server, tmp_path, "ben") as ben,
    ):
        with liar.for_a_while():
            liar.swap_key(ada.account, new_device(), logged=False)
            talk = await ada.direct("ben")
            await talk.send("can you read this?")
            there = await only_conversation(ben)
            assert (await next_message(there)).text == "can you read this?"
            await there.send("not before I know who you are")
            await eventually(lambda: bool(there.encryption_state.check_needed))
            await ben.flush()  # returns: nothing can be sent
            assert there.history()[-1].pending
            assert talk.history()[-1].text == "can you read this?"
        await there.send("now I know")
        await eventually(lambda: texts(talk)[-1] == "now I know")
        assert there.encryption_state.check_needed == ""
        assert len(texts(talk)) == 3


# --- a deleted entry ---


async def test_a_deleted_entry_is_missed(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    ada_profile = await register(own_server, tmp_path, "ada")
    async with person(own_server, tmp_path, "ben") as ben:
        async with opened(ada_profile) as ada:
            await eventually(lambda: ada.transparency.state.size == len(liar.log()))
        full = liar.log()
        shortened = without(full, ben.account)
        liar.show_log(shortened)
        liar.place_list(ben.account, 0)
        async with opened(ada_profile) as ada:
            await eventually(lambda: AlarmKind.NOT_PROVEN in told(ada))
            with pytest.raises(NotProven):
                await ada.direct("ben")
            assert told(ada) == {AlarmKind.NOT_PROVEN}
        # As soon as the log is as long again, two signed heads contradict each other.
        stranger = new_device().first_list()
        liar.show_log([*shortened, account_entry(0, stranger, LONG_AGO)])
        async with opened(ada_profile) as ada:
            await eventually(lambda: AlarmKind.SPLIT_VIEW in told(ada))


async def test_an_entry_deleted_from_a_log_that_grew_is_missed(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    profile = await register(own_server, tmp_path, "ada")
    async with person(own_server, tmp_path, "ben") as ben:
        async with opened(profile) as ada:
            await eventually(lambda: ada.transparency.state.size == len(liar.log()))
        grown = without(liar.log(), ben.account)
        grown += [
            account_entry(0, new_device().first_list(), LONG_AGO) for _ in range(5)
        ]
        liar.show_log(grown)
        async with opened(profile) as ada:
            await eventually(lambda: AlarmKind.NOT_PROVEN in told(ada))


# --- a forked view ---


async def test_people_who_are_shown_different_logs_find_out_by_writing(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    ben_profile = await register(own_server, tmp_path, "ben")
    async with person(own_server, tmp_path, "ada") as ada:
        async with opened(ben_profile) as ben:
            talk = await ada.direct("ben")
            await talk.send("hello")
            there = await only_conversation(ben)
            await next_message(there)
        before = liar.log()
        cleo_profile = await register(own_server, tmp_path, "cleo")
        async with opened(cleo_profile) as cleo:
            account = cleo.account
        await ada.find("cleo")
        with liar.for_a_while():
            thief = new_device()
            false = sign_first(
                thief.account_key, id_bytes(account), [thief.listed(LONG_AGO)]
            )
            liar.show_log([*before, account_entry(0, false, LONG_AGO)])
            async with opened(ben_profile) as ben:
                await eventually(lambda: ben.transparency.state.size == len(before) + 1)
                assert told(ben) == set()  # his own log grew as it should
                await ben.conversations()[0].send("I saw other keys than you")
                await ben.flush()
        await eventually(lambda: AlarmKind.SPLIT_VIEW in told(ada))
        split = ada.transparency.state.view.split
        assert split is not None
        for head in (split.held, split.other):
            verify_head(head, ada.transparency.state.view.log_public)
        assert split.held.root != split.other.root
        assert [m.text for m in talk.history() if m.kind is MessageKind.TEXT] == [
            "hello",
            "I saw other keys than you",
        ]  # heads are not shown as messages
        await register(own_server, tmp_path, "dora")
        with pytest.raises(NotProven, match="different logs"):
            await ada.direct("dora")


# --- members and devices that the server adds alone ---


async def test_a_device_that_the_server_offers_in_somebodys_name_is_refused(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    async with (
        person(own_server, tmp_path, "ada") as ada,
        person(own_server, tmp_path, "ben") as ben,
    ):
        liar.offer_package(ben.account, new_device())
        with pytest.raises(NotProven, match="signed list"):
            await ada.direct("ben")
        assert AlarmKind.REFUSED in told(ada)


async def test_a_device_list_that_the_account_did_not_sign_is_refused(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    async with (
        person(own_server, tmp_path, "ada") as ada,
        person(own_server, tmp_path, "ben") as ben,
    ):
        thief = new_device()
        true = ben._device.profile.lists.get(AccountId(ben.account))
        assert true is not None
        added = [*true.devices, thief.listed()]
        forged = sign_first(thief.account_key, true.account_id, added)
        # Under the true key, so that only the signature is wrong.
        liar.show_list(replace(forged, account_public=true.account_public))
        liar.place_list(ben.account, place_of(liar.log(), ben.account))
        with pytest.raises(NotProven):
            await ada.direct("ben")
        assert told(ada) == {AlarmKind.NOT_PROVEN}


async def test_somebody_the_server_delivers_to_is_no_member_and_is_shown(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    ada_profile = await register(own_server, tmp_path, "ada")
    async with (
        person(own_server, tmp_path, "ben") as ben,
        person(own_server, tmp_path, "eve") as eve,
    ):
        async with opened(ada_profile) as ada:
            talk = await ada.direct("ben")
            await talk.send("between us")
            await next_message(await only_conversation(ben))
        liar.route_to(talk.id, eve.account)
        async with opened(ada_profile) as ada:
            await eventually(lambda: AlarmKind.OUTSIDER in told(ada))
            talk = ada.conversation(talk.id)
            assert {member.handle for member in talk.members()} == {"ada", "ben"}
        assert eve.conversations() == []


@pytest.mark.parametrize("in_name_of_ben", [True, False])
async def test_a_device_that_the_server_puts_into_a_group_is_kept_out_and_shown(
    own_server: ServerProcess, liar: Liar, tmp_path: Path, in_name_of_ben: bool
) -> None:
    ada_profile = await register(own_server, tmp_path, "ada")
    async with (
        person(own_server, tmp_path, "ben") as ben,
        person(own_server, tmp_path, "eve") as eve,
    ):
        async with opened(ada_profile) as ada:
            talk = await ada.direct("ben")
            await talk.send("between us")
            await next_message(await only_conversation(ben))
            epoch, members = talk.epoch, talk.members()
        thief = replace(new_device(), account=AccountId(ben.account))
        # Else an account that is in the log, and in the hands of the server.
        liar.force_in(talk.id, thief if in_name_of_ben else keys_of(eve))
        async with opened(ada_profile) as ada:
            talk = ada.conversation(talk.id)
            await eventually(lambda: bool(talk.encryption_state.cause))
            assert (talk.epoch, talk.members()) == (epoch, members)


async def test_a_group_in_the_name_of_somebody_known_is_not_entered_and_shown(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    ada_profile = await register(own_server, tmp_path, "ada")
    async with person(own_server, tmp_path, "ben") as ben:
        async with opened(ada_profile) as ada:
            await ada.find("ben")
            account = ada.account
        thief = replace(new_device(), account=AccountId(ben.account))
        liar.welcome(account, thief)
        async with opened(ada_profile) as ada:
            await eventually(lambda: AlarmKind.REFUSED in told(ada))
            assert ada.conversations() == []


async def test_to_a_stranger_whose_key_is_not_in_the_log_nothing_is_sent(
    own_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    ada_profile = await register(own_server, tmp_path, "ada")
    async with opened(ada_profile) as ada:
        account = ada.account
    liar.welcome(account, new_device())
    async with opened(ada_profile) as ada:
        talk = await only_conversation(ada)
        await talk.send("who are you?")
        await eventually(lambda: bool(talk.encryption_state.check_needed))
        assert talk.history()[-1].pending
