"""Whether a provider is asked at all, after it has failed several times in a row.

| State | An answer | A fault | Time |
|---|---|---|---|
| closed | closed | the fifth in a row opens it | – |
| open | closed | open for `OPEN_MS` from now | then the next question is a trial |
| trying | closed | open for `OPEN_MS` from now | then the next is another trial |

A no and an honest "I do not know" are answers. Faults are what the provider did wrong:
late, raised, of another shape. Five, because one late answer is a matter of the
network and five in a row are a provider that is down; ten seconds, because that is as
long as somebody may wait for a provider that is back. Only one question is a trial, so
a provider that comes up is not run over by all who wait for it. A trial has an end of
its own since whoever asked may have gone.

Pure: `now_ms` is passed in, and only differences of it mean anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

FAULTS_TO_OPEN = 5
OPEN_MS = 10_000


@dataclass(frozen=True, slots=True)
class Breaker:
    """Of one provider, for one decision."""

    faults: int = 0
    """In a row."""
    shut_until_ms: int | None = None
    """None: closed. Otherwise nobody asks before then: open, or a trial is out."""

    @property
    def is_open(self) -> bool:
        """Open or trying."""
        return self.shut_until_ms is not None

    def asks(self, now_ms: int) -> Breaker | None:
        """As it is once the question is out; None if it must not be asked."""
        if self.shut_until_ms is None:
            return self
        if now_ms < self.shut_until_ms:
            return None
        return replace(self, shut_until_ms=now_ms + OPEN_MS)

    def answered(self) -> Breaker:
        """After an answer, whatever it says."""
        return Breaker()

    def failed(self, now_ms: int) -> Breaker:
        """After a fault."""
        faults = min(self.faults + 1, FAULTS_TO_OPEN)
        if faults < FAULTS_TO_OPEN:
            return Breaker(faults)
        return Breaker(faults, now_ms + OPEN_MS)
