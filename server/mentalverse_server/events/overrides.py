"""Acting without consent, and where somebody is: `override.*` and `location.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.override_events import (
    LocationGet,
    LocationKept,
    LocationMine,
    LocationReleased,
    LocationSeal,
    LocationWithdraw,
    OverrideAlone,
    OverrideConfirm,
    OverrideCosign,
    OverrideList,
    OverrideOpen,
    OverrideReview,
    Overrides,
    OverrideWithdraw,
)

from ..crisis.locations import Locations
from ..crisis.overrides import Overriding
from ..router import Handler
from ..transport.connections import Connection


def handlers(locations: Locations, overriding: Overriding) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""
    return {**_of_persons(locations), **_of_team(overriding)}


def _of_persons(locations: Locations) -> Mapping[str, Handler]:
    async def seal(c: Connection, payload: LocationSeal) -> LocationKept:
        return await locations.seal(c.principal, payload)

    async def withdraw(c: Connection, payload: LocationWithdraw) -> LocationKept:
        return await locations.withdraw(c.principal)

    async def mine(c: Connection, payload: LocationMine) -> LocationKept:
        return await locations.mine(c.principal)

    return {
        "location.seal": seal,
        "location.withdraw": withdraw,
        "location.mine": mine,
    }


def _of_team(overriding: Overriding) -> Mapping[str, Handler]:
    async def get(c: Connection, payload: LocationGet) -> LocationReleased:
        return await overriding.location(c.principal, payload.override)

    async def open_(c: Connection, payload: OverrideOpen) -> Overrides:
        return await overriding.open(c.principal, payload)

    async def cosign(c: Connection, payload: OverrideCosign) -> Overrides:
        return await overriding.cosign(c.principal, payload.override)

    async def alone(c: Connection, payload: OverrideAlone) -> Overrides:
        return await overriding.alone(c.principal, payload)

    async def withdraw(c: Connection, payload: OverrideWithdraw) -> Overrides:
        return await overriding.withdraw(c.principal, payload.override)

    async def confirm(c: Connection, payload: OverrideConfirm) -> Overrides:
        return await overriding.confirm(c.principal, payload.override)

    async def review(c: Connection, payload: OverrideReview) -> Overrides:
        return await overriding.review(c.principal, payload.override)

    async def list_(c: Connection, payload: OverrideList) -> Overrides:
        return await overriding.mine(c.principal)

    return {
        "location.get": get,
        "override.open": open_,
        "override.cosign": cosign,
        "override.alone": alone,
        "override.withdraw": withdraw,
        "override.confirm": confirm,
        "override.review": review,
        "override.list": list_,
    }
