"""The text that people agree to before they join: the server's, in each language.

An operator's own stand in a folder, `agreement.LANGUAGE.txt` each, and go in the place
of the shipped ones. A text's hash is its identity: another word is another agreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from mentalverse_signaling.calls.agreement import text_hash
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.session_events import MAX_AGREEMENT_CHARS, AgreementView

from ...errors import StartupError

VERSION = 1
"""Of the shipped texts; an operator's own begin with 1 as well."""
_PREFIX, _SUFFIX = "agreement.", ".txt"


class Agreements:
    """The texts by language; those of one server say the same."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    @property
    def hashes(self) -> tuple[str, ...]:
        """Of every language's text; the first is the server's own language."""
        return tuple(text_hash(text) for text in self._texts.values())

    def get(self, language: str) -> AgreementView:
        """The text in a language, else the first; `NotFound` if there is none."""
        if not self._texts:
            raise NotFound("nothing has to be agreed to here")
        known = next(iter(self._texts))
        for tag in (language.lower(), language.lower().split("-")[0]):
            if tag in self._texts:
                known = tag
                break
        text = self._texts[known]
        return AgreementView(text_hash(text), VERSION, known, text)


def read_agreements(folder: Path | None) -> Agreements:
    """The operator's texts, else the shipped ones; English first.

    Raises:
        StartupError: the folder holds none, or one that is too long.
    """
    if folder is None:
        shipped = files(__package__).joinpath("texts")
        found = {name.name: name.read_text("utf-8") for name in shipped.iterdir()}
    else:
        found = {
            path.name: path.read_text("utf-8")
            for path in folder.glob(f"{_PREFIX}*{_SUFFIX}")
        }
    texts = {
        name.removeprefix(_PREFIX).removesuffix(_SUFFIX).lower(): text.strip()
        for name, text in sorted(found.items())
        if name.startswith(_PREFIX) and name.endswith(_SUFFIX)
    }
    if not texts or any(len(text) > MAX_AGREEMENT_CHARS for text in texts.values()):
        raise StartupError(f"{folder}: agreement.LANGUAGE.txt, each short enough")
    return Agreements(dict(sorted(texts.items(), key=lambda one: one[0] != "en")))
