"""Members who break the rules: their own checks are off while they make a message.

So what arrives is well formed, correctly signed, and wrong.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from mentalverse_crypto import commit as making
from mentalverse_crypto import proposal_list, validation
from mentalverse_crypto.extensions import (
    Extension,
    ExtensionType,
    RequiredCapabilities,
)
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.labels import sign_with_label
from mentalverse_crypto.leaf import Capabilities
from support.mls_group import Client


@contextmanager
def careless(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """No check of our own while a message is made."""
    with monkeypatch.context() as patch:
        for module, name in (
            (proposal_list, "check_proposal_12_1"),
            (proposal_list, "check_member_list_12_2"),
            (validation, "check_members_12_2"),
            (making, "check_path_leaf_12_4_2"),
        ):
            patch.setattr(module, name, lambda *args: None)
        patch.setattr(proposal_list, "path_is_required", lambda proposals: False)
        yield patch


def resigned(newcomer: Client, package: KeyPackage) -> KeyPackage:
    """A KeyPackage with the signature over what it says now."""
    signature = sign_with_label(
        newcomer.signature_key, b"KeyPackageTBS", package._to_be_signed()
    )
    return replace(package, signature=signature)


def package_with(
    newcomer: Client,
    *,
    leaf: dict[str, Any] | None = None,
    package: dict[str, Any] | None = None,
) -> KeyPackage:
    """A KeyPackage with fields changed before it was signed."""
    made = newcomer.key_package()
    node = replace(made.leaf_node, **leaf or {}).sign(newcomer.signature_key)
    return resigned(newcomer, replace(made, leaf_node=node, **package or {}))


def capabilities(**changes: Any) -> dict[str, Any]:
    """Other capabilities than a client has, as a field of its leaf."""
    return {"capabilities": replace(Capabilities(), **changes)}


def required(**wanted: tuple[int, ...]) -> Extension:
    """What a group asks its members to support (§11.1)."""
    data = RequiredCapabilities(**wanted).encode()
    return Extension(ExtensionType.REQUIRED_CAPABILITIES, data)
