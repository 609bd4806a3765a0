"""The transparency log: proofs by Python, judged by Python and the browser alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto import device_list, log_entry, merkle, transparency
from mentalverse_crypto.ciphersuite import CipherSuite, generate_signature_key_pair
from mentalverse_crypto.device_list import ListedDevice
from mentalverse_crypto.log_entry import EntryKind, LogEntry
from mentalverse_crypto.merkle import Frontier
from mentalverse_crypto.transparency import SignedHead
from support.deterministic import seeded_rng
from support.formats import assert_agreed, describe, ours, theirs
from support.mutations import bit_flips, truncations
from support.transparency_log import LoggingService

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MOST = 64
LEAVES = [b"entry %d" % place for place in range(MOST)]
NOTHING = ("refused", "log.proof_invalid")

repeatable = settings(database=None, deadline=None, derandomize=True)
u64s = st.integers(0, 2**64 - 1)


def octets_of(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


entries = st.builds(
    LogEntry,
    st.sampled_from(EntryKind),
    u64s,
    octets_of(32),
    octets_of(32),
    octets_of(32),
    u64s,
    u64s,
)
heads = st.builds(SignedHead, octets_of(32), u64s, octets_of(32), u64s, octets_of(64))


class Tree:
    """The first 64 entries, with every node and the root of every size."""

    def __init__(self) -> None:
        frontier = Frontier()
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.frontiers = [frontier]
        for leaf in LEAVES:
            frontier, made = frontier.append(merkle.leaf_hash(leaf))
            self.nodes |= {(level, place): node for level, place, node in made}
            self.frontiers.append(frontier)

    def root(self, size: int) -> bytes:
        """Of the first `size` entries."""
        return self.frontiers[size].root()

    def node_at(self, level: int, position: int) -> bytes:
        """A stored hash."""
        return self.nodes[level, position]


TREE = Tree()


def _consistency(first: int, second: int) -> dict[str, Any]:
    return {
        "first": str(first),
        "firstRoot": TREE.root(first),
        "second": str(second),
        "secondRoot": TREE.root(second),
        "proof": merkle.consistency_proof(first, second, TREE.node_at),
    }


def _inclusion(index: int, size: int) -> dict[str, Any]:
    return {
        "leaf": merkle.leaf_hash(LEAVES[index]),
        "index": str(index),
        "size": str(size),
        "proof": merkle.inclusion_proof(index, size, TREE.node_at),
        "root": TREE.root(size),
    }


def _check_consistency(fields: dict[str, Any]) -> bool:
    merkle.verify_consistency(
        int(fields["first"]),
        fields["firstRoot"],
        int(fields["second"]),
        fields["secondRoot"],
        fields["proof"],
    )
    return True


def _check_inclusion(fields: dict[str, Any]) -> bool:
    merkle.verify_inclusion(
        fields["leaf"],
        int(fields["index"]),
        int(fields["size"]),
        fields["proof"],
        fields["root"],
    )
    return True


def _damaged(proof: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Every hash altered, left out or doubled; the order turned; one more."""
    damaged: list[Sequence[bytes]] = [proof[::-1], [*proof, bytes(32)], [bytes(31)]]
    for place, node in enumerate(proof):
        before, after = proof[:place], proof[place + 1 :]
        damaged += [
            [*before, *after],
            [*before, node, node, *after],
            [*before, bytes((node[0] ^ 1,)) + node[1:], *after],
        ]
    return damaged


def test_every_size_has_the_same_root_and_peaks(formats: JsPeer) -> None:
    requests = [{"leaves": LEAVES[:size]} for size in range(MOST + 1)]
    for frontier, verdict in zip(
        TREE.frontiers, theirs(formats, "root", requests), strict=True
    ):
        root, peaks = verdict[1]
        assert octets(root) == frontier.root()
        assert tuple(map(octets, peaks)) == frontier.peaks


def test_frontiers_of_another_form_are_refused_alike(formats: JsPeer) -> None:
    sizes = (0, 1, 2, 3, 7, 8, 2**64 - 1)
    lengths = (0, 1, 2, 3, 64)
    given_frontiers = [
        (size, [bytes(octet)] * count)
        for size in sizes
        for count in lengths
        for octet in (32, 31)
    ]
    requests = [{"size": str(size), "peaks": each} for size, each in given_frontiers]
    said = theirs(formats, "frontierRoot", requests)
    for (size, peaks), (verdict, value) in zip(given_frontiers, said, strict=True):
        mine = ours(lambda s=size, p=peaks: Frontier(s, tuple(p)).root())  # type: ignore[misc]
        assert (verdict, octets(value) if verdict == "ok" else value) == mine


