"""The registry as TypeScript: `clients/web/src/protocol/events.ts`.

    python -m mentalverse_signaling.typescript > clients/web/src/protocol/events.ts

The browser's client gets its types from the same declarations as the server, so the
two cannot drift apart. What the server sends (a `Fact`) becomes a shape, which checks
a value and has its type; what clients send (a `Payload`) is needed as a type only,
since the server checks it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

import msgspec.inspect as inspect
from msgspec import NODEFAULT

from . import (
    account_api,
    attendance_text,
    blob_api,
    call_events,
    circle_events,
    claim_events,
    credential_events,
    crisis_events,
    device_api,
    envelope,
    feed_events,
    guest_api,
    match_desk_events,
    match_events,
    passkey_api,
    passphrase_api,
    proof_api,
    push_api,
    recording_events,
    recovery_api,
    review_events,
    reward_events,
    session_events,
)
from .errors import ERRORS_BY_CODE
from .events import COMMANDS, NOTICES, Fact, Payload

_HEAD = """\
/**
 * Generated from the registry of events by `make types`; not edited by hand.
 *
 * Facts are what the server sends, payloads what it is sent.
 */

import * as s from "./shape"
"""

_LIMITS = (
    (
        envelope,
        (
            "PROTOCOL_VERSION",
            "MAX_CIPHERTEXT_BYTES",
            "MAX_GROUP_INFO_BYTES",
            "MAX_BUNDLE_BYTES",
            "MAX_PAGE_ROWS",
        ),
    ),
    (blob_api, ("MAX_PATCH_BYTES", "UPLOAD_OFFSET")),
    (
        recovery_api,
        (
            "BACKUP_COUNTER",
            "BACKUP_LOOKUP",
            "MAX_BACKUP_BYTES",
            "MAX_SLOT_BYTES",
            "SLOTS",
            "MAX_SEALED_BYTES",
            "MAX_PADDED_REPORT_BYTES",
            "MAX_REPORTED_ROWS",
            "MAX_REPORTED_BLOBS",
        ),
    ),
    (
        passphrase_api,
        (
            "PASSPHRASE_PASSES",
            "PASSPHRASE_MEMORY_KIBIBYTES",
            "AUTH_KEY_LABEL",
            "WRAP_KEY_LABEL",
        ),
    ),
    (passkey_api, ("MAX_PASSKEYS", "FRESH_MINUTES")),
    (push_api, ("MAX_MUTED", "PUSH_NAME_BYTES", "PUSH_NAME_LABEL")),
    (
        call_events,
        (
            "MAX_PARTICIPANT_SEATS",
            "MAX_STAFF_SEATS",
            "MAX_SEALED_SIGNAL_BYTES",
            "BEAT_SECONDS",
        ),
    ),
    (circle_events, ("EXTEND_MINUTES",)),
    (claim_events, ("MAX_CLAIM_AGE_DAYS", "DAY_MS")),
    (credential_events, ("MAX_DOCUMENT_BYTES", "MAX_DOCUMENT_HEADER_BYTES")),
    (review_events, ("MAX_REASON_CHARS",)),
    (reward_events, ("MAX_DISPUTE_CHARS",)),
    (session_events, ("MAX_SESSION_MINUTES", "FEEDBACK_DAYS")),
    (match_events, ("MAX_MATCH_CODES", "MAX_PLACES")),
    (match_desk_events, ("MAX_LEAVE_OUT_CHARS",)),
    (
        attendance_text,
        ("MAX_MARKS", "MINUTE_MS", "UNPLANNED_MINUTES"),
    ),
    (feed_events, ("MAX_SDP_BYTES",)),
    (recording_events, ("ASK_SECONDS", "STOP_SECONDS")),
)
"""What a client plans with."""
_API = (
    account_api,
    device_api,
    blob_api,
    guest_api,
    recovery_api,
    passkey_api,
    passphrase_api,
    proof_api,
    push_api,
    crisis_events,
)
"""What is asked over HTTPS and not in events."""


def generate() -> str:
    """The text of `events.ts`."""
    structs = _structs()
    parts = [_HEAD, _constants(), _enums(structs)]
    parts += [_fact(struct) for struct in structs if issubclass(struct.cls, Fact)]
    parts += [_payload(struct) for struct in structs if issubclass(struct.cls, Payload)]
    parts += [_commands(), _notices(), _errors()]
    return "\n".join(parts)


def _structs() -> list[inspect.StructType]:
    """Every struct of the protocol, each after those it is made of."""
    roots: list[type] = []
    for command in COMMANDS.values():
        roots += [command.payload, command.answer]
    roots += [notice.payload for notice in NOTICES.values()]
    for module in _API:
        roots += [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Fact | Payload)
            and value.__module__ == module.__name__
        ]
    found: dict[str, inspect.StructType] = {}
    for kind in inspect.multi_type_info(roots):
        for struct in _reached(kind):
            found.setdefault(struct.cls.__name__, struct)
    return list(found.values())


def _reached(kind: inspect.Type) -> Iterator[inspect.StructType]:
    """The structs within a type, innermost first."""
    inner: Iterable[inspect.Type] = ()
    match kind:
        case inspect.StructType():
            inner = [field.type for field in kind.fields]
        case inspect.VarTupleType() | inspect.ListType():
            inner = [kind.item_type]
        case inspect.DictType():
            inner = [kind.key_type, kind.value_type]
        case inspect.UnionType():
            inner = kind.types
    for part in inner:
        yield from _reached(part)
    if isinstance(kind, inspect.StructType):
        yield kind


# --- values and types ---------------------------------------------------------


def _shape(kind: inspect.Type) -> str:
    """The expression that checks a value of this type."""
    match kind:
        case inspect.StructType():
            return kind.cls.__name__
        case inspect.EnumType():
            return _enum_shape(kind.cls)
        case inspect.VarTupleType() | inspect.ListType():
            return f"s.list({_shape(kind.item_type)})"
        case inspect.DictType():
            return f"s.map({_shape(kind.value_type)})"
        case inspect.UnionType():
            return f"s.nullable({_shape(_without_none(kind))})"
    return _PLAIN_SHAPES[type(kind)]


def _type(kind: inspect.Type) -> str:
    """The TypeScript type of a payload's field."""
    match kind:
        case inspect.StructType() | inspect.EnumType():
            return kind.cls.__name__
        case inspect.VarTupleType() | inspect.ListType():
            return f"readonly {_type(kind.item_type)}[]"
        case inspect.DictType():
            return f"Readonly<Record<string, {_type(kind.value_type)}>>"
        case inspect.UnionType():
            return f"{_type(_without_none(kind))} | null"
    return _PLAIN_TYPES[type(kind)]


