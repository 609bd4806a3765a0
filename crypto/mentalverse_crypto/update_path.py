"""The UpdatePath structure (§7.6)."""

from dataclasses import dataclass

from .codec import Reader, opaque, vector
from .hpke import HPKECiphertext
from .leaf import LeafNode


@dataclass(frozen=True, slots=True)
class UpdatePathNode:
    """`UpdatePathNode`: a key, and its path secret for each node below."""

    encryption_key: bytes
    encrypted_path_secret: tuple[HPKECiphertext, ...]

    def encode(self) -> bytes:
        """The structure on the wire."""
        sealed = vector(c.encode() for c in self.encrypted_path_secret)
        return opaque(self.encryption_key) + sealed

    @classmethod
    def read(cls, reader: Reader) -> "UpdatePathNode":
        """The structure from the wire."""
        return cls(reader.opaque(), reader.vector(HPKECiphertext.read))


@dataclass(frozen=True, slots=True)
class UpdatePath:
    """`UpdatePath`: the sender's leaf and its filtered direct path."""

    leaf_node: LeafNode
    nodes: tuple[UpdatePathNode, ...]

    def encode(self) -> bytes:
        """The structure on the wire."""
        return self.leaf_node.encode() + vector(n.encode() for n in self.nodes)

    @classmethod
    def read(cls, reader: Reader) -> "UpdatePath":
        """The structure from the wire."""
        return cls(LeafNode.read(reader), reader.vector(UpdatePathNode.read))
