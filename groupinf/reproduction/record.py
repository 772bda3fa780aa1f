"""What a reproduction has done so far: reproduction.json in its folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from groupinf.errors import DataError
from groupinf.experiments.folder.files import write_atomically
from groupinf.experiments.folder.kinds import is_sweep
from groupinf.studies.group_effects.evaluate import VERSION
from groupinf.studies.group_effects.identity import STAGE_VERSIONS
from groupinf.studies.registry import load_run
from groupinf.studies.sweeps import load_sweep

RECORD = "reproduction.json"


@dataclass(frozen=True)
class Entry:
    """A study that was begun: its key, its folder within the reproduction's, and the seconds of all goes, on the clock
    and of processors.

    The folder is empty while the study is not done; seconds of processors are 0 where they are not known.
    """

    key: str
    folder: str
    seconds: float
    processor: float = 0.0


@dataclass(frozen=True)
class Record:
    """Entries by study; datasets that are absent, with the files they lack; what failed, and how; what was set."""

    entries: dict[str, Entry]
    absent: dict[str, list[str]]
    failed: dict[str, str]
    shrunk: list[str]

    def done(self) -> dict[str, Entry]:
        """The studies that are done."""
        return {name: entry for name, entry in self.entries.items() if entry.folder}

    def with_entry(self, name: str, entry: Entry) -> Record:
        """The record with this entry in the place of the study's last."""
        return replace(self, entries={**self.entries, name: entry})


def key_of(command: Sequence[str], config: Path) -> str:
    """A hash of all that decides a study's numbers, short of its data: command, configuration, versions of stages."""
    about = [list(command), config.read_text(encoding="utf-8"), STAGE_VERSIONS, VERSION]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]


def read_record(out: Path) -> Record:
    """The record in ``out``; raises DataError where there is none."""
    path = out / RECORD
    if not path.is_file():
        raise DataError(f"{out}: expected {RECORD}, found none; scripts/reproduce.sh PAPER --out {out} makes it")
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Record(**{**stored, "entries": {name: Entry(**entry) for name, entry in stored["entries"].items()}})


def known_record(out: Path) -> Record:
    """The record in ``out``, an empty one where nothing has run there."""
    return read_record(out) if (out / RECORD).exists() else Record({}, {}, {}, [])


def write_record(out: Path, record: Record) -> None:
    """Store the record in ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / RECORD, (json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n").encode())


def is_whole(folder: Path) -> bool:
    """Whether the folder holds a finished run, or a finished sweep none of whose values failed."""
    try:
        if is_sweep(folder):
            return not load_sweep(folder).manifest.failures
        load_run(folder)
    except DataError:
        return False
    return True
