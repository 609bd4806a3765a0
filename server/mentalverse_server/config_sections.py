"""The sections of the settings, field by field.

The text under each field is its documentation; `mentalverse config defaults`
prints it (`config_shown`).
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mentalverse_signaling.calls.ice import LIFE_SECONDS, ordered_urls
from mentalverse_signaling.quota import RATES, Lane, Rate

from .crisis.pages.on_call import read_on_call

Port = Annotated[int, Field(ge=0, le=65535)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


def _check_origin(text: str) -> None:
    """Raises `ValueError` unless it is as browsers write it (RFC 6454 §6.2)."""
    parts = urlsplit(text)
    named = parts.hostname and "@" not in parts.netloc and text == text.lower()
    if (
        parts.scheme not in {"http", "https"}
        or not named
        or text != f"{parts.scheme}://{parts.netloc}"
    ):
        raise ValueError("an origin is scheme://host[:port], without a path")


class Section(BaseModel):
    """What every section is: frozen, and strict about names."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class ServerSection(Section):
    """Where the server listens and keeps its data."""

    host: str = "127.0.0.1"
    """Address to listen on. Put a TLS proxy in front before opening it wider."""
    port: Port = 8080
    """Port to listen on; 0 takes a free one."""
    data_dir: Path = Path("mentalverse-data")
    """Folder for the SQLite database and the server's keys; made with mode 0700."""
    public_url: str = ""
    """Origin under which people reach this server; empty: http://localhost and port."""
    origins: tuple[str, ...] = ()
    """Web origins whose pages may connect; programs send none and need none."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks whose X-Forwarded-For is believed, such as "127.0.0.1/32"."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network)
        return value

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            _check_origin(origin)
        return value

    @field_validator("public_url")
    @classmethod
    def _public_origin(cls, value: str) -> str:
        if value:
            _check_origin(value)
        return value


class DatabaseSection(Section):
    """The one durable store."""

    url: str = ""
    """SQLAlchemy URL without a password; empty means SQLite in `data_dir`."""
    password_file: Path | None = None
    """File with the database password, readable by its owner only."""
    read_connections: Count = 4
    """Connections for reading; writing always has one of its own."""

    @field_validator("url")
    @classmethod
    def _no_password(cls, value: str) -> str:
        if value and urlsplit(value).password is not None:
            raise ValueError("the password belongs into database.password_file")
        return value


class AccountsSection(Section):
    """Invitations and sign-ins."""

    sign_in_lifetime_days: Positive = 30
    """A sign-in ends this long after it was made; the device then signs in anew."""
    challenge_seconds: Annotated[float, Field(gt=0, le=300)] = 300
    """A sign-in challenge is void after this time."""
    invite_lifetime_hours: Positive = 72
    """An invitation is void after this time unless its maker says otherwise."""
    attempts_per_minute: Positive = 60
    """Redemptions and sign-ins tried from one address, sustained and at once."""
    rejoins_per_day: Count = 3
    """How often a device may come back into one group from outside."""
    rejoin_unproven_after_hours: Annotated[float, Field(ge=0)] = 24
    """A device newer than this comes back only with proof of an earlier epoch."""


class GuestsSection(Section):
    """People in a crisis, who have no account."""

    keep_days: Positive = 14
    """A guest is forgotten this long after the day it was last here."""
    keep_unused_hours: Positive = 24
    """One that is in no conversation is forgotten this long after that day."""
    crowd_guests: Count = 5
    """Guests begun from one address at once; more wait their turn, none is refused."""
    crowd_minutes: Positive = 10
    """In this time as many may be begun from one address again."""


class CrisisSection(Section):
    """The crisis desk: people who answer people in a crisis."""

    mode: Literal["off", "demo", "open"] = "off"
    """off: lines outside are all there is; demo: to try it, no help comes; open."""
    clinical_owner: str = ""
    """Who answers for the policy: the name of a person. `open` needs it."""
    clinical_owner_contact: str = ""
    """How that person is reached. `open` needs it."""
    policy_signed_on: str = ""
    """Day on which they signed the policy, such as 2026-11-30. `open` needs it."""
    emergency_numbers: tuple[str, ...] = ()
    """For every country that is served its emergency number, such as "DE 112"."""
    on_call: tuple[str, ...] = ()
    """Who is paged, tier by tier, such as "tier_1 push:ada", "tier_1 https://…"."""
    canary_seconds: Annotated[float, Field(ge=0)] = 60
    """How often the desk proves to itself that it works; 0: never."""

    @field_validator("on_call")
    @classmethod
    def _targets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        read_on_call(value)
        return value


class PagingSection(Section):
    """How whoever is on call is reached; `crisis.on_call` says who."""

    webhook_secret_file: Path | None = None
    """File with the secret that webhooks are signed with: whsec_ and base64."""
    smtp_host: str = ""
    """Server that takes mail; empty: no pages by mail."""
    smtp_port: Port = 587
    """Its port."""
    smtp_security: Literal["starttls", "tls", "plain"] = "starttls"
    """TLS after a word (587), from the start (465), or none, to this machine only."""
    smtp_user: str = ""
    """Whom the server knows; empty: it asks nobody."""
    smtp_password_file: Path | None = None
    """File with the password, readable by its owner only."""
    mail_from: str = ""
    """Address that the mail comes from, such as desk@example.org."""


class BlobsSection(Section):
    """Attachments and archives, stored as files in the data folder."""

    max_attachment_bytes: Annotated[int, Field(ge=1, le=128 * 1024 * 1024)] = (
        10 * 1024 * 1024
    )
    """Largest attachment, before it is padded and encrypted."""
    attachment_quota_bytes: Count = 512 * 1024 * 1024
    """Attachments that one account may have stored."""
    archive_quota_bytes: Count = 256 * 1024 * 1024
    """History that one account may have stored."""
    attachment_days: Positive = 90
    """An attachment is forgotten this long after it was uploaded."""
    incomplete_days: Positive = 1
    """An upload that was begun and not finished is forgotten after this time."""
    max_open_uploads: Count = 4
    """Uploads that one account may have begun and not finished."""
    creations_per_minute: Positive = 120
    """Uploads that one account may begin, sustained and at once."""
    min_free_bytes: Annotated[int, Field(ge=0)] = 256 * 1024 * 1024
    """Uploads are refused when the disk has less: the rest is for messages."""


class WebSection(Section):
    """The browser's client."""

    dist_dir: Path | None = None
    """Folder of the built client; unset takes the one that came with the package."""
    exit_url: str = "https://www.wikipedia.org/"
    """Where "leave quickly" leads: a harmless page of somebody else."""
    app_name: Annotated[str, Field(min_length=1, max_length=30)] = "Home"
    """Title of the pages and of the installed app: neutral, since others see it."""
    app_color: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")] = "#31576b"
    """Colour of the drawn icon and of the installed app's frame."""
    icon_dir: Path | None = None
    """Folder with icon.svg and icon-*.png (README) to show instead of those drawn."""

    @field_validator("exit_url")
    @classmethod
    def _elsewhere(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.netloc:
            raise ValueError("the page to leave to is an https:// address")
        return value


class PushSection(Section):
    """Waking browsers whose page is closed; works once `keys vapid` has made a key."""

    delay_seconds: Annotated[float, Field(ge=0)] = 10
    """Nobody is woken if one of their devices has a message this long after it came."""
    again_minutes: Annotated[float, Field(ge=0)] = 10
    """A device is woken for one conversation at most once in this time."""
    contact: str = ""
    """mailto: or https: address for push services; empty: server.public_url."""
    allow_private_addresses: bool = False
    """For tests only: also push to http and to private addresses."""

    @field_validator("contact")
    @classmethod
    def _contact(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"mailto", "https"}:
            raise ValueError("a contact is a mailto: or https: address")
        return value


class CallsSection(Section):
    """Calls with sound and picture, and circles."""

    kinds_file: Path | None = None
    """Kinds of sessions of one's own (JSON), before those that are shipped."""
    agreements: Path | None = None
    """Folder of agreement.LANGUAGE.txt, instead of the shipped ones."""
    facilitators_are_licensed: bool = False
    """Whether the role of a facilitator says that somebody is licensed to lead."""
    keep_days: Count = 90
    """How long attendance, acts and consents of a call are kept after its end."""


class TurnSection(Section):
    """The relay (TURN server) of calls; `mentalverse turn` prepares one."""

    urls: tuple[str, ...] = ()
    """How people reach it, such as "turn:turn.example.org:3478"; empty: no relay."""
    realm: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,120}$")] = "mentalverse"
    """Its realm, the same as in its own settings."""
    secret_file: Path | None = None
    """File with the secret it shares with this server; unset: in `server.data_dir`."""
    ttl_seconds: Annotated[int, Field(ge=10, le=86_400)] = LIFE_SECONDS
    """How long a credential lasts; devices ask for the next one before its end."""

    @field_validator("urls")
    @classmethod
    def _in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return ordered_urls(value)


