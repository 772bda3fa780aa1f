"""Files that appear whole or not at all: written under a temporary name in the same folder, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def replacement(target: Path, prefix: str | None = None, suffix: str = "") -> Iterator[IO[bytes]]:
    """Yield a file open for writing beside ``target``; when the block ends without an error it becomes ``target``.

    It is synced to the disk and given the mode 0644 before the rename. Its name is its own, so that several processes
    may write the same target; ``prefix`` (``.NAME-`` of the target unless given) starts with a dot, so that folder
    listings leave it out. After an error nothing is left of it, and what was at ``target`` before is still there.
    Raises OSError where the disk refuses.
    """
    stream = tempfile.NamedTemporaryFile(  # noqa: SIM115
        dir=target.parent, prefix=prefix or f".{target.name}-", suffix=suffix, delete=False
    )
    temporary = Path(stream.name)
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        with contextlib.suppress(OSError):  # after the rename there is none
            temporary.unlink()


def disk_is_full(error: OSError) -> bool:
    """Whether the disk, or the user's share of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
