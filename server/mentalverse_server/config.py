"""Settings: one frozen tree, from defaults, a TOML file, the environment, flags.

Later sources win: defaults < `mentalverse.toml` < `MENTALVERSE_SECTION__FIELD` <
command-line flags. An unknown key is an error in every source, because a limit
that is silently not set is worse than a server that does not start. No secret is
a value here: a secret is the name of a file (`*_file`) that only its owner may
read, so it appears neither in the environment nor in a process list.

The text under each field is its documentation; `mentalverse config defaults`
prints it (`config_shown`).
"""

from __future__ import annotations

import ipaddress
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mentalverse_signaling.quota import RATES, Lane, Rate

from .crisis.pages.on_call import read_on_call

ENVIRONMENT_PREFIX = "MENTALVERSE_"
DEFAULT_FILE = Path("mentalverse.toml")

Port = Annotated[int, Field(ge=0, le=65535)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class ConfigError(Exception):
    """The settings cannot be used; the text is one line for the operator."""


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


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class ServerSection(_Section):
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


class DatabaseSection(_Section):
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


class AccountsSection(_Section):
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


class GuestsSection(_Section):
    """People in a crisis, who have no account."""

    keep_days: Positive = 14
    """A guest is forgotten this long after the day it was last here."""
    keep_unused_hours: Positive = 24
    """One that is in no conversation is forgotten this long after that day."""
    crowd_guests: Count = 5
    """Guests begun from one address at once; more wait their turn, none is refused."""
    crowd_minutes: Positive = 10
    """In this time as many may be begun from one address again."""


class CrisisSection(_Section):
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


class PagingSection(_Section):
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


class BlobsSection(_Section):
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


class WebSection(_Section):
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


class PushSection(_Section):
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


class TransportSection(_Section):
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


class QuotaSection(_Section):
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

    def rates(self) -> dict[Lane, Rate]:
        """The limits by lane, as the quota arithmetic takes them."""
        return {
            lane: Rate(
                getattr(self, f"{lane.value}_per_second"),
                getattr(self, f"{lane.value}_burst"),
            )
            for lane in RATES
        }


class DrainSection(_Section):
    """Going down without losing anybody."""

    finish_seconds: Positive = 10
    """Time for calls in progress to end."""


class LogSection(_Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least important level that is written."""
    format: Literal["auto", "json", "console"] = "auto"
    """JSON lines, or readable lines; auto reads well on a terminal."""


class MetricsSection(_Section):
    """Prometheus metrics, on a listener of their own."""

    enabled: bool = True
    """Whether to serve them."""
    host: str = "127.0.0.1"
    """Address to serve them on. They name no person, but need no public either."""
    port: Port = 9464
    """Port to serve them on; 0 takes a free one."""


class Config(_Section):
    """Every setting of the server."""

    server: ServerSection = ServerSection()
    database: DatabaseSection = DatabaseSection()
    accounts: AccountsSection = AccountsSection()
    guests: GuestsSection = GuestsSection()
    crisis: CrisisSection = CrisisSection()
    paging: PagingSection = PagingSection()
    blobs: BlobsSection = BlobsSection()
    web: WebSection = WebSection()
    push: PushSection = PushSection()
    transport: TransportSection = TransportSection()
    quota: QuotaSection = QuotaSection()
    drain: DrainSection = DrainSection()
    log: LogSection = LogSection()
    metrics: MetricsSection = MetricsSection()

    def public_url(self, port: int | None = None) -> str:
        """Origin under which people reach the server; `port` is the one it has."""
        taken = self.server.port if port is None else port
        return self.server.public_url or f"http://localhost:{taken}"

    @property
    def database_url(self) -> str:
        """The database to open; may hold a password: never show it."""
        if not self.database.url:
            path = self.server.data_dir.absolute() / "mentalverse.db"
            return f"sqlite:///{quote(str(path))}"
        if self.database.password_file is None:
            return self.database.url
        return _with_password(
            self.database.url, read_secret(self.database.password_file)
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and for each key that is not a default where it came from."""

    config: Config
    origins: Mapping[str, str]


def load_config(
    file: Path | None,
    environ: Mapping[str, str],
    flags: Mapping[str, Any] | None = None,
) -> Loaded:
    """Settings from all sources; `flags` are "section.field" → value.

    Without `file`, `mentalverse.toml` of the working folder is read if it is
    there. Raises `ConfigError`.
    """
    values: dict[str, dict[str, Any]] = {}
    origins: dict[str, str] = {}
    if file is None and DEFAULT_FILE.exists():
        file = DEFAULT_FILE
    if file is not None:
        _merge(values, origins, _read_toml(file), str(file))
    for name, (key, value) in _from_environment(environ).items():
        _merge(values, origins, {key: value}, name)
    _merge(values, origins, flags or {}, "the command line")
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_first_line(error, origins)) from None
    return Loaded(config, origins)


def read_secret(path: Path) -> str:
    """The content of a secret file; `ConfigError` if others may read it."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(f"{path} must be readable by its owner only: chmod 400")
    return text


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from None
    flat: dict[str, Any] = {}
    for section, fields in tree.items():
        if not isinstance(fields, dict):
            raise ConfigError(f"{file}: {section} must be a [section]")
        flat |= {f"{section}.{field}": value for field, value in fields.items()}
    return flat


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Variables of the form MENTALVERSE_SECTION__FIELD, by their own name.

    Build and test switches have no double underscore and are left alone.
    """
    found: dict[str, tuple[str, Any]] = {}
    for name, text in environ.items():
        rest = name.removeprefix(ENVIRONMENT_PREFIX)
        if rest == name or "__" not in rest:
            continue
        section, _, field = rest.lower().partition("__")
        found[name] = (f"{section}.{field}", _parsed(name, text))
    return found


def _parsed(name: str, text: str) -> Any:
    """Lists are written as JSON; everything else is converted by its field."""
    if not text.startswith("["):
        return text
    try:
        return msgspec.json.decode(text, type=list[str])
    except (msgspec.DecodeError, ValueError):
        raise ConfigError(f"{name} must be a JSON list of strings") from None


def _merge(
    values: dict[str, dict[str, Any]],
    origins: dict[str, str],
    flat: Mapping[str, Any],
    origin: str,
) -> None:
    for key, value in flat.items():
        section, _, field = key.partition(".")
        values.setdefault(section, {})[field] = value
        origins[key] = origin


def _first_line(error: ValidationError, origins: Mapping[str, str]) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in problem["loc"][:2])
    source = next((o for k, o in origins.items() if k.startswith(key)), "settings")
    if problem["type"] == "extra_forbidden":
        return f"{key} is not a setting (from {source})"
    return f"{key}: {problem['msg']} (from {source})"


def _with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    user = parts.username or ""
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{user}:{quote(password, safe='')}@{host}"
    return parts._replace(netloc=netloc).geturl()
