"""Calls as values: who has a seat, who leads, and what everybody is told.

One door, `decide.decide(call, command, now_ms) -> Decision(call, effects)`, and one
clock, `decide.due_ms(call)`: when to come back with `TimePassed`. `opening.open_call`
makes a call, `leases.revive` brings one back after a restart, `snapshot.snapshot` is
what a reader is shown. A command is refused with a `SignalingError`, and then nothing
has changed. An effect is carried out after the call was kept, in order.

| State        | Who moves it                                          | Then         |
|--------------|-------------------------------------------------------|--------------|
| open, nobody | the first seat                                        | going on     |
| open, nobody | 5 min with nobody in a seat or in the line            | over         |
| going on     | whoever leads is lost, and nobody helps to lead       | paused       |
| going on     | who may end it; where nobody leads, the last to leave | over         |
| going on     | the last seat is given up                             | open, nobody |
| paused       | somebody who may lead is there                        | going on     |
| paused       | 5 min                                                 | over         |
| any          | a decline between two; `Stop` from outside            | over         |

The machines inside have their own tables: `joining` (line and seats), `leases` (beats),
`succession` (who leads), `rights` (who may), `keys` (epochs), `recording` (consent).

Invariants, in every state and after every command:

- At most 8 participants and 2 staff, or fewer where the kind says so; numbers, feeds
  and `conn_epoch` are each one connection's.
- Nobody has a seat without the agreement, nor past the waiting room, nor in a recording
  they have not agreed to.
- A newer connection replaces the older, never the other way round.
- Whatever everybody can see and changes is pushed, exactly once; `seq` counts those.
- Nobody is unmuted or shown by anybody else; nobody leads who was not granted it.

Timeouts and why: 4, 10 and 60 s without a beat, and 5 min for an empty or paused room
(`model`); 1.5 s for stragglers of an epoch (`keys`); 60 s to agree to a recording and
2 s to stop one (`recording`); 10, 5, 1 and 0 minutes before an end (`agenda`).

`ice` and `relay_ranges` are about TURN and stand by themselves.
"""
