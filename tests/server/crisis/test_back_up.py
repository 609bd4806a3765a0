"""Back-up at a real server: advised, asked for, and who may come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_crisis.desk import PROFESSIONAL
from mentalverse_server.crisis import roster
from mentalverse_server.crisis.roster import Changes
from mentalverse_signaling.crisis_events import HelperRole
from mentalverse_signaling.errors import Forbidden, NotFound, NotNow
from support.crisis_wire import Line, Wire, crisis_wire


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


async def _professional(wire: Wire, handle: str, **skills: int) -> Line:
    line = await wire.responder(handle)
    changes = Changes(skills={PROFESSIONAL: 1, **skills})
    roster.change(wire.api.server.config, handle, changes)
    return line


async def test_a_peer_asks_and_a_professional_comes_in_visibly(wire: Wire) -> None:
    """Advised to the holder and on the board; asked for, the professional finds it,
    joins the same conversation, and is one whom the person sees."""
    eve, ann = await wire.supervisor("eve"), await wire.responder("ann")
    await eve.board()
    person = await wire.person()
    case = (await person.asks(band=0, language="en")).case
    await ann.accepts(await ann.offered())
    await ann.hears("desk.changed", "back_up_advised")
    await eve.hears("desk.changed", "back_up_advised")
    talk = await wire.talks(person, ann, case)
    own = await ann.own(case)
    assert own.back_up_advised
    board = await wire.until_board(eve, lambda board: board.cases)
    assert board.cases[0].back_up_advised

    pro, bob = await _professional(wire, "pro"), await wire.responder("bob")
    assert (await pro.desk()).wanted == ()
    with pytest.raises(NotNow):
        await pro.call("case.join", case=case)
    await ann.call("case.escalate", case=case, fence=own.fence)
    await eve.hears("desk.changed", "supervisor_wanted")
    await pro.hears("desk.changed", "supervisor_wanted")
    (wanted,) = (await pro.desk()).wanted
    assert (wanted.case, wanted.band, wanted.language) == (case, 0, "en")
    assert wanted.holder == "ann"
    for other in (ann, bob, eve):
        assert (await other.desk()).wanted == ()
    with pytest.raises(Forbidden):
        await bob.call("case.join", case=case)

    view = await pro.call("case.join", case=case)
    assert [one.role for one in view.cases] == [HelperRole.GUEST] and view.wanted == ()
    assert not view.cases[0].back_up_advised
    await wire.lets_in(person, talk, pro)
    await wire.says(pro, talk)
    helpers = (await person.case()).helpers
    assert [(one.handle, one.role) for one in helpers] == [
        ("ann", HelperRole.HOLDER),
        ("pro", HelperRole.GUEST),
    ]
    await pro.call("case.step_out", case=case)
    assert (await ann.own(case)).back_up_advised


async def test_supervisors_on_duty_find_it_and_the_first_ends_it(wire: Wire) -> None:
    """One who is off duty looks at the board; two of them do not come for one wish."""
    ann, pro = await wire.responder("ann"), await _professional(wire, "pro")
    case = (await (await wire.person()).asks(band=2, language="en")).case
    await ann.accepts(await ann.offered())
    fence = (await ann.own(case)).fence
    await ann.call("case.escalate", case=case, fence=fence)
    eve = await wire.supervisor("eve")
    assert (await eve.desk()).wanted == ()
    await eve.call("duty.start")
    assert [one.case for one in (await eve.desk()).wanted] == [case]
    await eve.call("case.join", case=case)
    assert (await pro.desk()).wanted == ()
    with pytest.raises(NotNow):
        await pro.call("case.join", case=case)


async def test_who_may_not_take_the_case_sees_nothing_of_it(wire: Wire) -> None:
    """Somebody under age, and a professional who is not cleared for that."""
    ann = await wire.responder("ann")
    roster.change(wire.api.server.config, "ann", Changes(skills={"minors": 1}))
    pro = await _professional(wire, "pro")
    case = (await (await wire.person()).asks(band=0, is_minor=True)).case
    await ann.accepts(await ann.offered())
    fence = (await ann.own(case)).fence
    await ann.call("case.escalate", case=case, fence=fence)
    assert (await pro.desk()).wanted == ()
    with pytest.raises(Forbidden):
        await pro.call("case.join", case=case)
    with pytest.raises(NotFound):
        await pro.call("case.join", case="0" * 32)
    roster.change(wire.api.server.config, "pro", Changes(skills={"minors": 1}))
    assert [one.case for one in (await pro.desk()).wanted] == [case]
    await pro.call("case.join", case=case)
