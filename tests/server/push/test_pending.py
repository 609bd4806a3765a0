"""Who is to be woken, read from the log: on both engines."""

from __future__ import annotations

import pytest

from mentalverse_crypto.framing import ContentType
from mentalverse_server.push.vapid import new_push_key
from mentalverse_server.services.push import PushSubscriptions
from mentalverse_server.store import accounts, push_pending, push_subscriptions
from mentalverse_server.store.push_pending import Pending
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import DeviceId
from mentalverse_signaling.push_api import PushMuted, QuietHours
from support.hub import Device, Hub, Talk
from support.push import Subscription

KEY = new_push_key()
People = tuple[Device, Device, Talk]


def subscriptions(hub: Hub) -> PushSubscriptions:
    return PushSubscriptions(hub.database, hub.writer, (KEY,), allow_private=False)


async def subscribe(hub: Hub, device: Device) -> None:
    browser = Subscription(f"https://push.example.net/{device.id}")
    asked = browser.asked(KEY.public)
    await subscriptions(hub).subscribe(device.connection.principal, asked)


async def woken(hub: Hub, talk: Talk) -> set[DeviceId]:
    """The devices that are to be woken for the conversation."""
    found = await hub.database.read(push_pending.pending, [talk.id])
    return {each.subscription.device for each in found}


async def one(hub: Hub, talk: Talk) -> Pending:
    (found,) = await hub.database.read(push_pending.pending, [talk.id])
    return found


async def read_to(hub: Hub, device: Device, talk: Talk, seq: int) -> None:
    await hub.call(device, "cursor.advance", conversation=talk.id, seq=seq)


async def confirm(hub: Hub, device: Device) -> None:
    for queued in device.inbox.of("group.welcomed"):
        await hub.call(device, "welcome.confirm", welcome=queued["welcome"])


@pytest.fixture
async def pair(any_hub: Hub) -> People:
    """Ana, and Ben who subscribed; both are in the group."""
    ana, ben = await any_hub.add_device("ana"), await any_hub.add_device("ben")
    talk = await any_hub.open(ana, ConversationKind.DIRECT)
    await any_hub.add(ana, talk, ben)
    await confirm(any_hub, ben)
    await subscribe(any_hub, ana)
    await subscribe(any_hub, ben)
    return ana, ben, talk


async def test_a_message_wakes_others_until_one_of_their_devices_has_it(
    any_hub: Hub, pair: People
) -> None:
    """Never who wrote it, on whichever device."""
    ana, ben, talk = pair
    laptop = await any_hub.add_device("ben", of=ben)
    await any_hub.add(ben, talk, laptop)
    await confirm(any_hub, laptop)
    assert await woken(any_hub, talk) == set()
    sent = await any_hub.send(ana, any_hub.message(talk))
    assert await woken(any_hub, talk) == {ben.id}
    await read_to(any_hub, laptop, talk, sent.seq)
    assert await woken(any_hub, talk) == set()


async def test_nobody_is_woken_for_what_is_not_to_be_read(
    any_hub: Hub, pair: People
) -> None:
    """Commits, proposals, and what its sender says wakes nobody."""
    ana, _, talk = pair
    message = any_hub.message(talk)
    await any_hub.call(
        ana,
        "message.send",
        conversation=talk.id,
        client_id=message.client_id,
        payload=message.payload,
        wakes=False,
    )
    await any_hub.send(ana, any_hub.message(talk, content_type=ContentType.PROPOSAL))
    await any_hub.take_epoch(ana, talk, any_hub.commit(talk))
    assert await woken(any_hub, talk) == set()


async def test_a_device_is_told_once_of_each_row(any_hub: Hub, pair: People) -> None:
    """And of the next one again, with when it was told last."""
    ana, ben, talk = pair
    await any_hub.send(ana, any_hub.message(talk))
    found = await one(any_hub, talk)

    def script(transaction: Transaction) -> None:
        push_pending.note_told(
            transaction.connection, ben.id, talk.id, found.head, transaction.now
        )

    for _ in range(2):
        await any_hub.writer.run(script, lane=WriterLane.OTHER)
    assert await woken(any_hub, talk) == set()
    any_hub.clock.advance(60)
    await any_hub.send(ana, any_hub.message(talk))
    again = await one(any_hub, talk)
    assert again.since == any_hub.clock.now()
    assert again.told_at is not None
    assert (again.since - again.told_at).total_seconds() == 60


