"""An account changes its key: its device goes on, and contacts follow."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mentalverse_client import (
    AlarmKind,
    BackupNotOpened,
    Client,
    Conversation,
    PeerChanged,
    SignedOut,
    Standing,
)
from mentalverse_client.account.trust import contact
from mentalverse_client.backup.restore import open_by_words
from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.credential import DeviceCredential
from mentalverse_crypto.device_list import DeviceList, sign_next
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.device_events import DeviceListShown
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import AccountId, id_text
from support.clients import (
    DEADLINE_SECONDS,
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.lying_server import Liar
from support.pairing import pair
from support.server import ServerProcess, start_server

SCRIPT = Path(__file__).parent.parent / "support" / "rotating_client.py"


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server for one test: what it is made to say, no other test believes."""
    with start_server(tmp_path / "server") as running:
        yield running


def told(client: Client) -> list[AlarmKind]:
    return [alarm.kind for alarm in client.alarms()]


def key_of(client: Client) -> bytes:
    return client._device.profile.account_key.public


def known_key(client: Client, account: str) -> bytes:
    known = contact(client._device.profile.vault, account)
    assert known is not None
    return known.account_pub


def shown_keys(state: GroupState, account: str) -> set[bytes]:
    """The account keys that the leaves of an account show."""
    shown = [
        DeviceCredential.decode(leaf.credential.identity)
        for _, leaf in state.tree.leaves()
    ]
    return {
        each.account_public for each in shown if id_text(each.account_id) == account
    }


async def compared(room: Conversation, handle: str) -> None:
    """Note that the safety number of somebody was compared, once they have a name."""
    await eventually(lambda: any(m.handle == handle for m in room.members()))
    room.set_verified(handle)
    assert all(m.verified for m in room.members() if not m.me)


async def circle_with(client: Client, *handles: str) -> Conversation:
    """A circle, once everybody's device has published KeyPackages again."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            with suppress(NotFound):
                return await client.create_circle(list(handles))
            # No faster than anybody is let ask for keys.
            await asyncio.sleep(0.5)


async def shows(room: Conversation, account: str, key: bytes) -> None:
    await eventually(lambda: shown_keys(room._room.state, account) == {key})


async def test_contacts_follow_and_the_conversation_goes_on(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Nobody had compared: they are told, and nothing waits."""
    async with (
        person(server, tmp_path, "ada-r1") as ada,
        person(server, tmp_path, "ben-r1") as ben,
    ):
        talk = await ada.direct("ben-r1")
        await talk.send("before")
        theirs = await only_conversation(ben)
        await next_message(theirs)
        old, number = key_of(ada), theirs.safety_number()

        await ada.devices.rotate_account_key()

        assert key_of(ada) != old
        await eventually(lambda: known_key(ben, ada.account) == key_of(ada))
        for room in (talk, theirs):
            await shows(room, ada.account, key_of(ada))
        assert theirs.safety_number() == talk.safety_number() != number
        assert told(ben) == [AlarmKind.KEY_CHANGED]
        assert told(ada) == []
        await theirs.send("still here?")
        assert (await next_message(talk)).text == "still here?"
        await talk.send("yes")
        assert (await next_message(theirs)).text == "yes"
        # Who comes now adds a device by a KeyPackage that shows the new key.
        circle = await circle_with(ben, "ada-r1")
        assert shown_keys(circle._room.state, ada.account) == {key_of(ada)}
        # What was said under the old key can still be proven.
        said = next(m for m in theirs.history() if m.text == "before")
        assert theirs.report_preview([said.id])[0].is_proven


@pytest.mark.parametrize("decision", ["verify", "accept"])
async def test_whoever_had_compared_sends_nothing_before_they_decide(
    server: ServerProcess, tmp_path: Path, decision: str
) -> None:
    ada_handle, ben_handle = f"ada-{decision}", f"ben-{decision}"
    async with (
        person(server, tmp_path, ada_handle) as ada,
        person(server, tmp_path, ben_handle) as ben,
    ):
        talk = await ada.direct(ben_handle)
        theirs = await only_conversation(ben)
        await compared(theirs, ada_handle)
        await ada.devices.rotate_account_key()
        await eventually(lambda: known_key(ben, ada.account) == key_of(ada))

        await theirs.send("a secret")
        await eventually(lambda: bool(theirs.encryption_state.check_needed))
        assert ada_handle in theirs.encryption_state.check_needed
        (member,) = [m for m in theirs.members() if not m.me]
        assert (member.verified, member.undecided) == (False, True)
        with pytest.raises(PeerChanged):
            await circle_with(ben, ada_handle)
        # Reading goes on meanwhile.
        await talk.send("it is me")
        await eventually(lambda: "it is me" in texts(theirs))
        assert "a secret" not in texts(talk)

        if decision == "verify":
            theirs.set_verified(ada_handle)
        else:
            theirs.accept_key(ada_handle)
        await eventually(lambda: "a secret" in texts(talk))
        assert theirs.encryption_state.check_needed == ""
        (member,) = [m for m in theirs.members() if not m.me]
        assert (member.verified, member.undecided) == (decision == "verify", False)


