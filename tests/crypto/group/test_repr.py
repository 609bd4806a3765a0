"""What people wrote and what is secret stands in no `repr`, so that no log has it."""

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator

import mentalverse_crypto
from mentalverse_crypto.framing import WireFormat, decode_message
from mentalverse_crypto.sending import author
from support.mls_group import Client

SECRET = re.compile(
    r"(.*_)?(private|secret|plaintext|psk|passphrase|entropy|statement)|joiner|code"
)


def _dataclasses() -> Iterator[type]:
    for module in pkgutil.iter_modules(mentalverse_crypto.__path__):
        content = vars(importlib.import_module(f"mentalverse_crypto.{module.name}"))
        yield from (
            each
            for each in content.values()
            if isinstance(each, type) and dataclasses.is_dataclass(each)
        )


def test_no_dataclass_shows_a_field_that_is_secret_by_its_name() -> None:
    shown = {
        f"{each.__name__}.{field.name}"
        for each in _dataclasses()
        for field in dataclasses.fields(each)
        if field.repr and SECRET.fullmatch(field.name)
    }
    # The id of a PSK, what is encrypted, and which line of the system it is.
    assert shown == {
        "PreSharedKey.psk",
        "UpdatePathNode.encrypted_path_secret",
        "System.code",
    }


def test_what_is_sent_shows_nothing_of_what_was_written(
    members: list[Client],
) -> None:
    a, b, *_ = members
    content = author(a.state, b"canary", b"", WireFormat.PRIVATE_MESSAGE)
    assert "canary" not in repr(content)
    message = a.protect(b"canary")
    for value in (decode_message(message), b.process(message), a.state, b.state):
        assert "canary" not in repr(value)
