"""Settings: the order of sources, and that nothing is ignored silently."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_server.config import (
    Config,
    ConfigError,
    load_config,
    read_secret,
)
from mentalverse_server.config_shown import documented_defaults, effective
from mentalverse_signaling.quota import RATES


def _toml(folder: Path, text: str) -> Path:
    file = folder / "mentalverse.toml"
    file.write_text(text)
    return file


def test_later_sources_win(tmp_path: Path) -> None:
    file = _toml(tmp_path, "[server]\nport = 1\nhost = 'file'\ndata_dir = 'file'\n")
    environ = {
        "MENTALVERSE_SERVER__PORT": "2",
        "MENTALVERSE_SERVER__HOST": "environment",
    }

    loaded = load_config(file, environ, {"server.port": 3})

    assert loaded.config.server.port == 3
    assert loaded.config.server.host == "environment"
    assert loaded.config.server.data_dir == Path("file")
    assert loaded.origins["server.host"] == "MENTALVERSE_SERVER__HOST"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[server]\nporrt = 1\n", "server.porrt"),
        ("[serverr]\nport = 1\n", "serverr"),
        ("port = 1\n", "port"),
        ("[server]\nport = 70000\n", "server.port"),
        ("[server]\nport = 'x'\n", "server.port"),
        ("[server]\norigins = ['https://a.example/path']\n", "server.origins"),
        ("[server]\ntrusted_proxies = ['10.0.0.0/40']\n", "server.trusted_proxies"),
        ("[hooks]\nallow_private = ['http://a:1/']\n", "hooks.allow_private"),
        ("[server\n", "not valid TOML"),
    ],
)
def test_a_bad_file_is_refused_in_one_line_that_names_the_key(
    tmp_path: Path, text: str, names: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(_toml(tmp_path, text), {})

    assert names in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "MENTALVERSE_SERVER__PORRT",
        "MENTALVERSE_SEVER__PORT",
        "MENTALVERSE_SERVER__PORT__MORE",
    ],
)
def test_an_unknown_variable_of_our_form_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is not a setting"):
        load_config(None, {name: "1"})


def test_variables_without_a_double_underscore_are_not_settings() -> None:
    loaded = load_config(None, {"MENTALVERSE_BUILD": "1", "OTHER__PORT": "1"})

    assert loaded.config == Config()


def test_a_list_in_the_environment_is_json() -> None:
    environ = {"MENTALVERSE_SERVER__ORIGINS": '["https://a.example"]'}

    assert load_config(None, environ).config.server.origins == ("https://a.example",)
    with pytest.raises(ConfigError, match="MENTALVERSE_SERVER__ORIGINS"):
        load_config(None, {"MENTALVERSE_SERVER__ORIGINS": "[https"})


def test_the_documented_defaults_are_the_defaults_and_explain_every_field() -> None:
    text = documented_defaults()
    tree = tomllib.loads(text)

    assert Config.model_validate(tree) == Config()
    for section, info in Config.model_fields.items():
        for field, field_info in type(info.default).model_fields.items():
            assert field_info.description, f"{section}.{field} has no text"
            assert field_info.description in text


def test_the_defaults_of_quotas_are_those_of_the_protocol() -> None:
    assert Config().quota.rates() == RATES


def test_a_password_is_taken_from_a_private_file_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="password_file"):
        load_config(None, {}, {"database.url": "postgresql://u:secret@db/mv"})
    secret = tmp_path / "password"
    secret.write_text("p@ss/word\n")
    secret.chmod(0o644)
    flags = {"database.url": "postgresql://u@db:5433/mv"}
    loaded = load_config(None, {}, flags | {"database.password_file": str(secret)})

    with pytest.raises(ConfigError, match="chmod 400"):
        _ = loaded.config.database_url
    secret.chmod(0o400)

    assert loaded.config.database_url == "postgresql://u:p%40ss%2Fword@db:5433/mv"
    assert "p@ss" not in repr(effective(loaded)) + repr(loaded)


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        read_secret(tmp_path / "nowhere")


@settings(database=None, deadline=None, derandomize=True, max_examples=200)
@given(
    st.dictionaries(
        st.from_regex(r"MENTALVERSE_[A-Z]{1,8}__[A-Z_]{1,8}", fullmatch=True),
        st.text(max_size=20),
        min_size=1,
        max_size=3,
    )
)
def test_any_environment_is_used_or_refused_with_our_error(
    environ: dict[str, str],
) -> None:
    try:
        loaded = load_config(None, environ)
    except ConfigError as refused:
        assert str(refused)
    else:
        assert set(loaded.origins.values()) == set(environ)
