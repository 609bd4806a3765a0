"""The document tells every endpoint and limit of recovery that the code has."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import mentalverse_signaling
from mentalverse_signaling import recovery_api
from mentalverse_signaling.errors import ERRORS_BY_CODE
from mentalverse_signaling.recovery_api import (
    MAX_REPORTED_ROWS,
    MAX_SEALED_BYTES,
    BackupStatus,
    RecoveryFetch,
    ReportSend,
)

README = Path(mentalverse_signaling.__file__).parents[1] / "README.md"
REPORT = {
    "report": "a" * 32,
    "conversation": "b" * 32,
    "seqs": [1],
    "sealed": b"sealed",
}


def section() -> str:
    _, _, rest = README.read_text(encoding="utf-8").partition("\n## Recovery\n")
    return rest.split("\n## ", 1)[0]


def test_the_document_tells_the_endpoints_that_the_module_lists() -> None:
    listed = re.findall(
        r"^    (PUT|GET|DELETE|POST) +(\S+)", recovery_api.__doc__ or "", re.MULTILINE
    )
    told = re.findall(r"^\| `(\S+) (\S+)` \|", section(), re.MULTILINE)
    assert told == listed and len(told) == 7


def test_the_document_tells_the_fields_and_only_known_errors() -> None:
    for shape in (BackupStatus, RecoveryFetch, ReportSend):
        for field in msgspec.structs.fields(shape):
            assert f"`{field.name}`" in section(), field.name
    rows = [line.split("|") for line in section().splitlines() if "/api/v1" in line]
    for cells in rows:
        assert set(re.findall(r"`([a-z_]+)`", cells[4])) <= set(ERRORS_BY_CODE)


@pytest.mark.parametrize(
    "name",
    [
        "MAX_BACKUP_BYTES",
        "MAX_SLOT_BYTES",
        "MAX_PADDED_REPORT_BYTES",
        "MAX_SEALED_BYTES",
        "MAX_REPORTED_ROWS",
    ],
)
def test_the_document_states_the_limits_in_force(name: str) -> None:
    value = f"{getattr(recovery_api, name):,}"
    assert f"| `{name}` | {value} |" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        {"report": "A" * 32},
        {"conversation": ""},
        {"seqs": []},
        {"seqs": [0]},
        {"seqs": [1] * (MAX_REPORTED_ROWS + 1)},
        {"sealed": b""},
        {"sealed": bytes(MAX_SEALED_BYTES + 1)},
        {"extra": 1},
    ],
)
def test_a_report_out_of_bounds_is_refused(change: dict[str, object]) -> None:
    assert msgspec.json.decode(msgspec.json.encode(REPORT), type=ReportSend)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(REPORT | change), type=ReportSend)
