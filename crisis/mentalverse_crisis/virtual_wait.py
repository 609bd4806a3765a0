"""How long somebody who finds all responders busy would have to wait.

Arrivals come at rate λ, busy responders become free at rate d (all of them together),
and each waiting person leaves at rate θ. Whoever would wait for ever, instead of
leaving, then waits s seconds with a density proportional to

    exp(g(s)),   g(s) = λ (1 - e^(-θs)) / θ - d s

(F. Baccelli and G. Hebuterne, "On queues with impatient customers", 1981, for
exponential patience). Everything of Erlang A is an integral of it. The other form, a
sum over the number of people in the system, needs as many terms as people come while
one is patient; an integral costs the same for any patience.

**Where the integral is cut.** g is concave, so exp(g) falls at least geometrically
from its peak: beyond the point where g lies 40 below its peak there is less than
e^(-40), 4e-18, of the whole. To the left of a peak at m > 0 it lies d (e^u - 1 - u) / θ
below it, u = θ(m - s); that is at least d (e^(u/2) - 1)² / θ, and gives the other end.

**How it is summed.** By the five-point rule of Gauss and Legendre on steps of 1/(2ρ),
with ρ = |g'| + √(λθe^(-θs)) + θ at the step's left end, the last term only while
e^(-θs) is not negligible. No derivative of g, nor of the factors beside exp(g),
outgrows the matching power of 1.5ρ, so the tenth derivative in the rule's remainder
leaves an error below 1e-8 of the whole; what the tests see is below 1e-12. Whatever the
rates are, there are fewer than 400 steps: g rises by at most 80 and falls by 40, and
the other parts of ρ add up to at most 62, each counted twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_NEGLIGIBLE = 40.0
"""So far below the peak, as a logarithm, nothing counts any more."""
_INNER = math.sqrt(5 - 2 * math.sqrt(10 / 7)) / 3
_OUTER = math.sqrt(5 + 2 * math.sqrt(10 / 7)) / 3
_NEAR = (322 + 13 * math.sqrt(70)) / 1800
_FAR = (322 - 13 * math.sqrt(70)) / 1800
_GAUSS = (
    ((1 - _OUTER) / 2, _FAR),
    ((1 - _INNER) / 2, _NEAR),
    (1 / 2, 64 / 225),
    ((1 + _INNER) / 2, _NEAR),
    ((1 + _OUTER) / 2, _FAR),
)
"""Places and weights of the five-point rule on a step of length 1."""


@dataclass(frozen=True, slots=True)
class Areas:
    """Integrals over exp(g - peak of g), in seconds."""

    waiting: float
    """Of the density itself."""
    answered: float
    """Of the part that is still there when its turn comes: times e^(-θs)."""
    waited: float
    """Of the time until answered or gone: times (1 - e^(-θs)) / θ; in seconds²."""


@dataclass(frozen=True, slots=True)
class VirtualWait:
    """The wait of those who find everybody busy; rates per second, above 0.

    Only the arrivals may be 0: then it is the wait of who would come.
    """

    arrivals: float
    drain: float
    """At which busy responders become free, together."""
    leaving: float

    @property
    def peak_seconds(self) -> float:
        """The likeliest wait: 0 unless more people come than can be answered."""
        if self.arrivals <= self.drain:
            return 0.0
        return math.log(self.arrivals / self.drain) / self.leaving

    @property
    def peak(self) -> float:
        """The greatest g; never below 0, which it is for no wait."""
        if self.arrivals <= self.drain:
            return 0.0
        return (self.arrivals - self.drain) / self.leaving - (
            self.drain * self.peak_seconds
        )

    def areas(self, until_seconds: float = math.inf) -> Areas:
        """The integrals over the waits up to a time."""
        waiting = answered = waited = 0.0
        peak = self.peak_seconds
        reach = 2 * math.log1p(math.sqrt(_NEGLIGIBLE * self.leaving / self.drain))
        at = max(0.0, peak - reach / self.leaving)
        while at < until_seconds and (
            at < peak or self._below(at - peak) < _NEGLIGIBLE
        ):
            step = min(until_seconds - at, 1 / (2 * self._rate(at)))
            for place, weight in _GAUSS:
                seconds = at + place * step
                mass = weight * step * math.exp(-self._below(seconds - peak))
                gone = -math.expm1(-self.leaving * seconds)
                waiting += mass
                answered += mass * (1 - gone)
                waited += mass * gone / self.leaving
            at += step
        return Areas(waiting, answered, waited)

    def _below(self, beyond: float) -> float:
        """How far g is below its peak, from where these seconds are counted.

        So that no two large numbers are subtracted.
        """
        still_coming = min(self.arrivals, self.drain)
        grown = -math.expm1(-self.leaving * beyond) / self.leaving
        return self.drain * beyond - still_coming * grown

    def _rate(self, seconds: float) -> float:
        """How fast the integrands change: ρ."""
        still_coming = self.arrivals * math.exp(-self.leaving * seconds)
        fades = self.leaving if self.leaving * seconds < _NEGLIGIBLE else 0.0
        slope = abs(still_coming - self.drain)
        return slope + math.sqrt(self.leaving * still_coming) + fades
