"""Whom the operator names, and for what."""

from __future__ import annotations

import pytest

from mentalverse_server.hooks.chosen import Chosen, read_chosen
from mentalverse_server.hooks.policy import Decision


def test_an_entry_names_a_provider_and_what_it_is_asked() -> None:
    key = "whpk_AAAA"
    found = read_chosen(
        [
            "register",
            "board optional circle.open_therapy",
            f"panel https://panel.example/v1/decide {key} session.start_peer",
        ]
    )
    assert found == (
        Chosen("register", True, ()),
        Chosen("board", False, (Decision.CIRCLE_OPEN_THERAPY,)),
        Chosen(
            "panel",
            True,
            (Decision.SESSION_START_PEER,),
            "https://panel.example/v1/decide",
            key,
        ),
    )


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([""], "no name"),
        (["Register"], "no name"),
        (["a b"], "'b' is no decision"),
        (["a case.open"], "'case.open' is no decision"),
        (["a session.running"], "is no decision"),
        (["a https://panel.example/ match.veto"], "go together"),
        (["a whpk_AAAA"], "go together"),
        (["a https://panel.example/ whpk_AAAA"], "name the decisions"),
        (["a", "a optional"], "named twice"),
        (["built-in-x " + "y" * 3], "is no decision"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(
    entries: list[str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        read_chosen(entries)