class MediaSection(Section):
    """What forwards calls of more than three people."""

    engine: Literal["builtin", "janus", "off"] = "builtin"
    """builtin: a process of the server's own; janus: [janus]; off: small calls only."""
    fallback: Literal["off", "builtin"] = "off"
    """builtin: takes the calls of a Janus that stays away; open its ports as well."""
    addresses: tuple[str, ...] = ()
    """Addresses on which builtin listens (UDP); unset: all but loopback."""
    public_address: str = ""
    """Behind NAT: the address under which people reach builtin."""
    processes: Annotated[int, Field(ge=1, le=64)] = 1
    """Of builtin, each good for two rooms of ten; one core less than there are."""
    memory_mib: Annotated[int, Field(ge=128, le=8_192)] = 512
    """That one process of builtin may take."""
    linger_seconds: Annotated[int, Field(ge=0, le=600)] = 60
    """Calls in builtin go on so long without a server; 0: it ends with the server."""

    @property
    def has_builtin(self) -> bool:
        """Whether the engine that the server brings is used."""
        falls_back = self.engine == "janus" and self.fallback == "builtin"
        return self.engine == "builtin" or falls_back

    @field_validator("addresses")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ipaddress.ip_address(each)
        return value

    @field_validator("public_address")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            ipaddress.ip_address(value)
        return value