def test_every_pair_of_sizes_is_consistent_for_both(formats: JsPeer) -> None:
    pairs = [(f, s) for s in range(MOST + 1) for f in range(s + 1)]
    requests = [_consistency(*pair) for pair in pairs]
    assert all(_check_consistency(each) for each in requests)
    assert theirs(formats, "consistent", requests) == [("ok", True)] * len(pairs)


def test_every_entry_is_included_for_both(formats: JsPeer) -> None:
    places = [(index, size) for size in range(1, MOST + 1) for index in range(size)]
    requests = [_inclusion(*place) for place in places]
    assert all(_check_inclusion(each) for each in requests)
    assert theirs(formats, "included", requests) == [("ok", True)] * len(places)


def test_damaged_proofs_of_consistency_are_judged_alike(formats: JsPeer) -> None:
    """Wrong hashes, sizes and roots, between all pairs of sizes up to 17."""
    requests = []
    for first, second in ((f, s) for s in range(18) for f in range(s + 1)):
        whole = _consistency(first, second)
        requests += [whole | {"proof": proof} for proof in _damaged(whole["proof"])]
        for step in (-1, 1, 2**32, 2**63):
            requests.append(whole | {"first": str(first + step)})
            requests.append(whole | {"second": str(second + step)})
        requests.append(whole | {"firstRoot": whole["secondRoot"]})
        requests.append(whole | {"secondRoot": whole["firstRoot"]})
        requests.append(whole | {"proof": [bytes(32)] * 65})
    _assert_judged(formats, "consistent", requests)


def test_damaged_proofs_of_inclusion_are_judged_alike(formats: JsPeer) -> None:
    """Wrong hashes, places and sizes, for all entries of logs up to 17."""
    requests = []
    for index, size in ((i, s) for s in range(1, 18) for i in range(s)):
        whole = _inclusion(index, size)
        requests += [whole | {"proof": proof} for proof in _damaged(whole["proof"])]
        for step in (-1, 1, 2**32, 2**63):
            requests.append(whole | {"index": str(index + step)})
            requests.append(whole | {"size": str(size + step)})
        requests.append(whole | {"root": whole["leaf"]})
        requests.append(whole | {"root": b"", "proof": []})
        requests.append(whole | {"proof": [bytes(32)] * 65})
    _assert_judged(formats, "included", requests)


def _assert_judged(formats: JsPeer, verb: str, requests: list[dict[str, Any]]) -> None:
    check = _check_inclusion if verb == "included" else _check_consistency
    mine = [ours(partial(check, each)) for each in requests]
    assert theirs(formats, verb, requests) == mine
    assert NOTHING in mine


# --- entries and heads ---

LOG = LoggingService(NOW)
ACCOUNT = generate_signature_key_pair(seeded_rng(1))
LIST = device_list.sign_first(
    ACCOUNT, b"account-16-bytes", [ListedDevice(b"p" * 16, b"P" * 32, 7)]
)
LOG.record_account(LIST)
for _seq in range(1, 13):
    LOG.record(log_entry.as_key_entry(_seq, bytes((_seq,)) * 32, _seq, NOW))


@repeatable
@given(entry=entries)
def test_any_entry_is_the_same_value_and_octets(
    formats: JsPeer, entry: LogEntry
) -> None:
    data, value = entry.encode(), describe(entry)
    assert formats.call("readLogEntry", data=data) == value
    assert octets(formats.call("writeLogEntry", value=value)) == data
    assert octets(formats.call("leafHash", data=data)) == entry.leaf_hash()


@repeatable
@given(head=heads)
def test_any_head_is_the_same_value_and_octets(
    formats: JsPeer, head: SignedHead
) -> None:
    data, value = head.encode(), describe(head)
    assert formats.call("readSignedHead", data=data) == value
    assert octets(formats.call("writeSignedHead", value=value)) == data


def _described(read: Callable[[bytes], object], data: bytes) -> object:
    return describe(read(data))


