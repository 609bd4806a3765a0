"""Damaged copies of an encoding: every cut and every flipped bit."""

from collections.abc import Iterator


def truncations(data: bytes) -> Iterator[bytes]:
    """Every proper prefix."""
    return (data[:length] for length in range(len(data)))


def bit_flips(data: bytes) -> Iterator[bytes]:
    """Every copy with exactly one bit changed."""
    for position in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            yield bytes(flipped)
