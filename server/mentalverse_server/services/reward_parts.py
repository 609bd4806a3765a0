"""Everything about rewards, made with one policy key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_bytes

from ..config_rewards import RewardsSection
from ..ground import Ground
from ..keyring import Keyring
from ..store.desk_time import DeskTime
from ..store.engine import Database
from ..store.writer import Writer
from .calls.feedback import sealed_by
from .reward_books import RewardBooks
from .reward_decisions import RewardDecisions
from .reward_measures import RewardMeasures
from .reward_packs import PolicyKey, RewardPacks
from .rewards import Rewards


@dataclass(frozen=True, slots=True)
class RewardParts:
    """The services about rewards."""

    own: Rewards
    decisions: RewardDecisions
    packs: RewardPacks
    books: RewardBooks


def make_rewards(ground: Ground) -> RewardParts:
    """The services, as the settings want them."""
    return reward_parts(
        ground.database,
        ground.writer,
        ground.keyring,
        ground.config.rewards,
        DeskTime(ground.clock).own_ms,
    )


def reward_parts(
    database: Database,
    writer: Writer,
    keyring: Keyring,
    settings: RewardsSection,
    now_ms: Callable[[], int],
) -> RewardParts:
    """The services over one database."""
    packs = RewardPacks(database, writer, PolicyKey(keyring))
    own = Rewards(database, writer, packs, is_on=settings.enabled)
    books = RewardBooks(
        database,
        writer,
        packs,
        now_ms,
        RewardMeasures(sealed_by(keyring, token_bytes)),
        weekly_mvt=settings.weekly_mvt,
        is_on=settings.enabled,
    )
    decisions = RewardDecisions(database, writer, packs, books, own, now_ms)
    return RewardParts(own, decisions, packs, books)
