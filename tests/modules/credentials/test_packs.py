"""A pack that means nothing is refused by the place where it does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mentalverse_modules.credentials.documents import (
    MAX_PACK_BYTES,
    SHIPPED,
    pack_hash,
    read,
    shipped,
    sign_pack,
    verify_pack,
    written,
)
from mentalverse_modules.credentials.errors import CredentialError, MalformedPack
from mentalverse_modules.credentials.lint import MAX_VALID_DAYS
from support.credentials_kit import issuer_key, known

ISSUER = issuer_key()


def _document() -> Any:
    return msgspec.json.decode(written(shipped("peer")))


BAD: list[tuple[str, Any, str]] = [
    ("v", 2, "v:"),
    ("rev", 0, "rev:"),
    ("name", "Peer!", "name:"),
    ("curriculum_minutes", 3599, "curriculum_minutes"),
    ("modules.0.minutes", -1, "modules.foundation"),
    ("modules.0.minutes", 1.5, "int"),
    ("modules.1.code", "foundation", "twice"),
    ("levels.1.needs", "", "rest on the level before"),
    ("levels.1.minutes", 1200, "not more minutes"),
    ("levels.0.modules", ["juggling"], "juggling"),
    ("levels.0.bonus", 1, "unknown field"),
    ("credentials.0.valid_days", 0, "holds for"),
    ("credentials.0.valid_days", MAX_VALID_DAYS + 1, "holds for"),
    ("credentials.0.level", "", "needs nothing"),
    ("credentials.0.level", "grand", "grand"),
    ("credentials.0.kind", "Crown", "Crown"),
    ("credentials.5.needs", ["peer_mentor"], "peer_mentor"),
    ("credentials.5.requirements.0.months", -1, "below zero"),
    ("credentials.5.requirements.1.lasts_days", -1, "below zero"),
    ("credentials.5.requirements.0.where_applicable", True, "waived"),
    ("credentials.5.requirements.1.code", "stable_recovery", "twice"),
    ("roles.0.credential", "nobility", "nobility"),
    ("roles.0.scope", [], "may do nothing"),
    ("roles.0.scope", ["Anything"], "Anything"),
    ("renewal.notice_days", 0, "renewal"),
    ("renewal.supervision_days", 0, "renewal"),
    ("renewal.steps.0.every_months", 0, "months count"),
]


@pytest.mark.parametrize(("path", "value", "finding"), BAD)
def test_a_bad_pack_is_refused_by_its_place(
    path: str, value: object, finding: str
) -> None:
    document = place = _document()
    *way, last = path.split(".")
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[last] = value
    with pytest.raises(MalformedPack) as refused:
        read(msgspec.json.encode(document))
    assert any(finding in each for each in refused.value.findings)


@pytest.mark.parametrize("octets", [b"", b"\xff", b"[" * 60_000, b" " * 300_000])
def test_what_is_no_pack_is_refused(octets: bytes) -> None:
    assert MAX_PACK_BYTES < 300_000
    with pytest.raises(MalformedPack):
        read(octets)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_pack_is_the_same_after_writing_and_signing(name: str) -> None:
    pack = shipped(name)
    assert read(written(pack)) == pack
    assert verify_pack(sign_pack(pack, ISSUER), known(ISSUER)) == pack
    with pytest.raises(CredentialError):
        verify_pack(sign_pack(pack, issuer_key(2)), known(ISSUER))


def test_packs_that_differ_have_different_names() -> None:
    assert pack_hash(shipped("peer")) != pack_hash(shipped("professional"))


def test_there_is_no_other_pack() -> None:
    with pytest.raises(KeyError):
        shipped("../peer")


@pytest.mark.capability("K11")
def test_a_role_may_do_what_its_scope_says_and_an_unknown_one_nothing() -> None:
    pack = shipped("professional")
    only_physicians = pack.scope_of("psychiatrist") - pack.scope_of(
        "nurse_practitioner"
    )
    assert "medical_oversight" in only_physicians
    assert pack.scope_of("wizard") == frozenset()


@pytest.mark.capability("K10")
def test_there_are_eight_specialties_of_professionals_and_four_of_peers() -> None:
    for name, count in (("professional", 8), ("peer", 4)):
        codes = [each.code for each in shipped(name).credentials]
        assert sum(code.startswith("specialty_") for code in codes) == count


def test_what_a_pack_does_not_know_it_does_not_find() -> None:
    pack = shipped("peer")
    assert (pack.credential("x"), pack.module("x"), pack.level("x")) == (None,) * 3
