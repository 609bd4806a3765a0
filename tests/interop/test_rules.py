"""Every rule of RFC 9420, broken before Python and before the browser's engine.

Both stand at the same leaf of the same group and are given the same; the table is that
of `tests/crypto/group/test_rules`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from load_tests.js_member import NoWords
from load_tests.js_peer import JsError, JsPeer

from support.broken.rule import Given, Plan, Publication, Scene, scene
from support.broken.rule import take as take_in_python
from support.broken.structures import STRUCTURES
from support.broken.table import RULES
from support.browser_twin import DECLARED, go_on, take_in_browser, twin_of, twinned

NOT_ASKED: dict[str, str] = {
    "12.2 committer updates itself, in a list of proposals": "no Update by value",
    "12.2 ExternalInit by a member, in a list of proposals": "no ExternalInit by value",
    "12.2 a PSK named twice, in a list of proposals": "nonces are drawn by the engine",
    "12.1.4 a PSK nonce too short, in a list of proposals": "nonces are drawn, too",
    "10.0 the mark of a last resort, in a KeyPackage of one's own": "no such option",
    "7.2 an extension of its leaf, in a KeyPackage of one's own": "no such option",
}
"""What the interface of the browser's engine has no words for, so that it cannot be
asked to break the rule. What others send it for the first four it refuses."""


@pytest.fixture
def judged(peer: JsPeer) -> Scene:
    return scene(judge=partial(twinned, peer=peer))


def _asked(broken: str, attacks: Sequence[Given]) -> list[Given]:
    """What the browser's engine is given of it."""
    if broken not in NOT_ASKED:
        return list(attacks)
    silent = [each for each in attacks if isinstance(each, Plan | Publication)]
    assert silent
    return [each for each in attacks if each not in silent]


@pytest.mark.parametrize("broken", RULES)
def test_a_broken_rule_is_refused_in_both_languages(
    judged: Scene, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Python refuses the browser refuses, and both go on as before."""
    attacks = RULES[broken].make(judged, monkeypatch)
    before = twin_of(judged.judge).stored()
    for given in attacks:
        with pytest.raises(RULES[broken].error):
            take_in_python(judged, given)
    for given in _asked(broken, attacks):
        with pytest.raises(JsError) as refusal:
            take_in_browser(judged, given)
        assert refusal.value.code in DECLARED
    assert twin_of(judged.judge).stored() == before
    go_on(judged)


@pytest.mark.parametrize("broken", NOT_ASKED)
def test_what_the_browser_cannot_be_asked_is_listed(
    judged: Scene, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is exact: there are no words for what stands in it."""
    attacks = RULES[broken].make(judged, monkeypatch)
    asked = _asked(broken, attacks)
    for given in attacks:
        if given not in asked:
            with pytest.raises(NoWords):
                take_in_browser(judged, given)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_structure_that_stands_is_taken_in_both_languages(
    judged: Scene, structure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What carries a broken structure is taken when that is sound."""
    given = STRUCTURES[structure].carry(judged, monkeypatch)
    take_in_python(judged, given)
    take_in_browser(judged, given)
