"""The blob part of the protocol is told in full by the protocol document."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import mentalverse_signaling
from mentalverse_signaling import blob_api
from mentalverse_signaling.blob_api import BlobCreate, BlobPurpose, BlobStatus
from mentalverse_signaling.errors import ERRORS_BY_CODE
from mentalverse_signaling.ids import BlobId

README = Path(mentalverse_signaling.__file__).parents[1] / "README.md"
CREATE = {"blob": "a" * 32, "purpose": "attachment", "size": 1, "sha256": bytes(32)}


def section() -> str:
    _, _, rest = README.read_text(encoding="utf-8").partition("\n## Blobs\n")
    return rest.split("\n## ", 1)[0]


def told_fields(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_0-9]+)`", text))


def fields(shape: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(shape)}


def test_the_document_tells_the_endpoints_that_the_module_lists() -> None:
    listed = re.findall(r"^ {4}([A-Z]+) +(/\S+)", blob_api.__doc__ or "", re.MULTILINE)
    told = re.findall(r"^\| `([A-Z]+) (/\S+)` \|", section(), re.MULTILINE)
    assert len(listed) == 5
    assert told == listed


def test_the_document_tells_the_fields_and_only_known_errors() -> None:
    create, status = re.findall(r"`Blob(?:Create`:|Status` is) ([^|.]*)", section())
    assert told_fields(create) == fields(BlobCreate)
    assert told_fields(status) == fields(BlobStatus)
    for row in re.findall(r"^\| `[A-Z]+ .*\| (.*) \|$", section(), re.MULTILINE):
        assert told_fields(row) <= set(ERRORS_BY_CODE)


@pytest.mark.parametrize(
    "name", ["MAX_PATCH_BYTES", "MAX_ARCHIVE_PIECE_BYTES", "MAX_BLOB_OVERHEAD_BYTES"]
)
def test_the_document_states_the_limits_of_blobs(name: str) -> None:
    value = f"{getattr(blob_api, name):,}"
    assert f"| `{name}` | {value} |" in README.read_text(encoding="utf-8")


def test_an_announcement_crosses_the_wire_unchanged() -> None:
    sent = BlobCreate(BlobId("a" * 32), BlobPurpose.ARCHIVE, 2**53 - 1, b"h" * 32)
    assert msgspec.json.decode(msgspec.json.encode(sent), type=BlobCreate) == sent


@pytest.mark.parametrize(
    "wrong",
    [
        {"blob": "A" * 32},
        {"blob": "a" * 32 + "\n"},
        {"blob": "../" + "a" * 29},
        {"purpose": "backup"},
        {"size": 0},
        {"size": -1},
        {"size": 2**53},
        {"size": 1.0},
        {"sha256": bytes(31)},
        {"sha256": bytes(33)},
        {"owner": "a" * 32},
    ],
)
def test_an_announcement_out_of_bounds_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(CREATE | wrong, BlobCreate, builtin_types=(bytes,))
