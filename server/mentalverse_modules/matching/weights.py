"""Weights of the score as a file: what was learnt, and held its ground."""

from __future__ import annotations

import msgspec

from .factors import SCORED, WHOLE_BP, Weights


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    weights_bp: dict[str, int]


def written(weights: Weights) -> str:
    """The file, by the codes of the factors."""
    named = {
        factor.code: weight for factor, weight in zip(SCORED, weights, strict=True)
    }
    return msgspec.json.format(msgspec.json.encode(_Document(named))).decode()


def read(document: bytes) -> Weights:
    """Weights from a file.

    Raises:
        ValueError: it is none, names another factor or leaves one out, has a weight
            below 0, or they miss 10,000.
    """
    named = msgspec.json.decode(document, type=_Document).weights_bp
    if set(named) != {each.code for each in SCORED}:
        raise ValueError("weights are of the factors of the score, all of them")
    found = tuple(named[each.code] for each in SCORED)
    if min(found) < 0 or sum(found) != WHOLE_BP:
        raise ValueError(f"weights are shares that sum to {WHOLE_BP}")
    return found
