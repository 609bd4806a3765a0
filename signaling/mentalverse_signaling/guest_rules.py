"""What a guest may do: every command and every endpoint with a token, one by one.

A guest comes without an invitation, so it can be anybody, and any number of them can
come. It may keep its own keys, take part in conversations into which somebody with an
account lets it, calls of those included, ask for help, and open the conversation in
which it is helped. It may not plan or lead calls, look for people, ask for the keys of
strangers, or open other conversations: nobody is written to by a guest whom they did
not let in, but those who come to help it.

What is not in these tables is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from .errors import Forbidden


class GuestMay(StrEnum):
    """How far a guest gets with a call."""

    YES = "yes"
    """As anybody: it is about the guest itself, or the conversation decides."""
    NEAR = "near"
    """About itself, those whom it shares a conversation with, and those who come to
    help it; the others are `not_found`, as if they did not exist."""
    NO = "no"
    """Refused with `forbidden`."""


COMMANDS_OF_GUESTS: Final[Mapping[str, GuestMay]] = {
    "message.send": GuestMay.YES,
    "conversation.sync": GuestMay.YES,
    "conversation.list": GuestMay.YES,
    "conversation.find": GuestMay.YES,
    "conversation.create": GuestMay.NEAR,
    "conversation.leave": GuestMay.YES,
    "cursor.advance": GuestMay.YES,
    "group.commit": GuestMay.YES,
    "group.info": GuestMay.YES,
    "group.rejoin": GuestMay.YES,
    "group.reject": GuestMay.YES,
    "group.recreate": GuestMay.YES,
    "welcome.list": GuestMay.YES,
    "welcome.confirm": GuestMay.YES,
    "keys.publish": GuestMay.YES,
    "keys.count": GuestMay.YES,
    "keys.take": GuestMay.NEAR,
    "account.find": GuestMay.NO,
    "account.me": GuestMay.YES,
    "account.reauth": GuestMay.YES,
    "block.set": GuestMay.NO,
    "block.list": GuestMay.NO,
    "device.list": GuestMay.NEAR,
    "device.checkpoint": GuestMay.YES,
    "log.head": GuestMay.YES,
    "log.entries": GuestMay.YES,
    "log.consistency": GuestMay.YES,
    "claim.attest": GuestMay.NO,
    "claim.fetch": GuestMay.NO,
    "consent.list": GuestMay.NO,
    "consent.grant": GuestMay.NO,
    "consent.withdraw": GuestMay.NO,
    "credential.offers": GuestMay.NO,
    "application.list": GuestMay.NO,
    "application.begin": GuestMay.NO,
    "application.state": GuestMay.NO,
    "application.attach": GuestMay.NO,
    "application.detach": GuestMay.NO,
    "application.submit": GuestMay.NO,
    "application.withdraw": GuestMay.NO,
    "credential.list": GuestMay.NO,
    "credential.issue": GuestMay.NO,
    "credential.suspend": GuestMay.NO,
    "credential.reinstate": GuestMay.NO,
    "credential.revoke": GuestMay.NO,
    "training.record": GuestMay.NO,
    "training.pass": GuestMay.NO,
    "training.sign_off": GuestMay.NO,
    "training.supervise": GuestMay.NO,
    "review.queue": GuestMay.NO,
    "review.open": GuestMay.NO,
    "review.document": GuestMay.NO,
    "review.note": GuestMay.NO,
    "review.sign": GuestMay.NO,
    "review.send_back": GuestMay.NO,
    "review.held": GuestMay.NO,
    "reward.list": GuestMay.NO,
    "reward.receipt": GuestMay.NO,
    "reward.dispute": GuestMay.NO,
    "reward.opt": GuestMay.NO,
    "reward.disputes": GuestMay.NO,
    "reward.decide": GuestMay.NO,
    "reward.awards": GuestMay.NO,
    "reward.award": GuestMay.NO,
    "reward.approve": GuestMay.NO,
    "reward.refuse": GuestMay.NO,
    "reward.packs": GuestMay.NO,
    "reward.activate": GuestMay.NO,
    "webhook.list": GuestMay.NO,
    "webhook.types": GuestMay.NO,
    "webhook.log": GuestMay.NO,
    "webhook.dead": GuestMay.NO,
    "webhook.add": GuestMay.NO,
    "webhook.test": GuestMay.NO,
    "webhook.rotate": GuestMay.NO,
    "webhook.replay": GuestMay.NO,
    "webhook.disable": GuestMay.NO,
    "webhook.enable": GuestMay.NO,
    "sign_in.list": GuestMay.NO,
    "sign_in.revoke": GuestMay.NO,
    "sign_in.revoke_all": GuestMay.NO,
    "case.open": GuestMay.YES,
    "case.mine": GuestMay.YES,
    "case.raise": GuestMay.YES,
    "case.leave": GuestMay.YES,
    "case.resume": GuestMay.YES,
    "case.beat": GuestMay.YES,
    "case.attach": GuestMay.YES,
    "duty.start": GuestMay.NO,
    "duty.pause": GuestMay.NO,
    "duty.end": GuestMay.NO,
    "duty.beat": GuestMay.NO,
    "duty.test": GuestMay.NO,
    "duty.test_seen": GuestMay.NO,
    "duty.allow": GuestMay.NO,
    "desk.mine": GuestMay.NO,
    "desk.board": GuestMay.NO,
    "case.accept": GuestMay.NO,
    "case.decline": GuestMay.NO,
    "case.typing": GuestMay.NO,
    "case.lower": GuestMay.NO,
    "case.transfer": GuestMay.NO,
    "case.transfer_answer": GuestMay.NO,
    "case.escalate": GuestMay.NO,
    "case.join": GuestMay.NO,
    "case.step_out": GuestMay.NO,
    "case.agree_return": GuestMay.NO,
    "case.end": GuestMay.NO,
    "case.wrap_up": GuestMay.NO,
    "page.ack": GuestMay.NO,
    "followup.list": GuestMay.NO,
    "followup.take": GuestMay.NO,
    "followup.record": GuestMay.NO,
    "location.seal": GuestMay.YES,
    "location.withdraw": GuestMay.YES,
    "location.mine": GuestMay.YES,
    "location.get": GuestMay.NO,
    "override.open": GuestMay.NO,
    "override.cosign": GuestMay.NO,
    "override.alone": GuestMay.NO,
    "override.withdraw": GuestMay.NO,
    "override.confirm": GuestMay.NO,
    "override.review": GuestMay.NO,
    "override.list": GuestMay.NO,
    "referral.list": GuestMay.NO,
    "drill.start": GuestMay.NO,
    "audit.list": GuestMay.NO,
    "rota.list": GuestMay.NO,
    "rota.change": GuestMay.NO,
    "policy.get": GuestMay.NO,
    "policy.try": GuestMay.NO,
    "policy.propose": GuestMay.NO,
    "policy.adopt": GuestMay.NO,
    "policy.discard": GuestMay.NO,
    "call.check": GuestMay.YES,
    "check.record": GuestMay.NO,
    "call.start": GuestMay.YES,
    "call.list": GuestMay.YES,
    "call.decline": GuestMay.YES,
    "call.join": GuestMay.YES,
    "call.resume": GuestMay.YES,
    "call.beat": GuestMay.YES,
    "call.leave": GuestMay.YES,
    "call.end": GuestMay.YES,
    "call.attach": GuestMay.NO,
    "roster.fetch": GuestMay.YES,
    "attendance.fetch": GuestMay.YES,
    "attendance.attest": GuestMay.YES,
    "ice.refresh": GuestMay.YES,
    "signal.send": GuestMay.YES,
    "peer.restart": GuestMay.YES,
    "key.confirm": GuestMay.YES,
    "state.set": GuestMay.YES,
    "route.fetch": GuestMay.NO,
    "route.set": GuestMay.NO,
    "session.kinds": GuestMay.YES,
    "session.plan": GuestMay.NO,
    "session.change": GuestMay.NO,
    "session.cancel": GuestMay.NO,
    "session.list": GuestMay.NO,
    "session.feedback": GuestMay.NO,
    "session.screen": GuestMay.NO,
    "agreement.get": GuestMay.YES,
    "seat.admit": GuestMay.NO,
    "seat.hold": GuestMay.NO,
    "seat.remove": GuestMay.NO,
    "seat.mute": GuestMay.NO,
    "seat.invite_unmute": GuestMay.NO,
    "seat.set_role": GuestMay.NO,
    "room.lock": GuestMay.NO,
    "room.unlock": GuestMay.NO,
    "room.spotlight": GuestMay.NO,
    "screen.claim": GuestMay.YES,
    "screen.release": GuestMay.YES,
    "screen.revoke": GuestMay.NO,
    "hand.raise": GuestMay.YES,
    "hand.lower": GuestMay.YES,
    "phase.advance": GuestMay.NO,
    "phase.extend": GuestMay.NO,
    "piece.start": GuestMay.NO,
    "piece.pass": GuestMay.YES,
    "piece.stop": GuestMay.NO,
    "side.open": GuestMay.NO,
    "feed.publish": GuestMay.YES,
    "feed.subscribe": GuestMay.YES,
    "feed.unsubscribe": GuestMay.YES,
    "feed.answer": GuestMay.YES,
    "feed.trickle": GuestMay.YES,
    "feed.select_layer": GuestMay.YES,
    "feed.pause": GuestMay.YES,
    "feed.restart": GuestMay.YES,
    "recording.request": GuestMay.NO,
    "recording.consent": GuestMay.YES,
    "recording.withdraw": GuestMay.YES,
    "recording.start": GuestMay.NO,
    "recording.stop": GuestMay.NO,
}
"""By the names of the registry."""

ENDPOINTS_OF_GUESTS: Final[Mapping[str, GuestMay]] = {
    "POST /api/v1/sign-out": GuestMay.YES,
    "PUT /api/v1/guests/words": GuestMay.YES,
    "POST /api/v1/devices/renew": GuestMay.YES,
    "POST /api/v1/proof": GuestMay.YES,
    "GET /api/v1/account/export": GuestMay.YES,
    "DELETE /api/v1/account": GuestMay.YES,
    "POST /api/v1/blobs": GuestMay.YES,
    "PATCH /api/v1/blobs/{blob}": GuestMay.YES,
    "GET /api/v1/blobs/{blob}/status": GuestMay.YES,
    "GET /api/v1/blobs/{blob}": GuestMay.YES,
    "DELETE /api/v1/blobs/{blob}": GuestMay.YES,
    "POST /api/v1/reports": GuestMay.YES,
    "PUT /api/v1/backup": GuestMay.NO,
    "GET /api/v1/backup/status": GuestMay.NO,
    "DELETE /api/v1/backup": GuestMay.NO,
    "PUT /api/v1/passphrase": GuestMay.NO,
    "DELETE /api/v1/passphrase": GuestMay.NO,
    "GET /api/v1/passkeys": GuestMay.NO,
    "POST /api/v1/passkeys/begin": GuestMay.NO,
    "POST /api/v1/passkeys": GuestMay.NO,
    "DELETE /api/v1/passkeys/{passkey}": GuestMay.NO,
    "POST /api/v1/passkeys/verify": GuestMay.NO,
    "GET /api/v1/push": GuestMay.NO,
    "PUT /api/v1/push": GuestMay.NO,
    "DELETE /api/v1/push": GuestMay.NO,
    "PUT /api/v1/push/muted": GuestMay.NO,
    "PUT /api/v1/push/quiet": GuestMay.NO,
    "DELETE /api/v1/push/quiet": GuestMay.NO,
}
"""By method and path; those that ask for no token are not listed."""


def require_command(name: str) -> None:
    """`Forbidden` if a command is not for guests."""
    _require(COMMANDS_OF_GUESTS, name)


def require_endpoint(route: str) -> None:
    """`Forbidden` if an endpoint, such as "POST /api/v1/blobs", is not for guests."""
    _require(ENDPOINTS_OF_GUESTS, route)


def _require(rules: Mapping[str, GuestMay], name: str) -> None:
    if rules.get(name, GuestMay.NO) is GuestMay.NO:
        raise Forbidden("this is for people with an account")
