"""A desk while it is decided on: a working copy, what was noted, what is to be done."""

from __future__ import annotations

from typing import Any

import msgspec

from .case import MOVES, Case, CaseState
from .desk import Desk, Responder
from .effects import Effect
from .errors import CaseUnknown, NotNow
from .override import Override
from .policy import BandPolicy, Policy
from .record import Entry, What


class Draft:
    """The one value of this package that changes, for the length of one decision."""

    def __init__(self, desk: Desk, now_ms: int) -> None:
        self.now_ms = now_ms
        self.cases = dict(desk.cases)
        self.responders = dict(desk.responders)
        self.overrides = dict(desk.overrides)
        self.policies = desk.policies
        self.surge = desk.surge
        self.breach_percent = desk.breach_percent
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self.opened: str | None = None
        """The case that a request for help led to."""
        self._desk = desk

    def desk(self) -> Desk:
        """The desk as it is now."""
        return msgspec.structs.replace(
            self._desk,
            cases=self.cases,
            responders=self.responders,
            overrides=self.overrides,
            surge=self.surge,
            breach_percent=self.breach_percent,
        )

    # --- cases ---

    def case(self, case: str) -> Case:
        """A case that is open, or whose place is kept.

        Raises:
            CaseUnknown: there is none.
        """
        found = self.cases.get(case)
        if found is None:
            raise CaseUnknown("no such case, or it is over")
        return found

    def change(self, case: Case, **fields: Any) -> Case:
        """The case with other fields; a move goes along `MOVES`.

        Raises:
            NotNow: there is no such step.
        """
        state: CaseState = fields.get("state", case.state)
        if state is not case.state and state not in MOVES[case.state]:
            raise NotNow(f"a case that is {case.state.value} does not do that")
        changed = msgspec.structs.replace(case, **fields)
        self.cases[case.id] = changed
        return changed

    def policy(self, case: Case) -> Policy:
        """What the case was promised."""
        return self._desk.policy_of(case)

    def promised(self, case: Case) -> BandPolicy:
        """What its band was promised."""
        return self.policy(case).band(case.band)

    @property
    def policy_now(self) -> Policy:
        """What cases are promised that open now."""
        return self._desk.policies[self._desk.policy]

    def override(self, override: str) -> Override:
        """An override that is not over.

        Raises:
            CaseUnknown: there is none.
        """
        found = self.overrides.get(override)
        if found is None:
            raise CaseUnknown("no such override, or it is over")
        return found

    # --- responders ---

    def responder(self, responder: str) -> Responder:
        """Somebody on the roster.

        Raises:
            CaseUnknown: nobody of that name.
        """
        found = self.responders.get(responder)
        if found is None:
            raise CaseUnknown("nobody of that name is on the roster")
        return found

    def is_supervisor(self, responder: str) -> bool:
        """Whether this is a supervisor; nobody unknown is."""
        found = self.responders.get(responder)
        return found is not None and found.is_supervisor

    def change_responder(self, responder: str, **fields: Any) -> None:
        """Somebody on the roster with other fields."""
        found = self.responders.get(responder)
        if found is not None:
            changed = msgspec.structs.replace(found, **fields)
            self.responders[responder] = changed

    # --- what comes of it ---

    def note(self, case: Case, what: What, **fields: Any) -> None:
        """Write down that something happened."""
        self.entries.append(
            Entry(
                at_ms=self.now_ms, case=case.id, what=what, drill=case.drill, **fields
            )
        )

    def tell(self, *effects: Effect) -> None:
        """Have something done once all is written."""
        self.effects.extend(effects)
