"""What a browser shows of a purpose is what is agreed to, by word and by version."""

from __future__ import annotations

import json
import re
from pathlib import Path

from load_tests.js_peer import WEB

from mentalverse_signaling.consent_text import COMMON, CONSENT_TEXTS

LOCALES = WEB / "src" / "i18n" / "locales"
VERSIONS = WEB / "src" / "ui" / "sharing" / "words.ts"


def _said(language: str) -> dict[str, str]:
    path: Path = LOCALES / language / "sharing.json"
    words = json.loads(path.read_text(encoding="utf-8"))
    return {key: text for key, text in words.items() if key.startswith("consent.")}


def test_the_english_words_are_those_of_the_server() -> None:
    said = _said("en")
    expected = {f"consent.common.{at}": line for at, line in enumerate(COMMON, 1)}
    for purpose, text in CONSENT_TEXTS.items():
        expected[f"consent.{purpose}.for"] = text.purpose
        expected[f"consent.{purpose}.leaves"] = text.leaves
    assert said == expected


def test_every_language_has_words_of_its_own_for_each() -> None:
    english = _said("en")
    for language in ("es", "ar"):
        said = _said(language)
        assert said.keys() == english.keys()
        assert not said.items() & english.items()


def test_the_versions_are_those_of_the_server() -> None:
    """A change of words here without one of the version would be agreed to unread."""
    listed = VERSIONS.read_text(encoding="utf-8").partition("CONSENT_VERSIONS")[2]
    table = listed.partition("}")[0]
    versions = {name: int(at) for name, at in re.findall(r"(\w+): (\d+)", table)}
    assert versions == {each: text.version for each, text in CONSENT_TEXTS.items()}
