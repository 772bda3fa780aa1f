"""Progress is bars on a terminal, a few lines elsewhere, and nothing where quiet is asked for."""

from __future__ import annotations

import io
import re

import pytest

from groupinf.cli.progress import Lines, shown


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def test_lines_come_at_begin_and_end_and_every_half_minute() -> None:
    clock, stream = Clock(), io.StringIO()
    lines = Lines(stream, clock, verbose=False)
    lines.stage("fit")
    lines.stage("retrain", total=1000)
    for _ in range(100):
        clock.now += 1
        lines.advance(10)
    lines.end()
    assert stream.getvalue().splitlines() == [
        "fit ...",
        "fit: done",
        "retrain: 1,000 to do",
        "retrain: 300 of 1,000, about 70 s left",
        "retrain: 600 of 1,000, about 40 s left",
        "retrain: 900 of 1,000, about 10 s left",
        "retrain: done",
    ]


def test_verbose_lines_say_how_long_a_stage_took() -> None:
    clock, stream = Clock(), io.StringIO()
    lines = Lines(stream, clock, verbose=True)
    lines.stage("fit")
    clock.now = 2.5
    lines.note("resumed")
    lines.end()
    assert stream.getvalue() == "fit ...\nresumed\nfit: done in 2.5 s\n"


def test_a_stage_that_fails_is_not_called_done() -> None:
    stream = io.StringIO()
    with pytest.raises(ZeroDivisionError):
        _fail(stream)
    assert stream.getvalue() == "fit ...\n"


def _fail(stream: io.StringIO) -> None:
    with shown(quiet=False, verbose=False, stream=stream) as progress:
        progress.stage("fit")
        raise ZeroDivisionError


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_quiet_is_silent(stream: io.StringIO) -> None:
    with shown(quiet=True, verbose=True, stream=stream) as progress:
        progress.stage("fit", total=3)
        progress.advance(3)
        progress.note("resumed")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("verbose", [False, True])
def test_a_terminal_gets_a_bar_for_each_stage(monkeypatch: pytest.MonkeyPatch, verbose: bool) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with shown(quiet=False, verbose=verbose, stream=stream) as progress:
        progress.stage("fit")
        progress.stage("retrain [all]", total=4)
        progress.advance(4)
        progress.note("[skipped] size 9")
        progress.stage("report")
    text = stream.getvalue()
    assert "retrain [all]" in text
    assert "[skipped] size 9" in text
    assert "4/4" in text
    assert re.search(r"report .*1/1", text)  # the last stage, too, ends with a full bar
