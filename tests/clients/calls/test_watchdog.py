"""When a path is given up, by a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field

from mentalverse_client.calls.watchdog import (
    CONNECT_MS,
    POLITE_MS,
    SILENCE_MS,
    PathWatch,
)

LOOK_MS = 250


@dataclass
class Path:
    """A path that is looked at four times a second, and each time it is replaced."""

    is_polite: bool = False
    now_ms: int = 0
    generation: int = 1
    state: str = "connected"
    arrived: int = 0
    replaced_ms: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch = PathWatch(self.is_polite, lambda: 1.0)

    def pass_ms(self, ms: int, *, frames: bool, sends: bool = True) -> None:
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            self.now_ms += LOOK_MS
            self.arrived += frames
            if self.watch.look(
                self.now_ms, self.generation, self.state, self.arrived, sends=sends
            ):
                self.replaced_ms.append(self.now_ms)
                self.generation, self.arrived, self.state = (
                    self.generation + 1,
                    0,
                    "new",
                )


def healthy(is_polite: bool = False) -> Path:
    path = Path(is_polite)
    path.pass_ms(3_000, frames=True)
    assert not path.replaced_ms
    return path


def test_silence_of_somebody_who_is_there_is_noticed_in_time() -> None:
    path = healthy()
    path.pass_ms(SILENCE_MS, frames=False)
    assert path.replaced_ms == [3_000 + SILENCE_MS]


def test_the_polite_side_gives_the_other_a_second() -> None:
    path = healthy(is_polite=True)
    path.pass_ms(SILENCE_MS + POLITE_MS - LOOK_MS, frames=False)
    assert not path.replaced_ms
    path.pass_ms(LOOK_MS, frames=False)
    assert len(path.replaced_ms) == 1


def test_the_other_side_was_faster() -> None:
    path = healthy(is_polite=True)
    path.pass_ms(SILENCE_MS + LOOK_MS, frames=False)
    path.generation, path.arrived, path.state = 2, 0, "connecting"
    path.pass_ms(LOOK_MS, frames=False)
    path.state = "connected"
    path.pass_ms(10_000, frames=True)
    assert not path.replaced_ms and not path.watch.in_trouble


def test_who_is_away_or_only_listens_may_be_silent() -> None:
    path = healthy()
    path.pass_ms(60_000, frames=False, sends=False)
    listener = Path()
    listener.pass_ms(60_000, frames=False)
    assert not path.replaced_ms and not listener.replaced_ms


def test_a_lost_path_is_given_up_whoever_sends() -> None:
    for state in ("failed", "disconnected", "closed"):
        path = healthy()
        path.state = state
        path.pass_ms(LOOK_MS, frames=False, sends=False)
        assert path.replaced_ms == [3_000 + LOOK_MS]


def test_attempts_come_at_the_times_of_the_ladder_until_frames_come() -> None:
    path = healthy()
    path.state = "failed"
    path.pass_ms(40_000, frames=False)
    first = path.replaced_ms[0]
    after = [(at - first) // 1_000 for at in path.replaced_ms]
    assert after == [0, 6, 13, 21, 29, 37]
    path.state = "connected"
    path.pass_ms(5_000, frames=True)
    assert not path.watch.in_trouble
    path.pass_ms(SILENCE_MS, frames=False)
    assert path.replaced_ms[-1] == path.now_ms


def test_a_connection_that_never_comes_up_is_given_up() -> None:
    path = Path(state="connecting")
    path.pass_ms(CONNECT_MS, frames=False)
    assert not path.replaced_ms
    path.pass_ms(LOOK_MS, frames=False)
    assert len(path.replaced_ms) == 1
