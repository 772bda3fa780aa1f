"""One independent random stream for each builder of a run."""

from __future__ import annotations

import hashlib

import numpy as np

# of the name's hash: enough that no two names share a key
KEY_BYTES = 8


def builder_stream(seed: int, builder: str, occurrence: int = 0) -> np.random.Generator:
    """The stream of (seed, builder name, how many builders of that name came before it in the config).

    Spawned from one SeedSequence by a key that no other builder enters, so that adding, removing or
    reordering other builders changes nothing. The name is hashed with SHA-256, which, unlike ``hash``,
    is the same in every process.
    """
    name = int.from_bytes(hashlib.sha256(builder.encode()).digest()[:KEY_BYTES], "big")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(name, occurrence)))
