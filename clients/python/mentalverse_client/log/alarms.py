"""What this device has to tell its person about keys, until the person has seen it.

An alarm is stored in the moment in which it is found out, is shown at every start,
and goes away only when it is acknowledged. That a device was added is no alarm, and
is shown in the same way for a day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from mentalverse_crypto.ciphersuite import digest

from ..account.device import Device
from ..store.records import Record, load, load_all, save

BANNER = timedelta(hours=24)
"""How long a notice stays, and how long a finding that was seen is not told again."""
MAX_ALARMS = 200
"""Kept at most: somebody who makes up alarms must not fill the disk, nor keep others
from being told."""
_SPACE = "alarm"


class AlarmKind(StrEnum):
    """What was found out."""

    OWN_ACCOUNT = "own_account"
    """The log shows a key or a device for this account that it did not sign."""
    SPLIT_VIEW = "split_view"
    """The server showed different logs to different people."""
    NOT_PROVEN = "not_proven"
    """The server could not prove that its log only grew, or what it shows from it."""
    KEY_CHANGED = "key_changed"
    """An account has a new key, which the one before signed and the log shows. A
    notice, until it was seen."""
    OTHER_KEY = "other_key"
    """A known account is shown with another key."""
    REFUSED = "refused"
    """A person or device that could not prove who they are was kept out."""
    OUTSIDER = "outsider"
    """The server delivers a conversation to somebody who is not in it."""
    SERVICE_KEY = "service_key"
    """A key of the server that the one before did not sign or the log does not show."""
    REPORT_KEY = "report_key"
    """Reports are sealed to another key than before. A notice, until it was seen."""
    NEW_DEVICE = "new_device"
    """The account has a device that was not added from here. A notice."""


_NOTICES = (AlarmKind.NEW_DEVICE, AlarmKind.REPORT_KEY, AlarmKind.KEY_CHANGED)
_CAUSED_BY_STRANGERS = frozenset({AlarmKind.REFUSED, AlarmKind.OUTSIDER})

_TEXTS = {
    AlarmKind.OWN_ACCOUNT: (
        "The server shows a key or a device for your account that is not yours. "
        "Somebody may pass for you. Tell the people you write with on another way, "
        "and compare safety numbers."
    ),
    AlarmKind.SPLIT_VIEW: (
        "The server showed different people different keys. Compare safety numbers "
        "before you write anything private. The proof is kept: mentalverse log evidence"
    ),
    AlarmKind.NOT_PROVEN: (
        "The server could not prove the keys it shows. You can go on with people "
        "whose keys were checked before; nothing is sent to others."
    ),
    AlarmKind.KEY_CHANGED: (
        "Your safety number with {name} has changed: their account has a new key. The "
        "key before signed it, and the log shows it to everybody. It is new as well if "
        "somebody else got hold of their account: compare the number when you can."
    ),
    AlarmKind.OTHER_KEY: (
        "The server shows another key than before for {name}. It is not used, and "
        "nothing is sent to it. Ask {name} on another way."
    ),
    AlarmKind.REFUSED: (
        "Somebody could not prove who they are and was kept out of a conversation."
    ),
    AlarmKind.OUTSIDER: (
        "The server delivers a conversation to {name}, who is not in it. Nothing in it "
        "can be read with that."
    ),
    AlarmKind.SERVICE_KEY: (
        "The server vouches for devices with a key that cannot be shown to be its own. "
        "It is not accepted, and no device that has nothing else. Ask whoever runs the "
        "server on another way."
    ),
    AlarmKind.REPORT_KEY: (
        "The safety team has another key since you last looked. It is in the log, "
        "where everybody sees it, and your next report is sealed to it. If you doubt "
        "that, ask the team on another way first."
    ),
    AlarmKind.NEW_DEVICE: (
        "A device was added to your account: {subject}. If that was not you: "
        "mentalverse device revoke {subject}"
    ),
}


class Alarm(Record, frozen=True):
    """One finding."""

    kind: AlarmKind
    at_ms: int
    """When this device found out, Unix milliseconds."""
    subject: str = ""
    """The account or device it is about, by id."""
    detail: str = ""
    """The cause, for whoever looks into it."""
    acknowledged: bool = False

    @property
    def id(self) -> str:
        """Names it: the same finding has the same name."""
        return digest(f"{self.kind}\0{self.subject}\0{self.detail}".encode()).hex()[:16]

    @property
    def is_notice(self) -> bool:
        """Whether it may be quite in order."""
        return self.kind in _NOTICES

    def text(self, name: str = "somebody") -> str:
        """What to tell the person.

        Args:
            name: The handle of the account it is about.
        """
        return _TEXTS[self.kind].format(name=name, subject=self.subject[:8])


class Alarms:
    """The alarms of one profile."""

    def __init__(self, device: Device, told: Callable[[], None]) -> None:
        """`told` is called after each new one."""
        self._device = device
        self._vault = device.profile.vault
        self._told = told

    def tell(self, kind: AlarmKind, subject: str = "", detail: str = "") -> None:
        """Store a finding, unless it was told within a day or waits to be seen."""
        alarm = Alarm(
            kind=kind, at_ms=self._device.now_ms(), subject=subject, detail=detail
        )
        known = load(self._vault, Alarm, _SPACE, alarm.id)
        if known is not None and not (known.acknowledged and self._is_old(known)):
            return
        least = self._least() if known is None else None
        with self._vault.transaction() as write:
            if least is not None:
                write.delete(_SPACE, least.id)
            save(write, _SPACE, alarm, alarm.id)
        self._told()

    def every(self) -> list[Alarm]:
        """All that were ever found out, the oldest first."""
        found = load_all(self._vault, Alarm, _SPACE)
        return sorted(found, key=lambda alarm: (alarm.at_ms, alarm.id))

    def current(self) -> list[Alarm]:
        """Those that the person has to be shown, the oldest first."""
        return [alarm for alarm in self.every() if self._is_current(alarm)]

    def acknowledge(self, alarm_id: str) -> bool:
        """Note that the person has seen an alarm; whether there was one."""
        for alarm in self.every():
            if alarm.id == alarm_id and not alarm.acknowledged:
                seen = msgspec.structs.replace(alarm, acknowledged=True)
                with self._vault.transaction() as write:
                    save(write, _SPACE, seen, alarm.id)
                self._told()
                return True
        return False

    def stands(self, kind: AlarmKind) -> bool:
        """Whether an alarm of this kind was not acknowledged yet."""
        return any(alarm.kind is kind for alarm in self.current())

    def _least(self) -> Alarm | None:
        """What has to go before another one is kept: the least to be missed.

        First what was seen or is over, then what strangers can cause at will.
        """
        every = self.every()
        if len(every) < MAX_ALARMS:
            return None
        return min(
            every,
            key=lambda each: (
                self._is_current(each),
                each.kind not in _CAUSED_BY_STRANGERS,
                each.at_ms,
            ),
        )

    def _is_current(self, alarm: Alarm) -> bool:
        shown = alarm.kind is not AlarmKind.NEW_DEVICE or not self._is_old(alarm)
        return shown and not alarm.acknowledged

    def _is_old(self, alarm: Alarm) -> bool:
        at = datetime.fromtimestamp(alarm.at_ms / 1000, UTC)
        return self._device.now() - at >= BANNER
