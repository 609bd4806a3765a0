"""A hundred thousand steps of invented calls break no law.

Laws and lives are in `support.call_laws` and `support.call_life`; that the laws can
fail is shown by `test_mutants`. The same laws also hold over what Hypothesis invents,
where a broken one is told by the fewest steps that lead to it.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from mentalverse_signaling.call_events import CallRole, KeyCause
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.decide import due_ms
from support.call_laws import Laws
from support.call_life import PEOPLE, STAFF, Life
from support.call_room import AGREED, account, connection, device, opened

BATCHES = 10
STEPS_OF_A_BATCH = 10_000


@pytest.mark.capability("S06")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_invented_lives_break_no_law(batch: int) -> None:
    """Each life is another call; together they are so many steps."""
    steps, seed = 0, batch * 10_000
    refused = 0
    while steps < STEPS_OF_A_BATCH:
        life = Life(seed)
        life.run()
        steps, seed, refused = steps + life.steps, seed + 1, refused + life.refused
    assert refused < steps / 2, "most of what lives do has to have an effect"


WHO = st.sampled_from(PEOPLE)
SEATED: tuple[Any, ...] = (
    c.Beat,
    c.Leave,
    c.Admit,
    c.RaiseHand,
    c.LowerHand,
    c.ClaimScreen,
    c.ReleaseScreen,
    c.RevokeScreen,
    c.StartPiece,
    c.StopPiece,
    c.ReplaceLeg,
)


class CallMachine(RuleBasedStateMachine):
    """Anything that can happen to a call, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life(0)
        self.joins = 0

    @initialize(kind=st.sampled_from(("peer_circle", "group", "direct", "crisis")))
    def a_call_opens(self, kind: str) -> None:
        self.life.call = opened(kind)
        self.life.laws = Laws(self.life.call)

    @rule()
    def the_next_moment_comes(self) -> None:
        due = due_ms(self.life.call)
        self.life.now_ms = max(self.life.now_ms, due or 0)
        self.life.happen(c.TimePassed())

    @rule(ms=st.sampled_from((1, 1_000, 5_000, 30_000)))
    def time_passes(self, ms: int) -> None:
        self.life.now_ms += ms

    @rule(who=WHO, is_new=st.booleans(), agrees=st.booleans())
    def somebody_joins(self, who: str, is_new: bool, agrees: bool) -> None:
        self.joins += is_new
        self.life.happen(
            c.Join(
                account=account(who),
                device=device(who),
                conn_id=connection(f"{who}{self.joins}"),
                handle=who,
                role=STAFF.get(who, CallRole.PARTICIPANT),
                resume_digest=b"digest",
                agreement_hash=AGREED if agrees else None,
            )
        )

    @rule(who=WHO, kind=st.sampled_from(SEATED))
    def somebody_does_something(self, who: str, kind: Any) -> None:
        self.life.happen(kind(**self._of(who)))

    @rule(who=WHO, other=WHO, role=st.sampled_from(CallRole))
    def somebody_gives_a_role(self, who: str, other: str, role: CallRole) -> None:
        given = c.SetRole(**self._of(who), member=account(other), role=role)
        self.life.happen(given)

    @rule(who=WHO, other=WHO, is_hard=st.booleans(), speaks=st.booleans())
    def somebody_is_muted(
        self, who: str, other: str, is_hard: bool, speaks: bool
    ) -> None:
        muted = c.Mute(**self._of(who), member=account(other), is_hard=is_hard)
        self.life.happen(muted)
        state = c.SetState(**self._of(other), is_muted=not speaks, has_camera=speaks)
        self.life.happen(state)

    @rule(who=WHO, other=WHO)
    def somebody_is_moved_back(self, who: str, other: str) -> None:
        self.life.happen(c.Hold(**self._of(who), member=account(other)))

    @rule(epoch=st.integers(1, 9), cause=st.sampled_from((None, *KeyCause)), who=WHO)
    def a_key_comes(self, epoch: int, cause: KeyCause | None, who: str) -> None:
        self.life.happen(c.EpochPrepared(epoch, cause))
        transition = self.life.call.last_transition
        if transition:
            own = self._of(who)
            self.life.happen(c.ConfirmKey(**own, epoch=epoch, transition=transition))

    @rule(who=WHO)
    def somebody_asks_for_help(self, who: str) -> None:
        self.life.happen(c.AskedForHelp(account=account(who), tells_staff=True))

    @rule()
    def the_server_restarts(self) -> None:
        self.life.happen(c.TimePassed())
        if self.life.call.end is None:
            self.life.restart()

    def _of(self, who: str) -> dict[str, Any]:
        call = self.life.call
        held = call.seats.get(account(who)) or call.line.get(account(who))
        conn_id = connection("nobody") if held is None else held.conn_id
        return {"account": account(who), "conn_id": conn_id}


TestCall = CallMachine.TestCase
TestCall.settings = settings(
    max_examples=80,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
)
