"""Padding to size buckets (§6.3.1, §15.1).

The padded length of a `PrivateMessageContent` is one of 256, 512 … 32,768
octets, so a ciphertext tells only which of eight sizes it has. Longer content
(large commits) is padded to the next multiple of the largest bucket.
"""

SMALLEST_BUCKET_BYTES = 256
LARGEST_BUCKET_BYTES = 32_768


def padded_length(length: int) -> int:
    """The bucket for content of this many octets."""
    if length > LARGEST_BUCKET_BYTES:
        return -(-length // LARGEST_BUCKET_BYTES) * LARGEST_BUCKET_BYTES
    return max(SMALLEST_BUCKET_BYTES, 1 << (length - 1).bit_length())


def pad(content: bytes) -> bytes:
    """The content with zero octets up to its bucket."""
    return content.ljust(padded_length(len(content)), b"\x00")
