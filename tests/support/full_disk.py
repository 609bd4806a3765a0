"""A disk without room for one file: the kernel's own full device."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from mentalverse_server.crisis.spool_file import SpoolFile


@contextmanager
def full_disk(file: SpoolFile) -> Iterator[None]:
    """Every write to the file meets ENOSPC while the block runs."""
    descriptor = file._descriptor
    saved, full = os.dup(descriptor), os.open("/dev/full", os.O_RDWR)
    os.dup2(full, descriptor)
    os.close(full)
    try:
        yield
    finally:
        os.dup2(saved, descriptor)
        os.close(saved)