_PLAIN_SHAPES: dict[type[inspect.Type], str] = {
    inspect.StrType: "s.text",
    inspect.IntType: "s.integer",
    inspect.BytesType: "s.octets",
    inspect.BoolType: "s.flag",
}
_PLAIN_TYPES: dict[type[inspect.Type], str] = {
    inspect.StrType: "string",
    inspect.IntType: "number",
    inspect.BytesType: "Uint8Array",
    inspect.BoolType: "boolean",
}


def _without_none(kind: inspect.UnionType) -> inspect.Type:
    """The other member of a type that may be None; there are no other unions."""
    (other,) = (part for part in kind.types if not isinstance(part, inspect.NoneType))
    return other


def _default(field: inspect.Field) -> str:
    """How a field that the server left out is read."""
    value = field.default if field.default_factory is NODEFAULT else ()
    if isinstance(value, bytes):
        return "new Uint8Array()"
    return json.dumps(value)


# --- declarations -------------------------------------------------------------


def _fact(struct: inspect.StructType) -> str:
    name = struct.cls.__name__
    lines = [f"  {field.encode_name}: {_fact_field(field)}," for field in struct.fields]
    body = "\n".join(["s.struct({", *lines, "})"]) if lines else "s.struct({})"
    return (
        f"{_doc(struct.cls)}export const {name} = {body}\n"
        f"export type {name} = s.Of<typeof {name}>\n"
    )


