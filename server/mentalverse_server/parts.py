"""The services of one server, each made with the settings that are its own.

Below them lies the `Ground` that all stand on (`ground`). `app` opens both, in this
order, and `edge` puts them on the network.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

from .config import Config
from .config_sections import BlobsSection
from .crisis.parts import Crisis, make_crisis
from .events import handler_groups, hot_handler
from .ground import Ground
from .hooks.leaving import make_leaving
from .hooks.parts import make_providers
from .hooks.providers import Providers
from .hooks.relay import Relay
from .links import relying_party_id
from .operator import BLOB_FOLDER
from .push.notifier import Notifier
from .push.ringing import Ringing
from .push.schedule import Rules
from .push.sender import Sender
from .router import Router
from .services.backups import Backups
from .services.blob_rules import BlobLimits
from .services.blobs import Blobs
from .services.blocks import Blocking
from .services.calls.parts import CallParts, make_calls
from .services.claims import Claiming
from .services.consents import Consenting
from .services.conversations import ConversationService
from .services.credential_parts import CredentialParts, make_credentials
from .services.delivery import Delivery
from .services.devices import Devices
from .services.directory import Directory
from .services.erasure import Departed
from .services.freezing import Freezing
from .services.groups import Groups
from .services.guest_expiry import GuestExpiry, GuestLimits
from .services.guest_words import GuestPlaces
from .services.guests import Guests
from .services.identity import Identity, IdentityLimits
from .services.keys import Keys
from .services.match_parts import MatchParts, make_matching
from .services.own_account import OwnAccounts
from .services.pairing import Pairing
from .services.passkeys import PasskeyService
from .services.passphrases import Passphrases
from .services.people import People
from .services.proofs import Proofs
from .services.push import PushSubscriptions
from .services.rejoin import Rejoin, RejoinLimits
from .services.report_course import ReportCourses
from .services.reports import Reports
from .services.reward_parts import RewardParts, make_rewards
from .services.transparency import TransparencyLog
from .services.webhooks import WebhookService
from .store.blob_files import BlobFiles
from .store.desk_time import DeskTime


@dataclass(frozen=True, slots=True)
class Parts:
    """The services."""

    directory: Directory
    identity: Identity
    devices: Devices
    key_log: TransparencyLog
    freezing: Freezing
    keys: Keys
    rejoin: Rejoin
    blobs: Blobs
    pairing: Pairing
    backups: Backups
    reports: Reports
    passkeys: PasskeyService
    passphrases: Passphrases
    proofs: Proofs
    own_accounts: OwnAccounts
    departed: Departed
    push: PushSubscriptions
    guests: Guests
    guest_places: GuestPlaces
    guest_expiry: GuestExpiry
    providers: Providers
    credentials: CredentialParts
    rewards: RewardParts
    matching: MatchParts
    calls: CallParts
    relay: Relay
    """Brings events to endpoints outside."""
    webhooks: WebhookService
    crisis: Crisis | None
    """None: nobody answers here."""


async def open_parts(ground: Ground, stack: AsyncExitStack) -> Parts:
    """The services, with what they keep on disk; closed with `stack`."""
    clock, rng, keyring = ground.clock, ground.rng, ground.keyring
    database, writer = ground.database, ground.writer
    keys = Keys(database, writer, clock, keyring.public_keys)
    stack.callback(keys.close)
    blobs = await _open_blobs(ground, stack)
    passphrases = Passphrases(database, writer, rng)
    stack.callback(passphrases.close)
    kept_for = _guest_limits(ground).kept_for
    guest_places = GuestPlaces(writer, keyring, rng, kept_for)
    stack.callback(guest_places.close)
    guests = Guests(writer, keyring, clock, rng, kept_for)
    identity = Identity(
        database, writer, keyring, clock, rng, _lifetimes(ground.config)
    )
    directory = Directory(database)
    providers = make_providers(ground, stack)
    calls = make_calls(ground, directory, providers)
    crisis = await make_crisis(ground, identity, guests, providers)
    if crisis is not None:
        crisis.persons.stepping_out = calls.stepping_out
    leaving = make_leaving(ground, stack)
    return Parts(
        directory=directory,
        providers=providers,
        credentials=make_credentials(ground),
        rewards=make_rewards(ground),
        matching=make_matching(ground),
        calls=calls,
        identity=identity,
        devices=Devices(database, writer, keyring, clock),
        key_log=TransparencyLog(database, writer, keyring),
        freezing=Freezing(database, writer, rng),
        keys=keys,
        rejoin=Rejoin(database, writer, _rejoin_limits(ground.config)),
        blobs=blobs,
        pairing=Pairing(database, writer, clock),
        backups=Backups(database, writer),
        reports=Reports(writer, has_safety_team=ground.safety_key is not None),
        passkeys=PasskeyService(
            database,
            writer,
            clock,
            rng,
            relying_party_id(ground.config.public_url()),
            ground.own.origin,
        ),
        passphrases=passphrases,
        proofs=Proofs(writer, keyring.server),
        own_accounts=OwnAccounts(database, writer, clock, blobs, keyring.server),
        departed=Departed(database, writer),
        push=PushSubscriptions(
            database,
            writer,
            keyring.push_keys,
            allow_private=ground.config.push.allow_private_addresses,
        ),
        guests=guests,
        guest_places=guest_places,
        guest_expiry=GuestExpiry(writer, _guest_limits(ground)),
        relay=leaving.relay,
        webhooks=WebhookService(
            database,
            writer,
            clock,
            rng,
            leaving.keys,
            leaving.send.reply,
            leaving.relay.wake,
        ),
        crisis=crisis,
    )


def make_router(ground: Ground, parts: Parts) -> Router:
    """From every event to the service that answers it."""
    database, writer = ground.database, ground.writer
    groups = handler_groups(
        conversation_service=ConversationService(database, writer),
        group_service=Groups(database, writer, ground.rng),
        rejoining=parts.rejoin,
        freezing=parts.freezing,
        key_service=parts.keys,
        people=People(database),
        identity=parts.identity,
        blocking=Blocking(database, writer),
        claiming=Claiming(database, writer, DeskTime(ground.clock)),
        consenting=Consenting(database, writer, ground.rng),
        report_courses=ReportCourses(database, writer, ground.clock),
        device_service=parts.devices,
        log=parts.key_log,
        crisis=parts.crisis,
        call_parts=parts.calls,
        credential_parts=parts.credentials,
        reward_parts=parts.rewards,
        webhooks=parts.webhooks,
        match_parts=parts.matching,
    )
    watcher = None if parts.crisis is None else parts.crisis.presence
    return Router(hot_handler(Delivery(writer, parts.directory)), groups, watcher)


def make_notifier(ground: Ground) -> Notifier | None:
    """Who wakes browsers; None where the operator made no key for it."""
    settings = ground.config.push
    if not ground.keyring.push_keys:
        return None
    rules = Rules(
        delay=timedelta(seconds=settings.delay_seconds),
        again=timedelta(minutes=settings.again_minutes),
    )
    sender = _push_sender(ground)
    return Notifier(ground.database, ground.writer, ground.clock, sender, rules)


def make_ringing(ground: Ground, beside: Notifier) -> Ringing:
    """Who wakes browsers for a call."""
    sender = _push_sender(ground)
    return Ringing(ground.database, sender, ground.clock, beside.counters)


def _push_sender(ground: Ground) -> Sender:
    settings, origin = ground.config.push, ground.config.public_url()
    return Sender(
        ground.keyring.push_keys,
        settings.contact or (origin if origin.startswith("https:") else ""),
        ground.clock,
        ground.rng,
        allow_private=settings.allow_private_addresses,
    )


async def _open_blobs(ground: Ground, stack: AsyncExitStack) -> Blobs:
    """Blobs in the data folder, swept and counted. `StartupError` if it will not do."""
    settings = ground.config.blobs
    folder = ground.config.server.data_dir / BLOB_FOLDER
    files = BlobFiles(folder, settings.min_free_bytes)
    files.prepare()
    blobs = Blobs(
        ground.database, ground.writer, files, ground.clock, _blob_limits(settings)
    )
    stack.callback(blobs.close)
    await blobs.start()
    return blobs


def _lifetimes(config: Config) -> IdentityLimits:
    settings = config.accounts
    return IdentityLimits(
        sign_in_lifetime=timedelta(days=settings.sign_in_lifetime_days),
        challenge_lifetime=timedelta(seconds=settings.challenge_seconds),
        guest_kept_for=timedelta(days=config.guests.keep_days),
    )


def _guest_limits(ground: Ground) -> GuestLimits:
    settings = ground.config.guests
    return GuestLimits(
        kept_for=timedelta(days=settings.keep_days),
        unused_for=timedelta(hours=settings.keep_unused_hours),
    )


def _rejoin_limits(config: Config) -> RejoinLimits:
    settings = config.accounts
    return RejoinLimits(
        per_day=settings.rejoins_per_day,
        unproven_after=timedelta(hours=settings.rejoin_unproven_after_hours),
    )


def _blob_limits(settings: BlobsSection) -> BlobLimits:
    return BlobLimits(
        max_attachment_bytes=settings.max_attachment_bytes,
        attachment_quota_bytes=settings.attachment_quota_bytes,
        archive_quota_bytes=settings.archive_quota_bytes,
        max_open_uploads=settings.max_open_uploads,
        attachment_lifetime=timedelta(days=settings.attachment_days),
        upload_lifetime=timedelta(days=settings.incomplete_days),
    )