async def test_who_muted_left_was_revoked_or_disabled_is_not_woken(
    any_hub: Hub, pair: People
) -> None:
    """Each of them on its own keeps a device from being woken."""
    ana, ben, talk = pair
    principal = ben.connection.principal
    await any_hub.send(ana, any_hub.message(talk))
    assert await woken(any_hub, talk) == {ben.id}
    await subscriptions(any_hub).mute(principal, PushMuted((talk.id,)))
    assert await woken(any_hub, talk) == set()
    await subscriptions(any_hub).mute(principal, PushMuted(()))
    assert await woken(any_hub, talk) == {ben.id}

    def disable(transaction: Transaction, *, on: bool) -> None:
        at = transaction.now if on else None
        accounts.set_disabled(transaction.connection, ben.account, at)

    await any_hub.writer.run(lambda t: disable(t, on=True), lane=WriterLane.OTHER)
    assert await woken(any_hub, talk) == set()
    await any_hub.writer.run(lambda t: disable(t, on=False), lane=WriterLane.OTHER)
    assert await woken(any_hub, talk) == {ben.id}
    await any_hub.call(ben, "conversation.leave", conversation=talk.id)
    await any_hub.remove(ana, talk, ben)
    assert await woken(any_hub, talk) == set()


async def test_somebody_blocked_wakes_nobody_in_a_conversation_of_two(
    any_hub: Hub, pair: People
) -> None:
    """Their messages come and are hidden; a notice would tell of them all the same."""
    ana, ben, talk = pair
    await any_hub.send(ana, any_hub.message(talk))
    await any_hub.call(ben, "block.set", account=ana.account, on=True)
    assert await woken(any_hub, talk) == set()
    await any_hub.call(ben, "block.set", account=ana.account, on=False)
    assert await woken(any_hub, talk) == {ben.id}


async def test_a_revoked_device_is_not_woken(any_hub: Hub, pair: People) -> None:
    """It is out, whatever it subscribed to."""
    ana, ben, talk = pair
    await any_hub.send(ana, any_hub.message(talk))
    await any_hub.revoke(ben)
    assert await woken(any_hub, talk) == set()


async def test_who_is_brought_into_a_conversation_is_woken_until_a_device_joined(
    any_hub: Hub,
) -> None:
    """The account's first device that took its Welcome is enough."""
    ana, ben = await any_hub.add_device("ana"), await any_hub.add_device("ben")
    laptop = await any_hub.add_device("ben", of=ben)
    await subscribe(any_hub, ben)
    talk = await any_hub.open(ana, ConversationKind.DIRECT)
    await any_hub.add(ana, talk, ben, laptop)
    assert await woken(any_hub, talk) == {ben.id}
    await confirm(any_hub, laptop)
    assert await woken(any_hub, talk) == set()


async def test_after_a_restart_the_conversations_are_found_again(
    any_hub: Hub, pair: People
) -> None:
    """Page by page; those in which a subscribed device has read all are left out."""
    ana, ben, talk = pair
    await read_to(any_hub, ben, talk, 1)
    other = await any_hub.open(ana, ConversationKind.CIRCLE)
    await any_hub.add(ana, other, ben)
    sent = await any_hub.send(ana, any_hub.message(talk))
    await read_to(any_hub, ana, talk, sent.seq)
    both = await any_hub.database.read(push_pending.conversations_behind, "", 10)
    assert both == sorted([talk.id, other.id])
    first = await any_hub.database.read(push_pending.conversations_behind, "", 1)
    rest = await any_hub.database.read(push_pending.conversations_behind, first[0], 10)
    assert first + rest == both


async def test_quiet_hours_come_with_what_is_pending(
    any_hub: Hub, pair: People
) -> None:
    """Those of the account, whichever device set them."""
    ana, ben, talk = pair
    quiet = QuietHours("Asia/Kolkata", 1320, 420)
    await subscriptions(any_hub).set_quiet(ben.connection.principal, quiet)
    await any_hub.send(ana, any_hub.message(talk))
    assert (await one(any_hub, talk)).quiet == quiet
    await subscriptions(any_hub).unsubscribe(ben.connection.principal)
    assert await any_hub.database.read(push_subscriptions.find, ben.id) is None
    assert await woken(any_hub, talk) == set()
