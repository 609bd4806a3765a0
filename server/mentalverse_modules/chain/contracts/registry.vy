#pragma version 0.4.3
#pragma evm-version cancun
"""
@title Roots that one installation stands by
@license Apache-2.0
@notice Published are roots and sizes of trees, and bits of credentials that were taken
    back. Leaves are over salted commitments: a root tells nothing of what is below it.
    Whoever holds a commitment and its way shows that it is there.
@dev The trees are those of RFC 9162, with SHA-256: 0x00 before a leaf, 0x01 before a
    node. Nothing that was published is ever changed. Unaudited.
"""

LEDGER: constant(uint8) = 1
CREDENTIALS: constant(uint8) = 2
MAX_WAY: constant(uint256) = 64

struct Tree:
    kind: uint8
    size: uint256
    published_at: uint256

event Published:
    kind: indexed(uint8)
    root: indexed(bytes32)
    size: uint256

event Revoked:
    root: indexed(bytes32)
    word: uint256
    bits: uint256

ISSUER: public(immutable(address))
trees: public(HashMap[bytes32, Tree])
# The newest root of the ledger.
ledger_root: public(bytes32)
# root -> place // 256 -> bits, the lowest for the first place.
revoked: public(HashMap[bytes32, HashMap[uint256, uint256]])


@deploy
def __init__():
    ISSUER = msg.sender


@external
def publish(kind: uint8, root: bytes32, size: uint256):
    assert msg.sender == ISSUER, "not the issuer"
    assert kind == LEDGER or kind == CREDENTIALS, "no such kind"
    assert size > 0, "nothing to publish"
    assert self.trees[root].size == 0, "published before"
    if kind == LEDGER:
        assert size > self.trees[self.ledger_root].size, "a ledger only grows"
        self.ledger_root = root
    self.trees[root] = Tree(kind=kind, size=size, published_at=block.timestamp)
    log Published(kind=kind, root=root, size=size)


@external
def revoke(root: bytes32, word: uint256, bits: uint256):
    """
    @notice Take credentials back, for ever: bits are only ever set.
    """
    assert msg.sender == ISSUER, "not the issuer"
    assert self.trees[root].kind == CREDENTIALS, "no such credentials"
    self.revoked[root][word] |= bits
    log Revoked(root=root, word=word, bits=bits)


@external
@view
def is_in(root: bytes32, commitment: bytes32, place: uint256, way: DynArray[bytes32, MAX_WAY]) -> bool:
    """
    @notice Whether a commitment is in a published tree: a row of the ledger, a credential.
    """
    return self._is_in(root, commitment, place, way)


@external
@view
def is_valid(root: bytes32, commitment: bytes32, place: uint256, way: DynArray[bytes32, MAX_WAY]) -> bool:
    """
    @notice Whether a credential was published and has not been taken back.
    """
    if self.trees[root].kind != CREDENTIALS:
        return False
    if (self.revoked[root][place // 256] >> (place % 256)) & 1 == 1:
        return False
    return self._is_in(root, commitment, place, way)


@internal
@view
def _is_in(root: bytes32, commitment: bytes32, place: uint256, way: DynArray[bytes32, MAX_WAY]) -> bool:
    # RFC 9162, 2.1.3.2.
    size: uint256 = self.trees[root].size
    if place >= size:
        return False
    at: uint256 = place
    last: uint256 = size - 1
    found: bytes32 = sha256(concat(b"\x00", commitment))
    for beside: bytes32 in way:
        if last == 0:
            return False
        if at & 1 == 1 or at == last:
            found = sha256(concat(b"\x01", beside, found))
            for _: uint256 in range(64):
                if at == 0 or at & 1 == 1:
                    break
                at >>= 1
                last >>= 1
        else:
            found = sha256(concat(b"\x01", found, beside))
        at >>= 1
        last >>= 1
    return last == 0 and found == root
