"""Rules about a Welcome, broken by who invites (§12.4.3.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mentalverse_crypto import welcome
from mentalverse_crypto.codec import Reader, decode, opaque
from mentalverse_crypto.errors import (
    DecodeError,
    InvalidTree,
    InvalidWelcome,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.group_info import GroupInfo
from mentalverse_crypto.proposals import Add
from support.broken.rule import Given, Invitation, Patch, Rule, Scene, Table
from support.mls_group import Client


def _with_tree(info: GroupInfo, tree: bytes) -> GroupInfo:
    extension = Extension(ExtensionType.RATCHET_TREE, tree)
    return replace(info, extensions=(extension,))


def _context(info: GroupInfo, **changes: Any) -> GroupInfo:
    return replace(info, group_context=replace(info.group_context, **changes))


def _ending_blank(tree: bytes) -> bytes:
    return opaque(decode(Reader.opaque, tree) + b"\x00")


def _invited(
    error: type[MlsError], change: Callable[[GroupInfo, Client], GroupInfo]
) -> Rule:
    """A Welcome whose GroupInfo is changed before it is signed."""
    honest = welcome.make_group_info

    def make(scene: Scene, patch: Patch) -> list[Given]:
        culprit = scene.culprit

        def broken_info(*args: Any, **options: Any) -> GroupInfo:
            info = change(honest(*args, **options), culprit)
            return info.sign(culprit.signature_key)

        add = Add(scene.newcomer.key_package())
        with patch.context() as inner:
            inner.setattr(welcome, "make_group_info", broken_info)
            staged = culprit.stage(add, path=False, with_group_info=False)
        assert staged.welcome is not None
        return [Invitation(staged.welcome)]

    return Rule(error, make)


def _at_the_end(scene: Scene, patch: Patch) -> list[Given]:
    """A Welcome that is true in all, to an epoch after which none can come."""
    culprit = scene.culprit
    context = replace(culprit.state.group_context, epoch=(1 << 64) - 2)
    late = replace(culprit, group_state=replace(culprit.state, group_context=context))
    staged = late.stage(Add(scene.newcomer.key_package()))
    assert staged.welcome is not None
    return [Invitation(staged.welcome)]


INVITATIONS: Table = {
    "12.4.3.3 no tree": _invited(
        InvalidWelcome, lambda i, a: replace(i, extensions=())
    ),
    "12.4.3.3 an empty tree": _invited(
        DecodeError, lambda i, a: _with_tree(i, b"\x00")
    ),
    "12.4.3.3 a tree that ends blank": _invited(
        DecodeError, lambda i, a: _with_tree(i, _ending_blank(a.state.tree.encode()))
    ),
    "12.4.3.1 the tree of before": _invited(
        InvalidTree, lambda i, a: _with_tree(i, a.state.tree.encode())
    ),
    "12.4.3.1 another tree hash": _invited(
        InvalidTree, lambda i, a: _context(i, tree_hash=bytes(32))
    ),
    "12.4.3.1 a signer outside the tree": _invited(
        InvalidWelcome, lambda i, a: replace(i, signer=9)
    ),
    "6.1 another epoch": _invited(SignatureError, lambda i, a: _context(i, epoch=99)),
    "8.1 the last epoch there is": Rule(InvalidWelcome, _at_the_end),
    "12.4.3.1 another confirmation tag": _invited(
        SignatureError, lambda i, a: replace(i, confirmation_tag=bytes(32))
    ),
}
