"""Settings: one frozen tree, from defaults, a TOML file, the environment, flags.

Later sources win: defaults < `mentalverse.toml` < `MENTALVERSE_SECTION__FIELD` <
command-line flags. An unknown key is an error in every source, because a limit
that is silently not set is worse than a server that does not start. No secret is
a value here: a secret is the name of a file (`*_file`) that only its owner may
read, so it appears neither in the environment nor in a process list.

The sections and the text of each field stand in `config_sections`.
"""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from pydantic import ValidationError

from .config_chain import ChainSection
from .config_hooks import HooksSection
from .config_matching import MatchingSection
from .config_rewards import RewardsSection
from .config_sections import (
    AccountsSection,
    BlobsSection,
    CallsSection,
    CrisisSection,
    DatabaseSection,
    DrainSection,
    GuestsSection,
    JanusSection,
    LogSection,
    MediaSection,
    MetricsSection,
    PagingSection,
    PushSection,
    QuotaSection,
    Section,
    ServerSection,
    TransportSection,
    TurnSection,
    WebSection,
)

ENVIRONMENT_PREFIX = "MENTALVERSE_"
DEFAULT_FILE = Path("mentalverse.toml")


class ConfigError(Exception):
    """The settings cannot be used; the text is one line for the operator."""


class Config(Section):
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
    hooks: HooksSection = HooksSection()
    rewards: RewardsSection = RewardsSection()
    matching: MatchingSection = MatchingSection()
    chain: ChainSection = ChainSection()
    calls: CallsSection = CallsSection()
    turn: TurnSection = TurnSection()
    media: MediaSection = MediaSection()
    janus: JanusSection = JanusSection()
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
