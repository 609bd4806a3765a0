"""How urgent a request is, and who may say so.

A band orders; it never decides whether somebody gets help (NICE NG225: risk scales
must not be used for that). What nobody has said is `A2`: skipping every question costs
nobody a place. Anyone may raise a band. Only a credentialed responder lowers it, with
a reason.
"""

from __future__ import annotations

from enum import Enum, IntEnum


class Band(IntEnum):
    """Five bands; the lower the number, the sooner."""

    A0 = 0
    """Now: an attempt in progress, means in hand, or unsafe at this moment."""
    A1 = 1
    """High: intent or a plan in the past month, or behaviour in the past three."""
    A2 = 2
    """Moderate: thoughts with a method, older behaviour, or nothing said."""
    A3 = 3
    """Low: passive thoughts, strong distress."""
    A4 = 4
    """Support: no risk voiced."""

    @property
    def is_urgent(self) -> bool:
        """Whether the band goes strictly before all that are not."""
        return self <= Band.A1

    @property
    def order_class(self) -> int:
        """A0 before A1 before the rest, which is ordered by due time."""
        return min(self, Band.A2)


UNKNOWN = Band.A2
"""The band of who said nothing of it."""


class BandSource(Enum):
    """Who set a band."""

    NOBODY = "nobody"
    """Nothing was said: `UNKNOWN`."""
    SELF = "self"
    """The person chose it."""
    DEVICE = "device"
    """The person's device proposed it from answers that stay there; they sent it."""
    RESPONDER = "responder"


def one_higher(band: Band) -> Band:
    """The band of who says that it is getting worse."""
    return Band(max(0, band - 1))
