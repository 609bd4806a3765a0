"""Errors: what a program or a person goes by is one code for each, in families."""

from collections.abc import Iterator

import pytest

from mentalverse_crypto import errors, storage_errors
from mentalverse_crypto.errors import MlsError


def _below(kind: type[MlsError]) -> Iterator[type[MlsError]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("mentalverse_crypto."):
            yield child
            yield from _below(child)


ERRORS = list(_below(MlsError))


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [vars(kind)["code"] for kind in (MlsError, *ERRORS)]
    assert len(set(codes)) == len(codes) > 50


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_a_code_begins_with_that_of_its_family(kind: type[MlsError]) -> None:
    family = kind.__mro__[1]
    assert issubclass(family, MlsError)
    if family is not MlsError:
        assert kind.code.startswith(f"{family.code}.")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_stands_in_the_drawing_of_its_module(kind: type[MlsError]) -> None:
    module = {each.__name__: each for each in (errors, storage_errors)}[kind.__module__]
    assert kind.__name__ in (module.__doc__ or "").replace("─", " ").split()
