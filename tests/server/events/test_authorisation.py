"""Who may do what: every command for every kind of caller, caller by caller.

The object is a circle and, for sign-ins, the participant's own one. `sibling` is
a second phone of the participant that is not in the group; `guest` is a participant
without an account, and does what `guest_rules` leaves to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mentalverse_modules.rewards import documents
from mentalverse_server.auth.tokens import token_hash
from mentalverse_server.store import sign_ins
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.claim_events import ClaimKind
from mentalverse_signaling.consent_events import ConsentPurpose
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.credential_events import CALLS as CREDENTIAL_CALLS
from mentalverse_signaling.errors import NotFound, SignalingError
from mentalverse_signaling.events import COMMANDS
from mentalverse_signaling.freezing import RejectReason
from mentalverse_signaling.guest_rules import COMMANDS_OF_GUESTS, GuestMay
from mentalverse_signaling.ids import SignInId
from mentalverse_signaling.match_desk_events import CALLS as MATCH_DESK_CALLS
from mentalverse_signaling.match_events import CALLS as MATCH_CALLS
from mentalverse_signaling.quota import Lane
from mentalverse_signaling.review_events import CALLS as REVIEW_CALLS
from mentalverse_signaling.webhook_events import CALLS as WEBHOOK_CALLS
from support.hub import Device, Hub, Talk, running_hub

ROLES = ("staff", "participant", "sibling", "former", "stranger", "guest")
TOKEN = "t" * 43
NO_ROLE = " ".join([*["role_required"] * 5, "forbidden"])
OWN_CALLS = (
    CREDENTIAL_CALLS,
    REVIEW_CALLS,
    WEBHOOK_CALLS,
    MATCH_CALLS,
    MATCH_DESK_CALLS,
)

MATRIX = {
    "message.send": "ok ok not_found forbidden not_found ok",
    "conversation.sync": "ok ok not_found ok not_found ok",
    "conversation.list": "ok ok ok ok ok ok",
    "conversation.find": "ok ok ok ok ok ok",
    "conversation.create": "ok conflict conflict conflict conflict forbidden",
    "conversation.leave": "ok ok not_found forbidden not_found ok",
    "cursor.advance": "ok ok not_found ok not_found ok",
    "group.commit": "ok forbidden not_found forbidden not_found forbidden",
    "group.info": "ok ok ok forbidden not_found ok",
    "group.rejoin": "ok ok ok forbidden not_found ok",
    "group.reject": "ok ok not_found forbidden not_found ok",
    "group.recreate": "conflict conflict not_found forbidden not_found conflict",
    "welcome.list": "ok ok ok ok ok ok",
    "welcome.confirm": "ok ok ok ok ok ok",
    "keys.publish": "ok ok ok ok ok ok",
    "keys.count": "ok ok ok ok ok ok",
    "keys.take": "ok ok ok ok ok ok",
    "account.find": "ok ok ok ok ok forbidden",
    "account.me": "ok ok ok ok ok ok",
    "block.set": "ok ok ok ok ok forbidden",
    "block.list": "ok ok ok ok ok forbidden",
    "device.list": "not_found not_found not_found not_found not_found not_found",
    "device.checkpoint": "ok ok ok ok ok ok",
    "claim.attest": "forbidden forbidden not_a_member not_found not_found forbidden",
    "claim.fetch": "forbidden forbidden not_a_member not_found not_found forbidden",
    "consent.list": "ok ok ok ok ok forbidden",
    "consent.grant": "ok ok ok ok ok forbidden",
    "consent.withdraw": "ok ok ok ok ok forbidden",
    "report.list": "ok ok ok ok ok ok",
    "report.appeal": "not_found not_found not_found not_found not_found not_found",
    "log.head": "ok ok ok ok ok ok",
    "log.entries": "ok ok ok ok ok ok",
    "log.consistency": "ok ok ok ok ok ok",
    "account.reauth": "forbidden ok forbidden forbidden forbidden forbidden",
    "sign_in.list": "ok ok ok ok ok forbidden",
    "sign_in.revoke_all": "ok ok ok ok ok forbidden",
    "sign_in.revoke": "not_found ok ok not_found not_found forbidden",
    "reward.list": "ok ok ok ok ok forbidden",
    "reward.receipt": "not_found not_found not_found not_found not_found forbidden",
    "reward.dispute": "not_found not_found not_found not_found not_found forbidden",
    "reward.opt": "ok ok ok ok ok forbidden",
    "reward.disputes": NO_ROLE,
    "reward.decide": NO_ROLE,
    "reward.awards": NO_ROLE,
    "reward.award": NO_ROLE,
    "reward.approve": NO_ROLE,
    "reward.refuse": NO_ROLE,
    "reward.packs": NO_ROLE,
    "reward.activate": NO_ROLE,
}
"""Outcomes in the order of `ROLES`; `group.commit` adds a newcomer, and with
`group.rejoin` each caller comes back itself. The rejected commit is the staff's
removal of somebody, and nothing is frozen so far. `device.list` asks about nobody.
Claims are of two, and this is a circle. Nobody here has a role, or an entry."""
_A_PACK = documents.written(documents.shipped("peer")).decode()


@dataclass
class Scene:
    """A circle at epoch 2, with somebody in every role."""

    hub: Hub
    talk: Talk
    people: dict[str, Device]
    newcomer: Device
    sign_in: SignInId
    token: str


async def set_scene(hub: Hub, name: str = "") -> Scene:
    """Handles and the token end in `name`: a hub holds several scenes."""
    staff = await hub.add_device(f"staff{name}")
    participant = await hub.add_device(f"ben{name}")
    people = {
        "staff": staff,
        "participant": participant,
        "sibling": await hub.add_device("", of=participant),
        "former": await hub.add_device(f"former{name}"),
        "stranger": await hub.add_device(f"stranger{name}"),
        "guest": await hub.add_guest(),
    }
    talk = await hub.open(staff)
    await hub.add(staff, talk, participant, people["former"], people["guest"])
    await hub.remove(staff, talk, people["former"])
    sign_in, token = hub.id(), TOKEN + name

    def store(transaction: Transaction) -> None:
        sign_ins.create_sign_in(
            transaction.connection,
            sign_in,
            token_hash(token),
            participant.account,
            participant.id,
            now=transaction.now,
            expires_at=transaction.now + timedelta(days=1),
        )

    await hub.writer.run(store, lane=WriterLane.OTHER)
    newcomer = await hub.add_device(f"newcomer{name}")
    return Scene(hub, talk, people, newcomer, sign_in, token)


def _message(scene: Scene, caller: Device) -> dict[str, Any]:
    return msgspec.structs.asdict(scene.hub.message(scene.talk))


def _commit(scene: Scene, caller: Device) -> dict[str, Any]:
    commit = scene.hub.commit(scene.talk, adds=(scene.newcomer,))
    return msgspec.structs.asdict(commit)


def _rejoin(scene: Scene, caller: Device) -> dict[str, Any]:
    inside = caller in [scene.people[r] for r in ("staff", "participant", "guest")]
    rejoin = scene.hub.rejoin(scene.talk, caller, replaces=inside)
    return msgspec.structs.asdict(rejoin)


def _recreate(scene: Scene, caller: Device) -> dict[str, Any]:
    return msgspec.structs.asdict(scene.hub.recreation(scene.talk, scene.newcomer))


FIELDS: dict[str, Callable[[Scene, Device], dict[str, Any]]] = {
    "message.send": _message,
    "conversation.sync": lambda s, _: {"conversation": s.talk.id, "since": 1},
    "conversation.create": lambda s, _: {
        "conversation": s.talk.id,
        "group": s.talk.group,
        "kind": ConversationKind.CIRCLE,
    },
    "conversation.leave": lambda s, _: {"conversation": s.talk.id},
    "cursor.advance": lambda s, _: {"conversation": s.talk.id, "seq": 1},
    "group.commit": _commit,
    "group.info": lambda s, _: {"conversation": s.talk.id},
    "group.rejoin": _rejoin,
    "group.reject": lambda s, _: {
        "conversation": s.talk.id,
        "group": s.talk.group,
        "epoch": 1,
        "reason": RejectReason.INVALID,
    },
    "group.recreate": _recreate,
    "welcome.confirm": lambda s, _: {"welcome": s.hub.id()},
    "keys.publish": lambda s, _: {"packages": ()},
    "keys.take": lambda s, _: {
        "account": s.people["participant"].account,
        "suites": [1],
    },
    "block.set": lambda s, _: {"account": s.newcomer.account, "on": True},
    "device.list": lambda s, _: {"account": s.hub.id()},
    "device.checkpoint": lambda s, _: {"counter": 1},
    "claim.attest": lambda s, _: {
        "conversation": s.talk.id,
        "kind": ClaimKind.GOAL_SET,
        "ref": bytes(16),
        "day": 0,
        "signature": bytes(64),
    },
    "claim.fetch": lambda s, _: {"conversation": s.talk.id},
    "consent.grant": lambda s, _: {
        "purpose": ConsentPurpose.REWARD,
        "version": 1,
    },
    "consent.withdraw": lambda s, _: {"purpose": ConsentPurpose.REWARD},
    "report.appeal": lambda s, _: {"report": s.hub.id()},
    "log.entries": lambda s, _: {"since": 0},
    "log.consistency": lambda s, _: {"from_size": 0, "to_size": 1},
    "account.find": lambda s, _: {"handle": s.people["participant"].handle},
    "account.reauth": lambda s, _: {"token": s.token},
    "sign_in.revoke": lambda s, _: {"sign_in": s.sign_in},
    "reward.receipt": lambda s, _: {"entry": "none:peer.session"},
    "reward.dispute": lambda s, _: {
        "request": s.hub.id(),
        "entry": "none:peer.session",
        "reason": "it was longer",
    },
    "reward.opt": lambda s, _: {"request": s.hub.id(), "out": True},
    "reward.decide": lambda s, _: {
        "account": s.newcomer.account,
        "entry": "none:peer.session",
        "correct": True,
    },
    "reward.award": lambda s, _: {
        "award": s.hub.id(),
        "account": s.newcomer.account,
        "rule": "peer.knowledge",
        "amount_mvt": 50,
        "reason": "a guide",
    },
    "reward.approve": lambda s, _: {"award": s.hub.id()},
    "reward.refuse": lambda s, _: {"award": s.hub.id()},
    "reward.activate": lambda s, _: {"document": _A_PACK},
}


def test_the_matrix_has_every_command() -> None:
    """Those of the desk, of calls, credentials and hooks have their own elsewhere."""
    """Desk, calls, credentials and matching have their own elsewhere."""
    own = (Lane.CRISIS, Lane.CALL)
    elsewhere = {c.name for c in COMMANDS.values() if c.lane in own}
    elsewhere |= {name for calls in OWN_CALLS for name, *_ in calls}
    assert set(MATRIX) == set(COMMANDS) - elsewhere


def test_every_command_says_what_guests_may() -> None:
    """One that nobody thought of is refused to them, and found here."""
    assert set(COMMANDS_OF_GUESTS) == set(COMMANDS)


def test_messages_are_for_guests_too() -> None:
    """The path of messages asks nothing, so it must have nothing to ask."""
    hot = [command.name for command in COMMANDS.values() if command.lane is Lane.HOT]
    assert [COMMANDS_OF_GUESTS[name] for name in hot] == [GuestMay.YES]


@pytest.mark.parametrize(
    ("event", "fields"), [("keys.take", {"suites": [1]}), ("device.list", {})]
)
async def test_a_guest_asks_about_those_it_is_in_a_conversation_with(
    tmp_path: Path, event: str, fields: dict[str, Any]
) -> None:
    """Whoever else is here is as unknown to it as somebody who is not."""
    async with running_hub(f"sqlite:///{tmp_path / 'server.db'}") as hub:
        scene = await set_scene(hub)
        guest, stranger = scene.people["guest"], scene.people["stranger"]
        refusals = set()
        for account in (stranger.account, hub.id()):
            with pytest.raises(NotFound) as refused:
                await hub.call(guest, event, account=account, **fields)
            refusals.add(refused.value.code)
        assert refusals == {"not_found"}
        if event == "keys.take":
            for near in (scene.people["staff"].account, guest.account):
                await hub.call(guest, event, account=near, **fields)


@pytest.mark.parametrize("event", MATRIX)
async def test_a_caller_may_do_what_the_matrix_says(tmp_path: Path, event: str) -> None:
    """Each caller tries it in a scene of its own."""
    async with running_hub(f"sqlite:///{tmp_path / 'server.db'}") as hub:
        outcomes = []
        for role in ROLES:
            scene = await set_scene(hub, role)
            caller = scene.people[role]
            fields = FIELDS[event](scene, caller) if event in FIELDS else {}
            try:
                await hub.call(caller, event, **fields)
                outcomes.append("ok")
            except SignalingError as error:
                outcomes.append(error.code)
        assert outcomes == MATRIX[event].split()


async def test_ending_a_sign_in_tells_and_closes_its_connections(
    tmp_path: Path,
) -> None:
    async with running_hub(f"sqlite:///{tmp_path / 'server.db'}") as hub:
        scene = await set_scene(hub)
        participant = scene.people["participant"]
        await hub.call(participant, "account.reauth", token=scene.token)
        sibling = scene.people["sibling"]
        await hub.call(sibling, "sign_in.revoke", sign_in=scene.sign_in)
        assert participant.inbox.of("account.signed_out") == [{"reason": "revoked"}]
        assert participant.inbox.closed is not None
        assert sibling.inbox.closed is None


async def test_a_handle_finds_its_account_and_nothing_more(tmp_path: Path) -> None:
    async with running_hub(f"sqlite:///{tmp_path / 'server.db'}") as hub:
        ana = await hub.add_device("ana")
        view = await hub.call(ana, "account.find", handle="ana")
        assert msgspec.to_builtins(view, builtin_types=(bytes,)) == {
            "account": ana.account,
            "handle": "ana",
            "account_pub": b"a" * 32,
            "roles": (),
        }
        with pytest.raises(SignalingError) as refused:
            await hub.call(ana, "account.find", handle="nobody")
        assert refused.value.code == "not_found"
