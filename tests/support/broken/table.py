"""Every rule of RFC 9420 that is broken somewhere, by its section and its place.

A name says `section what is wrong, where`, as in
`12.2 committer removes itself, in a list of proposals`.
"""

from __future__ import annotations

from collections.abc import Mapping

from support.broken.group_extensions import BEGINNINGS, REINIT, SET
from support.broken.invitations import INVITATIONS
from support.broken.key_packages import PACKAGES, PUBLISHED
from support.broken.leaves import MISPLACED, UPDATES
from support.broken.outsiders import (
    EXTERNAL_LISTS,
    EXTERNAL_PATHS,
    NEVER_FROM_OUTSIDE,
    SPOKEN,
)
from support.broken.paths import PATHS
from support.broken.proposal_lists import LISTS, TWICE, UNSUPPORTED, WITHOUT_PATH
from support.broken.rule import Rule
from support.broken.structures import STRUCTURES
from support.broken.trees import PARENTS, UNMERGED

_PLACES: dict[str, Mapping[str, Rule]] = {
    "in a list of proposals": LISTS,
    "committed to without a path": WITHOUT_PATH,
    "that a member does not support": UNSUPPORTED,
    "that is in the group already": TWICE,
    "in an Update": UPDATES,
    "for which an Update was not signed": MISPLACED,
    "in the path of a commit": PATHS,
    "among unmerged leaves": UNMERGED,
    "in a parent": PARENTS,
    "in the list of an external commit": EXTERNAL_LISTS,
    "in the path of an external commit": EXTERNAL_PATHS,
    "from outside": SPOKEN,
    "of an external sender": NEVER_FROM_OUTSIDE,
    "in the extensions of a group": SET,
    "in the extensions of a ReInit": REINIT,
    "that its beginner does not support": BEGINNINGS,
    "in a KeyPackage": PACKAGES,
    "in a KeyPackage of one's own": PUBLISHED,
    "in a Welcome": INVITATIONS,
    "in a structure": STRUCTURES,
}

RULES: dict[str, Rule] = {
    f"{section}, {place}": rule
    for place, table in _PLACES.items()
    for section, rule in table.items()
}
