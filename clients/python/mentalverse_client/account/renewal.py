"""Renewing this device's credential before it ends, or when the account's key changed.

The account signs it anew, the server countersigns, and each group sees it with the
next commit that gives this leaf fresh keys (`own_leaf`).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from mentalverse_crypto.credential import DeviceCredential
from mentalverse_signaling.errors import Fault, SignalingError
from mentalverse_signaling.ids import id_bytes

from ..errors import UntrustedServer
from ..line.http import AccountApi
from .device import Device
from .enrol import sign_credential
from .profile import check_answer
from .sign_in import SignInSource

RENEW_BEFORE = timedelta(days=60)
"""How long before its end a credential is renewed."""

_log = logging.getLogger(__name__)


class Renewal:
    """Keeps the credential of one device from ending."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._token = SignInSource(device.profile, device.now_ms)

    async def renew_if_due(self) -> None:
        """Renew the credential if it ends soon or shows an earlier key of the account.

        One that was refused stays as it is.

        Raises:
            NotConnected, SignalingError: to be tried again, by the server's fault.
        """
        profile, now = self._device.profile, self._device.now()
        identity = profile.identity
        shown = DeviceCredential.decode(identity.credential)
        is_of_this_key = shown.account_public == profile.account_key.public
        ends = datetime.fromtimestamp(shown.not_after, UTC)
        if is_of_this_key and ends - now > RENEW_BEFORE:
            return
        asked = sign_credential(
            profile.account_key,
            id_bytes(identity.account),
            identity.device,
            profile.device_key.public,
            now,
            shown.kind,
        )
        try:
            async with AccountApi(identity.server_url) as api:
                token = await self._token(fresh=False)
                renewed = await api.renew_credential(token, asked)
            check_answer(identity, renewed, now)
            _check_key(renewed, profile.account_key.public)
        except SignalingError as error:
            if error.fault is Fault.SERVER:
                raise
            _log.warning("the credential was not renewed: %s", error.code)
        except UntrustedServer:
            _log.warning("the renewed credential is not acceptable")
        else:
            profile.renew_credential(renewed)


def _check_key(credential: bytes, account_public: bytes) -> None:
    if DeviceCredential.decode(credential).account_public != account_public:
        raise UntrustedServer("the credential is of another account key")