async def test_whoever_was_away_follows_several_changes(
    server: ServerProcess, tmp_path: Path
) -> None:
    """List by list, each signed by the key before; a group entered meanwhile, too."""
    ben_profile = await register(server, tmp_path, "ben-r3")
    async with person(server, tmp_path, "ada-r3") as ada:
        async with opened(ben_profile) as ben:
            talk = await ada.direct("ben-r3")
            theirs = await only_conversation(ben)
            await compared(theirs, "ada-r3")
        for _ in range(2):
            await ada.devices.rotate_account_key()
            await shows(talk, ada.account, key_of(ada))
        await (await circle_with(ada, "ben-r3")).send("in the circle")
        await talk.send("hello again")
        async with opened(ben_profile) as ben:
            await eventually(lambda: len(ben.conversations()) == 2)
            assert known_key(ben, ada.account) == key_of(ada)
            theirs = ben.conversation(talk.id)
            await eventually(lambda: "hello again" in texts(theirs))
            assert theirs.encryption_state.standing is Standing.ACTIVE
            (member,) = [m for m in theirs.members() if not m.me]
            assert member.undecided


async def test_a_welcome_among_several_changed_keys_is_used(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Each of the accounts is asked for, one after the other."""
    cleo_profile = await register(server, tmp_path, "cleo-r9")
    async with (
        person(server, tmp_path, "ada-r9") as ada,
        person(server, tmp_path, "ben-r9") as ben,
    ):
        async with opened(cleo_profile) as cleo:
            for handle in ("ada-r9", "ben-r9"):
                await cleo.find(handle)
        for client in (ada, ben):
            await client.devices.rotate_account_key()
        circle = await circle_with(ada, "ben-r9", "cleo-r9")
        await circle.send("come in")
        async with opened(cleo_profile) as cleo:
            await eventually(
                lambda: any(texts(c) == ["come in"] for c in cleo.conversations())
            )


async def test_other_devices_are_out_and_words_open_nothing(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-r4") as ada,
        person(server, tmp_path, "ben-r4") as ben,
    ):
        talk = await ada.direct("ben-r4")
        theirs = await only_conversation(ben)
        await pair(server, ada, tmp_path / "phone")
        words = ada.backup.new_words()
        await ada.backup.create(" ".join(words))
        async with opened(tmp_path / "phone") as phone:
            await only_conversation(phone)
            await eventually(lambda: len(theirs.device_ids()) == 3)

            await ada.devices.rotate_account_key()

            assert [each.this for each in ada.devices.list()] == [True]
            for room in (talk, theirs):
                await eventually(lambda r=room: len(r.device_ids()) == 2)  # type: ignore[misc]
            with pytest.raises(SignedOut):
                async with asyncio.timeout(DEADLINE_SECONDS):
                    async for _ in phone.messages():
                        pass
        with pytest.raises(BackupNotOpened):
            await open_by_words(server.url, " ".join(words))
        assert ada.backup.status() is None

        # A device that is added again, and words that are made again, know the new key.
        fresh = " ".join(ada.backup.new_words())
        await ada.backup.create(fresh)
        await pair(server, ada, tmp_path / "phone-2")
        async with opened(tmp_path / "phone-2") as phone:
            assert key_of(phone) == key_of(ada)
            await eventually(lambda: len(theirs.device_ids()) == 3)
            await phone.transparency.watch.look()
            assert told(phone) == []
        restored = await open_by_words(server.url, fresh)
        assert restored.record.account_key.public == key_of(ada)


@pytest.mark.parametrize("step", ["made", "published", "forgotten", "adopted"])
async def test_a_device_killed_between_two_steps_has_the_key_in_force(
    server: ServerProcess, tmp_path: Path, step: str
) -> None:
    """After each step: it comes back, the change is finished, and it can write."""
    ada_handle, ben_handle = f"ada-{step}", f"ben-{step}"
    ada_profile = await register(server, tmp_path, ada_handle)
    async with person(server, tmp_path, ben_handle) as ben:
        async with opened(ada_profile) as ada:
            await ada.direct(ben_handle)
            old = key_of(ada)
        theirs = await only_conversation(ben)
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SCRIPT), str(ada_profile), step
        )
        async with asyncio.timeout(DEADLINE_SECONDS):
            assert await process.wait() == -signal.SIGKILL
        async with opened(ada_profile) as ada:
            await eventually(lambda: key_of(ada) != old)
            talk = ada.conversation(theirs.id)
            await shows(talk, ada.account, key_of(ada))
            await eventually(lambda: known_key(ben, ada.account) == key_of(ada))
            await talk.send("I am here")
            assert (await next_message(theirs)).text == "I am here"
            assert told(ada) == []
            assert [each.this for each in ada.devices.list()] == [True]


async def test_a_list_that_was_asked_for_before_the_change_alarms_nobody(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is of before, and the list known here is the newer one: ask again."""
    async with person(server, tmp_path, "ada-late") as ada:
        log = ada._engine.log
        show = log._show

        async def slowly(*wanted: Any) -> DeviceListShown:
            shown = await show(*wanted)
            monkeypatch.setattr(log, "_show", show)
            await ada.devices.rotate_account_key()
            return shown

        monkeypatch.setattr(log, "_show", slowly)
        checked = await log.checked_list(AccountId(ada.account))
        assert checked.account_public == key_of(ada)
        assert told(ada) == []


# --- a server that lies ---


async def test_a_key_that_the_old_one_did_not_sign_is_refused(
    own_server: ServerProcess, tmp_path: Path
) -> None:
    """Logged, with the next number, and signed by itself alone."""
    liar = Liar(own_server)
    async with (
        person(own_server, tmp_path, "ada") as ada,
        person(own_server, tmp_path, "ben") as ben,
    ):
        await ada.direct("ben")
        await eventually(lambda: known_list(ada, ben) is not None)
        before, held = _list(ben), known_key(ada, ben.account)
        forged = sign_next(
            generate_signature_key_pair(ben._device.rng), before, before.devices
        )
        liar.show_list(forged)
        liar.place_list(ben.account, liar.add_entry(forged))
        with pytest.raises(PeerChanged):
            await ada._engine.checked_list(_id(ben))
        assert known_key(ada, ben.account) == held
        assert AlarmKind.OTHER_KEY in told(ada)


async def test_an_old_list_shown_again_does_not_bring_the_old_key_back(
    own_server: ServerProcess, tmp_path: Path
) -> None:
    liar = Liar(own_server)
    async with (
        person(own_server, tmp_path, "ada") as ada,
        person(own_server, tmp_path, "ben") as ben,
    ):
        await ada.direct("ben")
        await only_conversation(ben)
        before = _list(ben)
        await ben.devices.rotate_account_key()
        await eventually(lambda: known_key(ada, ben.account) == key_of(ben))
        liar.hide_lists_after(before)
        with pytest.raises(Exception) as refused:
            await ada._engine.checked_list(_id(ben))
        assert getattr(refused.value, "code", "") == "client.not_proven"
        assert known_key(ada, ben.account) == key_of(ben)


async def test_a_change_that_the_server_hides_is_believed_by_nobody(
    own_server: ServerProcess, tmp_path: Path
) -> None:
    """A commit with the new key is not followed while the proof is kept back.

    Nobody is held responsible for it, and nothing is sent to the unproven key.
    """
    liar = Liar(own_server)
    ada_profile = await register(own_server, tmp_path, "ada")
    async with person(own_server, tmp_path, "ben") as ben:
        async with opened(ada_profile) as ada:
            talk = await ada.direct("ben")
            theirs = await only_conversation(ben)
            await eventually(
                lambda: ada._device.profile.lists.get(_id(ben)) is not None
            )
            held = known_key(ada, ben.account)
        before = _list(ben)
        await ben.devices.rotate_account_key()
        await shows(theirs, ben.account, key_of(ben))
        liar.hide_lists_after(before)
        async with opened(ada_profile) as ada:
            room = ada.conversation(talk.id)._room
            await eventually(lambda: room.record.standing is Standing.BROKEN)
            assert room.record.rejects is None
            assert known_key(ada, ben.account) == held
            assert shown_keys(room.state, ben.account) == {held}


def _id(client: Client) -> AccountId:
    return AccountId(client.account)


def known_list(client: Client, other: Client) -> DeviceList | None:
    return client._device.profile.lists.get(_id(other))


def _list(client: Client) -> DeviceList:
    listed = known_list(client, client)
    assert listed is not None
    return listed