class JanusSection(Section):
    """The Janus gateway, when `media.engine` is "janus". It runs beside the server."""

    folder: Path | None = None
    """Folder for its settings, secrets and state; unset: "janus" in the data folder."""
    port: Annotated[int, Field(ge=1, le=65535)] = 18188
    """Port on 127.0.0.1 on which it takes orders from the server."""
    media_ports: str = "20000-20400"
    """UDP ports for calls, first and last; a room of ten seats takes 21."""
    public_address: str = ""
    """Behind NAT: the IPv4 address under which people reach it."""
    library_dir: Path | None = None
    """Folder with its plugins/ and transports/; unset: looked for."""

    @field_validator("media_ports")
    @classmethod
    def _ports(cls, value: str) -> str:
        first, _, last = value.partition("-")
        sound = first.isdecimal() and last.isdecimal()
        if not sound or not 1024 <= int(first) < int(last) <= 65535:
            raise ValueError("ports are first-last, between 1024 and 65535")
        return value

    @field_validator("public_address")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            ipaddress.IPv4Address(value)
        return value


class TransportSection(Section):
    """Live connections."""

    fastpath: bool = True
    """Short-cut messages past the Socket.IO library; the outcome is the same."""
    connections_per_second: Positive = 100
    """New connections accepted; more are told to come back."""
    connections_per_address: Count = 1_000
    """Live connections from one address, or one /64 network of IPv6."""
    ping_interval_seconds: Positive = 25
    """Pause between two pings."""
    ping_timeout_seconds: Positive = 20
    """A connection that has not answered a ping after this time is dead."""


class QuotaSection(Section):
    """Calls per connection: sustained per second, and how many at once."""

    hot_per_second: Positive = RATES[Lane.HOT].rate_per_second
    """Messages, sustained."""
    hot_burst: Positive = RATES[Lane.HOT].burst
    """Messages, at once."""
    commit_per_second: Positive = RATES[Lane.COMMIT].rate_per_second
    """Group changes, sustained."""
    commit_burst: Positive = RATES[Lane.COMMIT].burst
    """Group changes, at once."""
    read_per_second: Positive = RATES[Lane.READ].rate_per_second
    """Pages and look-ups, sustained."""
    read_burst: Positive = RATES[Lane.READ].burst
    """Pages and look-ups, at once."""
    account_per_second: Positive = RATES[Lane.ACCOUNT].rate_per_second
    """Keys and sign-ins, sustained."""
    account_burst: Positive = RATES[Lane.ACCOUNT].burst
    """Keys and sign-ins, at once."""
    call_per_second: Positive = RATES[Lane.CALL].rate_per_second
    """Calls with sound and picture, sustained."""
    call_burst: Positive = RATES[Lane.CALL].burst
    """Calls with sound and picture, at once."""

    def rates(self) -> dict[Lane, Rate]:
        """The limits by lane, as the quota arithmetic takes them."""
        return {
            lane: Rate(
                getattr(self, f"{lane.value}_per_second"),
                getattr(self, f"{lane.value}_burst"),
            )
            for lane in RATES
        }


class DrainSection(Section):
    """Going down without losing anybody."""

    finish_seconds: Positive = 10
    """Time for calls in progress to end."""


class LogSection(Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least important level that is written."""
    format: Literal["auto", "json", "console"] = "auto"
    """JSON lines, or readable lines; auto reads well on a terminal."""


class MetricsSection(Section):
    """Prometheus metrics, on a listener of their own."""

    enabled: bool = True
    """Whether to serve them."""
    host: str = "127.0.0.1"
    """Address to serve them on. They name no person, but need no public either."""
    port: Port = 9464
    """Port to serve them on; 0 takes a free one."""
