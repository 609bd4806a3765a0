"""Settings as an operator reads them: the defaults explained, and those in force."""

from __future__ import annotations

import json

from .config import Config, Loaded


def documented_defaults() -> str:
    """A complete configuration file: every field, its text and its default."""
    lines = ["# MentalVerse settings. Every line shows the default."]
    for section, info in Config.model_fields.items():
        model = info.default
        lines += ["", f"# {type(model).__doc__}", f"[{section}]"]
        for field, field_info in type(model).model_fields.items():
            lines.append(f"# {field_info.description}")
            lines.append(_toml_line(field, getattr(model, field)))
    return "\n".join(lines) + "\n"


def effective(loaded: Loaded) -> list[tuple[str, str, str]]:
    """Rows (key, value as TOML, origin) of every setting; holds no secret."""
    rows: list[tuple[str, str, str]] = []
    for section in Config.model_fields:
        model = getattr(loaded.config, section)
        for field in type(model).model_fields:
            key = f"{section}.{field}"
            shown = _toml_value(getattr(model, field))
            rows.append((key, shown, loaded.origins.get(key, "default")))
    return rows


def _toml_line(field: str, value: object) -> str:
    """`field = value`, commented out where TOML has no way to say "unset"."""
    return f"# {field} =" if value is None else f"{field} = {_toml_value(value)}"


def _toml_value(value: object) -> str:
    if value is None:
        return "(unset)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple):
        return json.dumps(list(value))
    return json.dumps(str(value))
