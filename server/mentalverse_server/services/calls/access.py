"""What a device needs to reach the relay, and how long that lasts."""

from __future__ import annotations

from collections.abc import Callable

from mentalverse_signaling.call_events import IceAccess, IceServer
from mentalverse_signaling.calls import ice
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.ids import AccountId, CallId

MAX_PSEUDONYMS = 10_000


class Access:
    """Credentials of the operator's relay, one pseudonym for each call and seat."""

    def __init__(
        self,
        relay: ice.Relay | None,
        rng: Callable[[int], bytes],
        now_ms: Callable[[], int],
    ) -> None:
        self._relay = relay
        self._rng = rng
        self._now_ms = now_ms
        self._pseudonyms: dict[tuple[CallId, AccountId], str] = {}

    @property
    def has_relay(self) -> bool:
        """Whether the operator has one."""
        return self._relay is not None

    def of(self, call: Call, account: AccountId) -> IceAccess:
        """For a seat of a call."""
        name = self._pseudonyms.setdefault(
            (call.id, account), ice.new_pseudonym(self._rng)
        )
        if len(self._pseudonyms) > MAX_PSEUDONYMS:
            del self._pseudonyms[next(iter(self._pseudonyms))]
        return self._made(name, relay=call.route.is_relayed)

    def to_try(self) -> IceAccess:
        """For the check before a call."""
        return self._made(ice.new_pseudonym(self._rng), relay=False)

    def forget(self, call: CallId) -> None:
        """The call is over."""
        for key in [key for key in self._pseudonyms if key[0] == call]:
            del self._pseudonyms[key]

    def _made(self, name: str, *, relay: bool) -> IceAccess:
        if self._relay is None:
            return IceAccess((), ice.LIFE_SECONDS, relay)
        servers = ice.ice_servers(self._relay, name, self._now_ms())
        return IceAccess(
            tuple(IceServer(s.urls, s.username, s.credential) for s in servers),
            self._relay.life_seconds,
            relay,
        )
