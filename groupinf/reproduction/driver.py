"""Running the studies one after the other with the command groupinf, each in a process of its own."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from groupinf.experiments.folder.files import write_atomically
from groupinf.reproduction.paper import Paper, Study, absent_files
from groupinf.reproduction.record import Entry, Record, is_whole, key_of, known_record, write_record

# what the commands print last: the report of a run, the table of a sweep
PRINTED = re.compile(r"^(?:Report: (?P<run>.+)/[^/]+|Table: (?P<sweep>.+)/tables/[^/]+)$", re.MULTILINE)
LARGEST_FIGURE = 500_000  # bytes that a figure kept in the repository may have before its colours are reduced


@dataclass(frozen=True)
class Wanted:
    """Where to run, with how many processes, where figures and page go, and what is set to shrink the studies."""

    root: Path
    out: Path
    reference: Path
    jobs: int | None = None
    overrides: tuple[str, ...] = ()


def reproduce(paper: Paper, wanted: Wanted) -> Record:
    """Run every study that the data allow and that is not done, then draw the figures; the record of it all."""
    record = replace(known_record(wanted.out), absent={}, failed={}, shrunk=list(wanted.overrides))
    for study in paper.studies:
        record = _step(study, wanted, record)
        write_record(wanted.out, record)
    for figure, names in paper.figures.items():
        record = _figure(figure, names, wanted, record)
        write_record(wanted.out, record)
    return record


def command_of(study: Study, wanted: Wanted, record: Record) -> list[str]:
    """What runs a study; an evaluation names the folder of its run, whose configuration was overridden already."""
    if study.of:
        return [study.command, str(wanted.out / record.entries[study.of].folder), *_sets(study.settings)]
    applying = [override for override in wanted.overrides if applies(override, wanted.root / study.config)]
    sets = _sets([*study.settings, *applying])
    return [study.command, str(study.config), *sets, "--out", str(wanted.out)]


def _sets(overrides: Sequence[str]) -> list[str]:
    return [part for override in overrides for part in ("--set", override)]


def applies(override: str, config: Path) -> bool:
    """Whether the configuration has the section that the override changes: natural groups have no sizes."""
    section = yaml.safe_load(config.read_text(encoding="utf-8"))
    for part in override.partition("=")[0].strip().split(".")[:-1]:
        if not isinstance(section, dict) or part not in section:
            return False
        section = section[part]
    return True


def _step(study: Study, wanted: Wanted, record: Record) -> Record:
    """Run one study where its data are there and it is not done; the record with what came of it."""
    dataset = study.dataset(wanted.root)
    absent = absent_files(dataset)
    if absent:
        _say(f"{study.name}: left out, {dataset} lacks {', '.join(absent)}")
        return replace(_undone(record, study), absent={**record.absent, dataset: absent})
    if study.of and study.of not in record.done():
        _say(f"{study.name}: left out, {study.of} is not done")
        return _undone(record, study)
    command = command_of(study, wanted, record)
    key, entry = key_of(command, wanted.root / study.config), record.entries.get(study.name)
    if entry is None or entry.key != key:
        entry = Entry(key, "", 0.0)
    elif entry.folder and is_whole(wanted.out / entry.folder):
        _say(f"{study.name}: done")
        return record
    return _run(study.name, command, entry, wanted, record)


def _run(name: str, command: Sequence[str], entry: Entry, wanted: Wanted, record: Record) -> Record:
    """Run the command of a study and keep what it printed; its time is added to that of ``entry``."""
    _say(f"{name}: groupinf {shlex.join(command)}")
    began, used, printed, status = time.perf_counter(), _processor(), "", 0
    try:
        status, printed = _groupinf(command, wanted)
    finally:  # also where it is interrupted: the next go adds to the time of this one
        place = PRINTED.search(printed)
        folder = Path(place["run"] or place["sweep"]).name if place else ""
        seconds = round(entry.seconds + time.perf_counter() - began, 1)
        processor = round(entry.processor + _processor() - used, 1)
        record = record.with_entry(name, Entry(entry.key, folder, seconds, processor))
        write_record(wanted.out, record)
    log = wanted.out / "logs" / f"{name}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(printed, encoding="utf-8")
    if status or not folder:
        return _failed(record, name, f"groupinf {shlex.join(command)} ended with status {status}")
    return record


def _processor() -> float:
    """Seconds of processors that finished child processes, and theirs, have taken."""
    taken = os.times()
    return taken.children_user + taken.children_system


def _undone(record: Record, study: Study) -> Record:
    return replace(record, entries={name: e for name, e in record.entries.items() if name != study.name})


def _figure(name: str, studies: Sequence[str], wanted: Wanted, record: Record) -> Record:
    """Draw a figure from those of its studies that are done, as a PNG of bounded size."""
    done = record.done()
    folders = [str(wanted.out / done[study].folder) for study in studies if study in done]
    file = wanted.reference / f"{name}.png"
    if not folders:
        _say(f"{name}: left out, none of its runs is done")
        return record
    file.parent.mkdir(parents=True, exist_ok=True)
    _say(f"{name}: {file}")
    status, _ = _groupinf(["figure", name, *folders, "-o", str(file)], wanted, with_jobs=False)
    if status:
        return _failed(record, name, f"groupinf figure {name} ended with status {status}")
    if file.stat().st_size > LARGEST_FIGURE:
        write_atomically(file, with_fewer_colours(file.read_bytes()))
    return record


def with_fewer_colours(png: bytes) -> bytes:
    """The same picture with a palette of 256 colours."""
    from PIL import Image

    written = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256).save(written, "PNG", optimize=True)
    return written.getvalue()


def _groupinf(command: Sequence[str], wanted: Wanted, with_jobs: bool = True) -> tuple[int, str]:
    """Status and standard output; progress and errors are shown as they come."""
    jobs = ["--jobs", str(wanted.jobs)] if with_jobs and wanted.jobs else []
    done = subprocess.run(
        [sys.executable, "-m", "groupinf", *command, *jobs],
        cwd=wanted.root,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def _failed(record: Record, name: str, why: str) -> Record:
    _say(f"{name}: {why}")
    return replace(record, failed={**record.failed, name: why})


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