def test_damaged_entries_and_heads_are_read_alike(formats: JsPeer) -> None:
    readers: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
        "readLogEntry": (LOG.entries[0].encode(), LogEntry.decode),
        "readSignedHead": (LOG.head(NOW).encode(), SignedHead.decode),
    }
    for verb, (whole, read) in readers.items():
        damaged = (*bit_flips(whole), *truncations(whole), whole + b"\x00")
        said = assert_agreed(formats, verb, damaged, partial(_described, read))
        assert ("refused", "mls.decode") in said


def test_no_flipped_bit_of_a_head_is_verified(formats: JsPeer) -> None:
    def verify(data: bytes) -> bool:
        transparency.verify_head(SignedHead.decode(data), LOG.public)
        return True

    whole = LOG.head(NOW).encode()
    fixed = {"logPublic": LOG.public}
    assert assert_agreed(formats, "verifyHead", [whole], verify, **fixed)[0][1]
    said = assert_agreed(formats, "verifyHead", bit_flips(whole), verify, **fixed)
    assert {code for _, code in said} == {"log.wrong", "mls.signature", "mls.decode"}


def test_entries_are_proven_and_followed_by_both(formats: JsPeer) -> None:
    head = LOG.head(NOW).encode()
    whole = [each.encode() for each in LOG.entries]
    proofs = [LOG.prove(seq) for seq in range(len(whole))]
    requests = [
        {"entry": entry.encode(), "proof": proof, "head": head}
        for entry, proof in proofs
    ]
    assert theirs(formats, "verifyEntry", requests) == [("ok", True)] * len(whole)
    moved = requests[3] | {"entry": replace(LOG.entries[3], seq=4).encode()}
    assert theirs(formats, "verifyEntry", [moved]) == [NOTHING]

    altered = replace(LOG.entries[5], public_key=bytes(32)).encode()
    for read, expected in (
        (whole, ("ok", True)),
        (whole[:-1], NOTHING),
        ([*whole[:5], altered, *whole[6:]], NOTHING),
        (whole[1:], ("refused", "log.entries_missing")),
        ([*whole[:4], *whole[5:]], ("refused", "log.entries_missing")),
        ([*whole, whole[-1]], ("refused", "log.entries_missing")),
    ):
        assert theirs(formats, "follow", [{"entries": read, "head": head}]) == [
            expected
        ]


def test_heads_grow_for_both(formats: JsPeer) -> None:
    other = LoggingService(NOW, seed=71)
    last = len(LOG.entries)
    for first in range(last + 1):
        before, after = LOG.head(NOW, first), LOG.head(NOW)
        proof = LOG.growth(first, last)
        fields = {"before": before.encode(), "after": after.encode(), "proof": proof}
        strange = fields | {"after": other.head(NOW).encode()}
        shrunk = fields | {"before": fields["after"], "after": fields["before"]}
        said = theirs(formats, "verifyGrowth", [fields, strange, shrunk])
        assert said[:2] == [("ok", True), ("refused", "log.wrong")]
        assert said[2] == (NOTHING if first < last else ("ok", True))


def test_an_entry_records_one_list_for_both(formats: JsPeer) -> None:
    entry = LOG.entries[0]
    entries_given = [
        entry,
        replace(entry, seq=99, time_ms=0),
        replace(entry, kind=EntryKind.BUNDLE),
        replace(entry, tag=bytes(32)),
        replace(entry, public_key=bytes(32)),
        replace(entry, content_hash=bytes(32)),
        replace(entry, counter=2),
    ]
    requests = [{"entry": e.encode(), "list": LIST.encode()} for e in entries_given]
    wrong = ("refused", "log.wrong")
    assert theirs(formats, "recordsList", requests) == [("ok", True)] * 2 + [wrong] * 5
    tag = octets(formats.call("tagOf", accountId=LIST.account_id))
    assert tag == log_entry.tag_of(LIST.account_id)


def test_a_key_for_reports_is_recognised(formats: JsPeer) -> None:
    suite = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519
    entry = log_entry.report_key_entry(3, suite, bytes(1_216), 2, NOW)
    fields = {"entry": entry.encode(), "suite": int(suite), "public": bytes(1_216)}
    requests = [
        fields,
        fields | {"suite": 1},
        fields | {"public": bytes(1_215)},
        fields | {"entry": replace(entry, kind=EntryKind.BUNDLE).encode()},
        fields | {"entry": replace(entry, tag=log_entry.BUNDLES_TAG).encode()},
    ]
    said = [value for _, value in theirs(formats, "recordsReportKey", requests)]
    assert said == [True, False, False, False, False]