def _fact_field(field: inspect.Field) -> str:
    shape = _shape(field.type)
    return shape if field.required else f"s.absent({shape}, {_default(field)})"


def _payload(struct: inspect.StructType) -> str:
    name = struct.cls.__name__
    lines = [
        f"  readonly {field.encode_name}{'' if field.required else '?'}: "
        f"{_type(field.type)}"
        for field in struct.fields
    ]
    if not lines:
        return (
            f"{_doc(struct.cls)}export type {name} = Readonly<Record<string, never>>\n"
        )
    return "\n".join([f"{_doc(struct.cls)}export interface {name} {{", *lines, "}", ""])


def _doc(cls: type) -> str:
    first = (cls.__doc__ or "").strip().split("\n\n")[0]
    text = " ".join(first.split())
    return f"/** {text} */\n" if text else ""


def _enums(structs: Iterable[inspect.StructType]) -> str:
    found: dict[str, type[Enum]] = {}
    for struct in structs:
        for field in struct.fields:
            for part in _parts(field.type):
                if isinstance(part, inspect.EnumType):
                    found[part.cls.__name__] = part.cls
    return "\n".join(
        f"export const {name} = s.oneOf({_members(cls)})\n"
        f"export type {name} = s.Of<typeof {name}>\n"
        for name, cls in sorted(found.items())
    )


def _parts(kind: inspect.Type) -> Iterator[inspect.Type]:
    yield kind
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        yield from _parts(kind.item_type)
    elif isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _parts(part)


def _enum_shape(cls: type[Enum]) -> str:
    return cls.__name__


def _members(cls: type[Enum]) -> str:
    return ", ".join(json.dumps(member.value) for member in cls)


def _constants() -> str:
    lines: list[str] = []
    for module, names in _LIMITS:
        values: dict[str, Any] = vars(module)
        lines += [f"export const {name} = {json.dumps(values[name])}" for name in names]
    labels = {
        "SIGN_IN_LABEL": account_api.SIGN_IN_LABEL,
        "PROOF_LABEL": proof_api.PROOF_LABEL,
        "CONSENT_LABEL": recording_events.CONSENT_LABEL,
        "RECEIPT_LABEL": attendance_text.RECEIPT_LABEL,
        "CLAIM_LABEL": claim_events.CLAIM_LABEL,
    }
    lines += [
        f"export const {name} = {json.dumps(label.decode())}"
        for name, label in labels.items()
    ]
    return "\n".join([*lines, ""])


def _commands() -> str:
    types = [
        f'  "{command.name}": {{ payload: {command.payload.__name__}; '
        f"answer: {command.answer.__name__} }}"
        for command in COMMANDS.values()
    ]
    shapes = [
        f'  "{command.name}": {command.answer.__name__},'
        for command in COMMANDS.values()
    ]
    return "\n".join(
        [
            "/** What can be asked, and what is answered. */",
            "export interface Commands {",
            *types,
            "}",
            "",
            "/** How each answer is checked. */",
            "export const ANSWERS: { readonly [Name in keyof Commands]: "
            's.Shape<Commands[Name]["answer"]> } = {',
            *shapes,
            "}",
            "",
        ]
    )


def _notices() -> str:
    names = NOTICES.values()
    return "\n".join(
        [
            "/** What the server tells unasked. */",
            "export interface Notices {",
            *(f'  "{notice.name}": {notice.payload.__name__}' for notice in names),
            "}",
            "",
            "/** How each notice is checked. */",
            "export const NOTICES: { readonly [Name in keyof Notices]: "
            "s.Shape<Notices[Name]> } = {",
            *(f'  "{notice.name}": {notice.payload.__name__},' for notice in names),
            "}",
            "",
        ]
    )


def _errors() -> str:
    return "\n".join(
        [
            "/** Error codes, and who has to change something before a call works. */",
            "export const FAULTS = {",
            *(
                f'  {code}: "{leaf.fault.value}",'
                for code, leaf in ERRORS_BY_CODE.items()
            ),
            "} as const",
            "export type ErrorCode = keyof typeof FAULTS",
            "",
        ]
    )


if __name__ == "__main__":
    print(generate(), end="")
