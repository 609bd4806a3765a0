"""What others have learned, for those who record it: `client.credentials.training`.

    after = await client.credentials.training.record(
        "max", "foundation", 90, source="workshop-7"
    )
    after.next.lacks  # ("assessment:foundation",)

Coordinators and supervisors record minutes and assessments, supervisors alone sign a
level off and record supervision; nobody does it for themselves. Modules and levels are
codes of the requirement pack, such as `foundation` and `master`. Each answers with the
whole training as it stands afterwards.
"""

from __future__ import annotations

from mentalverse_signaling.credential_events import (
    CasesSupervised,
    TrainingPass,
    TrainingRecord,
    TrainingSignOff,
    TrainingSupervise,
    TrainingView,
)

from .engine import Engine
from .finding import find


class TrainingRecords:
    """What `client.credentials.training` offers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._call = engine.call

    async def record(
        self, handle: str, module: str, minutes: int, *, source: str
    ) -> TrainingView:
        """Record minutes of a module; the same again changes nothing.

        Args:
            minutes: From 1 to 1440, of this source.
            source: Which workshop, course or session it was: up to 64 letters,
                digits and `_:.-`. Each counts once for a person.

        Raises:
            BadRequest: no such module, or no such minutes or source.
            Conflict: this source counts for other minutes or another module.
            Forbidden: one's own training.
            RoleRequired: for coordinators and supervisors.
            NotFound: nobody has this handle.
            NotConnected, PeerChanged, NotProven; so do all of these.
        """
        account = await find(self._engine, handle)
        request = TrainingRecord(account, source, module, minutes)
        return await self._call("training.record", request, TrainingView)

    async def passed(self, handle: str, module: str) -> TrainingView:
        """Record that the assessment of a module was passed; again is fine.

        Raises:
            BadRequest: no such module.
            Forbidden, RoleRequired, NotFound: as `record`.
        """
        account = await find(self._engine, handle)
        request = TrainingPass(account, module)
        return await self._call("training.pass", request, TrainingView)

    async def sign_off(self, handle: str, level: str) -> TrainingView:
        """Say as a supervisor that a level is reached; again is fine.

        The level counts once everything else that it needs is there as well.

        Raises:
            BadRequest: no such level.
            RoleRequired: for supervisors.
            Forbidden, NotFound: as `record`.
        """
        account = await find(self._engine, handle)
        request = TrainingSignOff(account, level)
        return await self._call("training.sign_off", request, TrainingView)

    async def supervise(
        self, handle: str, minutes: int, cases: CasesSupervised
    ) -> TrainingView:
        """Record as a supervisor that somebody was supervised now.

        Whoever was supervised once has to be again, as often as the pack of each of
        their credentials says: overdue, they get no new case. Said twice, it is two
        supervisions; after `NotConnected` it may have been recorded.

        Args:
            minutes: From 1 to 1440.
            cases: How many cases there were to talk about.

        Raises:
            BadRequest: no such minutes.
            RoleRequired: for supervisors.
            Forbidden, NotFound: as `record`.
        """
        account = await find(self._engine, handle)
        request = TrainingSupervise(account, minutes, cases)
        return await self._call("training.supervise", request, TrainingView)
