"""The log's tree: each root and proof as defined, and nothing else accepted."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.errors import InvalidRequest, LogProofInvalid
from mentalverse_crypto.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_nodes,
    consistency_proof,
    frontier_at,
    frontier_nodes,
    inclusion_nodes,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from support.mutations import bit_flips

SIZES = 40
ENTRIES = [f"entry {n}".encode() for n in range(SIZES)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]

# The test data of Certificate Transparency implementations, known to many logs.
KNOWN_ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

repeatable = settings(database=None, deadline=None, derandomize=True)


class Stored:
    """A log as a server keeps it: nodes by coordinate, and who asked for which."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.asked: list[tuple[int, int]] = []
        self.frontier = Frontier()
        self.roots = [self.frontier.root()]
        for entry in entries:
            self.frontier, nodes = self.frontier.append(leaf_hash(entry))
            self.nodes |= {(level, index): made for level, index, made in nodes}
            self.roots.append(self.frontier.root())

    def node_at(self, level: int, index: int) -> bytes:
        self.asked.append((level, index))
        return self.nodes[level, index]


LOG = Stored(ENTRIES)


def by_definition(entries: Sequence[bytes]) -> bytes:
    """MTH, word for word (RFC 9162 §2.1.1)."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while 2 * k < len(entries):
        k *= 2
    left, right = by_definition(entries[:k]), by_definition(entries[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_every_root_is_the_one_of_the_definition() -> None:
    assert LOG.roots == [by_definition(ENTRIES[:size]) for size in range(SIZES + 1)]
    assert LOG.roots[0] == EMPTY_ROOT


def test_the_roots_are_those_that_other_logs_compute() -> None:
    known = Stored(KNOWN_ENTRIES)
    assert {size: known.roots[size].hex() for size in KNOWN_ROOTS} == KNOWN_ROOTS


def test_each_node_is_made_once_and_is_the_root_of_its_leaves() -> None:
    seen: set[tuple[int, int]] = set()
    frontier = Frontier()
    for leaf in LEAVES:
        frontier, nodes = frontier.append(leaf)
        for level, index, made in nodes:
            covered = ENTRIES[index << level : (index + 1) << level]
            assert made == by_definition(covered)
            assert (level, index) not in seen
            seen.add((level, index))


def test_every_entry_of_every_size_is_proven_to_be_included() -> None:
    for size in range(1, SIZES + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.node_at)
            verify_inclusion(LEAVES[index], index, size, proof, LOG.roots[size])


def test_every_size_is_proven_to_continue_every_smaller_one() -> None:
    for second in range(SIZES + 1):
        for first in range(second + 1):
            proof = consistency_proof(first, second, LOG.node_at)
            verify_consistency(
                first, LOG.roots[first], second, LOG.roots[second], proof
            )


def test_a_proof_of_one_entry_shows_no_other() -> None:
    for size in (1, 2, 7, 8, 13, SIZES):
        for index in range(size):
            proof = inclusion_proof(index, size, LOG.node_at)
            for other in set(range(SIZES)) - {index}:
                with pytest.raises(LogProofInvalid):
                    verify_inclusion(LEAVES[other], index, size, proof, LOG.roots[size])
                with pytest.raises(LogProofInvalid):
                    verify_inclusion(LEAVES[index], other, size, proof, LOG.roots[size])


def test_a_log_that_rewrote_an_entry_proves_no_consistency() -> None:
    for changed in range(0, 20, 3):
        entries = list(ENTRIES)
        entries[changed] = b"rewritten"
        forked = Stored(entries)
        for first in range(changed + 1, 24):
            for second in range(first, 28):
                proof = consistency_proof(first, second, forked.node_at)
                with pytest.raises(LogProofInvalid):
                    verify_consistency(
                        first, LOG.roots[first], second, forked.roots[second], proof
                    )


def test_a_log_that_dropped_an_entry_proves_no_consistency() -> None:
    shortened = Stored(ENTRIES[:5] + ENTRIES[6:])
    for first in range(6, 20):
        for second in range(first, SIZES):
            proof = consistency_proof(first, second, shortened.node_at)
            with pytest.raises(LogProofInvalid):
                verify_consistency(
                    first, LOG.roots[first], second, shortened.roots[second], proof
                )


@pytest.mark.parametrize(("index", "size"), [(0, 1), (3, 7), (6, 7), (12, 32)])
def test_a_damaged_inclusion_proof_is_refused(index: int, size: int) -> None:
    root = LOG.roots[size]
    proof = inclusion_proof(index, size, LOG.node_at)
    for damaged in damaged_copies(proof):
        with pytest.raises(LogProofInvalid):
            verify_inclusion(LEAVES[index], index, size, damaged, root)


@pytest.mark.parametrize(
    ("first", "second"), [(1, 2), (3, 7), (4, 8), (6, 6), (8, 32), (13, 31)]
)
def test_a_damaged_consistency_proof_is_refused(first: int, second: int) -> None:
    roots = LOG.roots[first], LOG.roots[second]
    proof = consistency_proof(first, second, LOG.node_at)
    for damaged in damaged_copies(proof):
        with pytest.raises(LogProofInvalid):
            verify_consistency(first, roots[0], second, roots[1], damaged)


def test_a_proof_is_of_the_depth_of_its_log() -> None:
    proof = consistency_proof(3, 7, LOG.node_at)
    with pytest.raises(LogProofInvalid):
        verify_consistency(3, LOG.roots[3], 70, LOG.roots[7], proof)
    shown = inclusion_proof(2, 7, LOG.node_at)
    with pytest.raises(LogProofInvalid):
        verify_inclusion(LEAVES[2], 2, 70, shown, LOG.roots[7])


def test_a_log_shrinks_in_no_proof() -> None:
    for first, second in ((-1, 4), (5, 4)):
        with pytest.raises(LogProofInvalid):
            verify_consistency(first, LOG.roots[4], second, LOG.roots[4], ())


def damaged_copies(proof: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """A hash more, less, shorter, flipped or swapped: each another proof."""
    copies = [(*proof, bytes(32)), (bytes(32), *proof), (*proof, *[bytes(32)] * 64)]
    for place, each in enumerate(proof):
        rest = proof[:place], proof[place + 1 :]
        copies.append((*rest[0], *rest[1]))
        copies.append((*rest[0], each[:-1], *rest[1]))
        flips = list(bit_flips(each))[:: 8 * 8]
        copies += [(*rest[0], flipped, *rest[1]) for flipped in flips]
    for left, right in pairwise(range(len(proof))):
        swapped = list(proof)
        swapped[left], swapped[right] = swapped[right], swapped[left]
        copies.append(tuple(swapped))
    return copies


@repeatable
@given(
    st.integers(0, 99),
    st.integers(0, 99),
    st.lists(st.binary(min_size=32, max_size=32)),
)
def test_no_invented_proof_is_accepted(
    first: int, second: int, proof: list[bytes]
) -> None:
    with pytest.raises(LogProofInvalid):
        verify_inclusion(leaf_hash(b"never logged"), first, second, proof, EMPTY_ROOT)
    with pytest.raises(LogProofInvalid):
        verify_consistency(first, leaf_hash(b"one"), second, leaf_hash(b"two"), proof)


def test_a_stored_log_is_asked_only_for_what_was_announced() -> None:
    for size in range(1, SIZES + 1):
        for index in range(size):
            LOG.asked.clear()
            inclusion_proof(index, size, LOG.node_at)
            assert tuple(LOG.asked) == inclusion_nodes(index, size)
            LOG.asked.clear()
            consistency_proof(index, size, LOG.node_at)
            assert tuple(LOG.asked) == consistency_nodes(index, size)


def test_a_proof_in_a_log_of_a_billion_asks_for_few_nodes() -> None:
    billion = 10**9
    for index in (0, 1, 2**29, 2**29 + 7, billion - 1):
        assert len(inclusion_nodes(index, billion)) <= 60
        assert len(consistency_nodes(index, billion)) <= 60


def test_a_log_goes_on_from_what_was_stored() -> None:
    for size in range(SIZES):
        resumed = frontier_at(size, LOG.node_at)
        assert resumed.root() == LOG.roots[size]
        assert len(frontier_nodes(size)) == len(resumed.peaks)
        grown, _ = resumed.append(LEAVES[size])
        assert grown.root() == LOG.roots[size + 1]


@pytest.mark.parametrize(
    ("size", "peaks"),
    [(1, ()), (2, (bytes(32), bytes(32))), (1, (b"short",)), (-1, ())],
)
def test_a_frontier_fits_its_size(size: int, peaks: tuple[bytes, ...]) -> None:
    with pytest.raises(InvalidRequest):
        Frontier(size, peaks)


def test_nothing_is_proven_of_what_is_not_there() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(InvalidRequest):
            inclusion_proof(index, size, LOG.node_at)
    for first, second in ((6, 5), (-1, 5)):
        with pytest.raises(InvalidRequest):
            consistency_proof(first, second, LOG.node_at)
