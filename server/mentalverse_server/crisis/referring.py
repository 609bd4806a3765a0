"""The operator's list of services, for responders to read and to pass on by hand.

It is read when the server starts and stays as it was then. What somebody looks up says
something of a person, so nothing is noted of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mentalverse_crisis import referrals
from mentalverse_crisis.errors import MalformedEntry
from mentalverse_crisis.referrals import Service
from mentalverse_signaling.referral_events import (
    ReferralContact,
    ReferralKind,
    ReferralList,
    Referrals,
    ReferralView,
)

from ..errors import StartupError
from ..owner_files import read_file
from ..transport.connections import Principal
from .team import Team

FILE = "referrals.json"
"""In the data folder."""


def read_services(data_dir: Path) -> tuple[Service, ...]:
    """What the operator has entered; none if there is no file.

    Raises:
        StartupError: the file cannot be read, or names the entry and the field.
    """
    path = data_dir / FILE
    return read_list(path) if path.exists() else ()


def read_list(path: Path) -> tuple[Service, ...]:
    """The services of a file.

    Raises:
        StartupError: the file cannot be read, or names the entry and the field.
    """
    try:
        return referrals.read(read_file(path))
    except MalformedEntry as error:
        raise StartupError(f"{path}: {error}") from None


class Referring:
    """The call about services."""

    def __init__(self, team: Team, services: Sequence[Service]) -> None:
        self._team = team
        self._services = services

    async def list(self, principal: Principal, asked: ReferralList) -> Referrals:
        """The services for a country, those in a language first. By the team.

        Raises:
            Forbidden: neither a responder nor a supervisor.
        """
        await self._team.member(principal)
        shown = referrals.chosen(self._services, asked.region, asked.language)
        return Referrals(
            services=tuple(map(_view, shown)), is_list_empty=not self._services
        )


def _view(service: Service) -> ReferralView:
    checked = service.checked_on
    return ReferralView(
        name=service.name,
        what=service.what,
        kind=ReferralKind(service.kind.value),
        contacts=tuple(
            ReferralContact(one.channel.value, one.value) for one in service.contacts
        ),
        languages=service.languages,
        hours=service.hours,
        cost=service.cost,
        checked_on=checked.isoformat() if checked else "",
    )
