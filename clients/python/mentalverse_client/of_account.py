"""What a client offers about its own account, beside its conversations."""

from __future__ import annotations

from .account.device import Device
from .claims import Claiming
from .consents import Consenting
from .credentials import Credentials
from .engine import Engine
from .matching import Matching
from .own_reports import OwnReports
from .rewards import Rewards


class OfAccount:
    """The part of `Client` that asks the server about this account."""

    _device: Device
    _engine: Engine

    @property
    def claims(self) -> Claiming:
        """What this account and another one have both signed: attest, fetch."""
        return Claiming(self._device, self._engine.call)

    @property
    def consents(self) -> Consenting:
        """What others may be told of this account: list, grant, withdraw."""
        return Consenting(self._engine.call)

    @property
    def credentials(self) -> Credentials:
        """What this account may be asked for: apply, review, carry away, verify."""
        return Credentials(self._engine)

    @property
    def matching(self) -> Matching:
        """To look for a mentor, to be one, and to review what is proposed."""
        return Matching(self._engine.call)

    @property
    def reports(self) -> OwnReports:
        """What became of what this account has reported: list, appeal."""
        return OwnReports(self._engine.call)

    @property
    def rewards(self) -> Rewards:
        """What this account was given for its time: list, receipt, dispute, opt."""
        return Rewards(self._engine)
