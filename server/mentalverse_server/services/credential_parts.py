"""Everything about credentials, made with one issuer."""

from __future__ import annotations

from dataclasses import dataclass

from ..ground import Ground, Rng
from ..store.desk_time import DeskTime
from ..store.engine import Database
from ..store.writer import Writer
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
    keys = IssuerKeys(ground.keyring, ground.config.server.public_url)
    return credential_parts(
        ground.database,
        ground.writer,
        Issuer(keys, ISSUER_NAME, ground.own.origin),
        Seal(ground.keyring, ground.rng),
        DeskTime(ground.clock),
        ground.rng,
    )


def credential_parts(
    database: Database,
    writer: Writer,
    issuer: Issuer,
    seal: Seal,
    time: DeskTime,
    rng: Rng,
) -> CredentialParts:
    """The services over one database."""
    evidence = Evidence(writer, seal, rng)
    return CredentialParts(
        issuer=issuer,
        applying=Credentialing(writer, issuer, rng),
        evidence=evidence,
        reading=CredentialReading(database, evidence, time.own_ms),
        statuses=CredentialStatuses(writer, rng),
        lists=StatusLists(database, issuer, time.own_ms),
        training=TrainingRecords(writer, rng),
    )
