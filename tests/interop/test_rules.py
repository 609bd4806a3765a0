"""Every rule of RFC 9420, broken before Python and before the browser's engine.

Both stand at the same leaf of the same group and are given the same; the table is that
of `tests/crypto/group/test_rules`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from load_tests.js_peer import JsError, JsPeer

from mentalverse_crypto import group
from mentalverse_crypto.proposals import Add
from support.broken.rule import FOR_NEWCOMERS, Given, Plan, Publication, Scene, scene
from support.broken.rule import take as take_in_python
from support.broken.structures import STRUCTURES
from support.broken.table import RULES
from support.browser_twin import DECLARED, TwinnedClient, twinned

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


def _twins(judged: Scene) -> tuple[TwinnedClient, TwinnedClient]:
    """The member and the newcomer who judge."""
    judge, newcomer = judged.judge, judged.newcomer
    assert isinstance(judge, TwinnedClient)
    assert isinstance(newcomer, TwinnedClient)
    return judge, newcomer


def _take_in_browser(judged: Scene, given: Given) -> None:
    judge, newcomer = _twins(judged)
    who = newcomer if isinstance(given, FOR_NEWCOMERS) else judge
    who.browser.take(given)


def _asked(broken: str, attacks: Sequence[Given]) -> list[Given]:
    """What the browser's engine is given of it."""
    if broken not in NOT_ASKED:
        return list(attacks)
    silent = [each for each in attacks if isinstance(each, Plan | Publication)]
    assert silent
    return [each for each in attacks if each not in silent]


def _go_on(judged: Scene) -> None:
    """Somebody honest lets the newcomer in, and all follow in both languages."""
    judge, newcomer = _twins(judged)
    add = Add(newcomer.key_package())
    staged = judged.members[2].stage(add, include_pending=False)
    assert staged.welcome is not None
    judge.process(staged.commit)
    newcomer.join(staged.welcome)
    for twin in (judge, newcomer):
        assert twin.agrees()
        assert group.epoch_authenticator(twin.state) == group.epoch_authenticator(
            staged.state
        )


@pytest.mark.parametrize("broken", RULES)
def test_a_broken_rule_is_refused_in_both_languages(
    judged: Scene, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Python refuses the browser refuses, and both go on as before."""
    attacks = RULES[broken].make(judged, monkeypatch)
    judge, _ = _twins(judged)
    before = judge.browser.stored()
    for given in attacks:
        with pytest.raises(RULES[broken].error):
            take_in_python(judged, given)
    for given in _asked(broken, attacks):
        with pytest.raises(JsError) as refusal:
            _take_in_browser(judged, given)
        assert refusal.value.code in DECLARED
    assert judge.browser.stored() == before
    _go_on(judged)


@pytest.mark.parametrize("broken", NOT_ASKED)
def test_what_the_browser_cannot_be_asked_is_listed(
    judged: Scene, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is exact: there are no words for what stands in it."""
    attacks = RULES[broken].make(judged, monkeypatch)
    asked = _asked(broken, attacks)
    for given in attacks:
        if given not in asked:
            with pytest.raises(NotImplementedError):
                _take_in_browser(judged, given)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_structure_that_stands_is_taken_in_both_languages(
    judged: Scene, structure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What carries a broken structure is taken when that is sound."""
    given = STRUCTURES[structure].carry(judged, monkeypatch)
    take_in_python(judged, given)
    _take_in_browser(judged, given)
