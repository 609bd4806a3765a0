"""Two devices of one person: paired, in the same conversations, revoked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from mentalverse_client import (
    Client,
    Conversation,
    MessageKind,
    NotYourDevice,
    PairingFailed,
    SignedOut,
)
from mentalverse_client.account import mailbox
from mentalverse_client.account.pairing import GRANT, mailbox_for, read_invitation
from mentalverse_crypto import group
from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.events import ConversationSync, LogPage
from mentalverse_signaling.ids import ConversationId, MailboxId
from support.answering import answering
from support.clients import (
    DEADLINE_SECONDS,
    PASSPHRASE,
    eventually,
    only_conversation,
    opened,
    person,
    texts,
)
from support.pairing import BothHands, pair
from support.server import ServerProcess


def notices(room: Conversation) -> list[str]:
    return [m.text for m in room.history(1_000) if m.kind is MessageKind.NOTICE]


async def test_a_paired_device_reads_and_writes_in_the_same_conversation(
    server: ServerProcess, tmp_path: Path
) -> None:
    phone = tmp_path / "phone"
    async with (
        person(server, tmp_path, "ada-2") as ada,
        person(server, tmp_path, "ben-2") as ben,
    ):
        talk = await ada.direct("ben-2")
        await talk.send("from the laptop")
        theirs = await only_conversation(ben)
        added = await pair(server, ada, phone)
        assert [d.id for d in ada.devices.list() if not d.this] == [added.id]
        async with opened(phone) as second:
            assert (second.account, second.handle) == (ada.account, "ada-2")
            own = [d.id for d in second.devices.list() if d.this]
            assert own == [added.id]
            here = await only_conversation(second)
            await here.send("from the phone")
            for room in (talk, theirs):
                await eventually(lambda r=room: "from the phone" in texts(r))  # type: ignore[misc]
            assert talk.history()[-1].mine
            assert theirs.history()[-1].sender == "ada-2"
            await theirs.send("hello both")
            for room in (talk, here):
                await eventually(lambda r=room: "hello both" in texts(r))  # type: ignore[misc]
            assert "ada-2 added a device" in notices(theirs)
            assert here.safety_number() == theirs.safety_number()
            assert [m.devices for m in theirs.members() if not m.me] == [2]


async def test_a_new_conversation_includes_every_device_of_both(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-3") as ada,
        person(server, tmp_path, "ben-3") as ben,
    ):
        await pair(server, ada, tmp_path / "ada-phone")
        await pair(server, ben, tmp_path / "ben-phone")
        async with (
            opened(tmp_path / "ada-phone") as ada_phone,
            opened(tmp_path / "ben-phone") as ben_phone,
        ):
            talk = await ada.direct("ben-3")
            await talk.send("to everybody")
            for client in (ada_phone, ben, ben_phone):
                room = await only_conversation(client)
                await eventually(lambda r=room: texts(r) == ["to everybody"])  # type: ignore[misc]
                assert room.encryption_state.devices == 4
            assert talk.epoch == 1


async def test_a_wrong_code_adds_nothing(server: ServerProcess, tmp_path: Path) -> None:
    async with person(server, tmp_path, "ada-4") as ada:
        hands = BothHands()
        joining = asyncio.create_task(
            Client.join(server.url, tmp_path / "phone", PASSPHRASE, hands)
        )

        async def wrong() -> str:
            return f"{(int(await hands.code) + 1) % 1_000_000:06d}"

        with pytest.raises(PairingFailed):
            await ada.devices.approve(await hands.invitation, wrong)
        await ada.devices.refresh()
        assert len(ada.devices.list()) == 1
        joining.cancel()
        await asyncio.gather(joining, return_exceptions=True)
        with pytest.raises(PairingFailed):
            await ada.devices.approve("mentalverse-device:1:nonsense", wrong)


async def test_a_device_takes_nothing_over_unless_the_person_says_so(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-5") as ada:
        hands = BothHands(accepts=False)
        joining = asyncio.create_task(
            Client.join(server.url, tmp_path / "phone", PASSPHRASE, hands)
        )
        added = await ada.devices.approve(await hands.invitation, hands.read_code)
        with pytest.raises(PairingFailed):
            await joining
        await ada.devices.revoke(added.id)
        assert [d.this for d in ada.devices.list()] == [True]


async def test_a_device_that_did_not_get_its_keys_is_taken_off_the_list(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Somebody who saw the invitation can disturb a pairing, and leave nothing."""
    hands = BothHands()
    async with person(server, tmp_path, "ada-8") as ada:
        joining = asyncio.create_task(
            Client.join(server.url, tmp_path / "phone", PASSPHRASE, hands)
        )
        invitation = await hands.invitation
        async with mailbox_for(server.url, read_invitation(invitation)) as somebody:
            await somebody.put(GRANT, b"no grant")
        with pytest.raises(PairingFailed):
            await ada.devices.approve(invitation, hands.read_code)
        with pytest.raises(PairingFailed):
            await joining
        assert [device.this for device in ada.devices.list()] == [True]


