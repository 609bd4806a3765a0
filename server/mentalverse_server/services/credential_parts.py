"""Everything about credentials, made with one issuer."""

from __future__ import annotations

from dataclasses import dataclass

from ..ground import Ground
from ..store.desk_time import DeskTime
from .credential_evidence import Evidence
from .credential_keys import Issuer, IssuerKeys, Seal
from .credential_reading import CredentialReading
from .credential_statuses import CredentialStatuses
from .credentialing import Credentialing
from .status_lists import StatusLists
from .training import TrainingRecords

ISSUER_NAME = "MentalVerse"


@dataclass(frozen=True, slots=True)
class CredentialParts:
    """The services about credentials."""

    issuer: Issuer
    applying: Credentialing
    evidence: Evidence
    reading: CredentialReading
    statuses: CredentialStatuses
    lists: StatusLists
    training: TrainingRecords

    async def tend(self) -> None:
        """Tell what has become due: a step of the housekeeping."""
        await self.statuses.tend()


def make_credentials(ground: Ground) -> CredentialParts:
    """The services, in the name of this installation."""
    database, writer, rng = ground.database, ground.writer, ground.rng
    now_ms = DeskTime(ground.clock).own_ms
    keys = IssuerKeys(ground.keyring, ground.config.server.public_url)
    issuer = Issuer(keys, ISSUER_NAME, ground.own.origin)
    evidence = Evidence(writer, Seal(ground.keyring, rng), rng)
    return CredentialParts(
        issuer=issuer,
        applying=Credentialing(writer, issuer, rng),
        evidence=evidence,
        reading=CredentialReading(database, evidence, now_ms),
        statuses=CredentialStatuses(writer, rng),
        lists=StatusLists(database, issuer, now_ms),
        training=TrainingRecords(writer, rng),
    )