async def test_an_empty_slot_is_not_asked_for_without_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that does not wait itself is asked once a second."""
    monkeypatch.setattr(mailbox, "LIFETIME_SECONDS", 1.5)
    asked: list[str] = []

    async def nothing(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=204)

    async with (
        answering("GET", "/api/v1/pairing/{name}/{slot}", nothing) as url,
        mailbox.Mailbox(url, MailboxId("0" * 32)) as empty,
    ):
        with pytest.raises(PairingFailed, match="within ten minutes"):
            await empty.get(0)
    assert 1 <= len(asked) <= 3


@pytest.mark.capability("C01")
async def test_a_revoked_device_reads_nothing_more_and_everyone_is_told(
    server: ServerProcess, tmp_path: Path
) -> None:
    phone = tmp_path / "phone"
    async with (
        person(server, tmp_path, "ada-6") as ada,
        person(server, tmp_path, "ben-6") as ben,
    ):
        talk = await ada.direct("ben-6")
        await talk.send("first")
        theirs = await only_conversation(ben)
        added = await pair(server, ada, phone)
        async with opened(phone) as second:
            here = await only_conversation(second)
            await eventually(lambda: theirs.encryption_state.devices == 3)
            await here.send("still mine")
            await eventually(lambda: "still mine" in texts(theirs))
            stolen = here._room.state
            await ada.devices.revoke(added.id)
            await talk.send("after")
            with pytest.raises(SignedOut):
                async for _ in second.updates():
                    pass
            async with asyncio.timeout(DEADLINE_SECONDS):
                with pytest.raises(SignedOut):
                    await here.remove(ben.account)
                with pytest.raises(SignedOut):
                    await second.create_circle(["ben-6"])
        await eventually(lambda: "after" in texts(theirs))
        for room in (talk, theirs):
            await eventually(lambda r=room: r.encryption_state.devices == 2)  # type: ignore[misc]
            assert notices(room)[-1] == "ada-6 removed a device"
        # The server may give it every row: it has no key for those that follow.
        request = ConversationSync(ConversationId(talk.id), 0)
        page = await ada._engine.call("conversation.sync", request, LogPage)
        check = ben._engine.device.check()
        state, plain = stolen, []
        for row in page.rows:
            try:
                read = group.process(state, row.payload, check, datetime.now(UTC))
                state = read.state
                plain.append(read.plaintext)
            except MlsError:
                continue
        assert not any(text and b"after" in text for text in plain)


async def test_what_cannot_be_revoked_is_said(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-7") as ada:
        (own,) = ada.devices.list()
        for device, this in ((own.id, False), (own.id, True), ("0" * 32, False)):
            with pytest.raises(NotYourDevice):
                await ada.devices.revoke(device, this=this)
        await ada.devices.refresh()
        assert ada.devices.list() == [own]
