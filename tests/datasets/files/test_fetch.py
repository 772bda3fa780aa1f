"""A fetched file is in its place if and only if it is the one that is meant, and every way to fail has words."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import socket
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Barrier
from typing import Any

import pytest
from support.file_server import Answer, FileServer, file_server

from groupinf import atomic
from groupinf.datasets.facts import DatasetFacts, SourceFile
from groupinf.datasets.files.download import Patience
from groupinf.datasets.files.fetch import Request, fetch, mirror_of, verify
from groupinf.datasets.known.registry import facts_of
from groupinf.errors import DataError, RunError

GOOD = gzip.compress(bytes(range(256)) * 40, mtime=0)
BAD = GOOD[:-1] + b"!"
PAGE = b"\r\n<!DOCTYPE html><html><body>Please log in</body></html>"
PATH = "some/file.gz"
IMPATIENT = Patience(timeout=0.3, waits=(0.0, 0.0))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def dataset(*urls: str, sha: str | None = sha256(GOOD), origin: str = "") -> DatasetFacts:
    source = SourceFile(path=PATH, sha256=sha, urls=urls, origin=origin)
    return DatasetFacts("some", "Some", 1, 1, 1, 2, "none", "nobody", "", files=(source,))


@dataclass
class Recorder:
    """A transfer that keeps what it is told."""

    events: list[tuple[str, object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def begin(self, name: str, total: int | None) -> None:
        self.events.append((name, total))

    def advance(self, size: int) -> None:
        self.events.append(("advance", size))

    def end(self) -> None:
        self.events.append(("end", None))

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass
class Place:
    """A data home, and what fetching into it said."""

    home: Path
    said: list[str] = field(default_factory=list)
    transfer: Recorder = field(default_factory=Recorder)

    @property
    def file(self) -> Path:
        return self.home / PATH

    def files(self) -> list[Path]:
        return [path for path in self.home.rglob("*") if path.is_file()]

    def fetch(self, facts: DatasetFacts, mirror: Path | str | None = None, force: bool = False) -> None:
        fetch([facts], Request(self.home, mirror, force, IMPATIENT), self.transfer, self.said.append)

    def refused(self, facts: DatasetFacts, mirror: Path | str | None = None, force: bool = False) -> str:
        """The message of a fetch that fails, after which the home is as it was."""
        before = {path: path.read_bytes() for path in self.files()}
        with pytest.raises(RunError) as caught:
            self.fetch(facts, mirror, force)
        assert {path: path.read_bytes() for path in self.files()} == before
        assert caught.value.exit_code == 1
        return str(caught.value)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is on this machine, whatever the environment says of proxies."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


@pytest.fixture(scope="module")
def server() -> Iterator[FileServer]:
    """Paths name what is wrong with the answer."""
    with file_server(
        {
            "/good.gz": Answer(GOOD),
            "/truncated.gz": Answer(GOOD[: len(GOOD) // 2], length=len(GOOD)),
            "/altered.gz": Answer(BAD),
            "/slow.gz": Answer(GOOD, pause=0.1),
            "/stalled.gz": Answer(GOOD, pause=1.0),
            "/moved.gz": Answer(status=302, headers={"Location": "/good.gz"}),
            "/circle.gz": Answer(status=302, headers={"Location": "/circle.gz"}),
            "/page.gz": Answer(PAGE, headers={"Content-Type": "text/html"}),
            "/failing.gz": Answer(status=500),
            "/empty.gz": Answer(b""),
            "/labelled.gz": Answer(GOOD, headers={"Content-Encoding": "gzip"}),
            f"/base/{PATH}": Answer(GOOD),
        }
    ) as running:
        yield running


@pytest.mark.parametrize("name", ["good", "slow", "moved", "labelled"])
def test_good_answers_arrive(name: str, server: FileServer, place: Place) -> None:
    url = f"{server.url}/{name}.gz"
    place.fetch(dataset(url))
    assert place.file.read_bytes() == GOOD
    assert place.files() == [place.file]
    assert place.said == [f"{PATH}: {len(GOOD):,} bytes from {url}, verified"]


def test_transfer_is_told_every_byte(server: FileServer, place: Place) -> None:
    place.fetch(dataset(f"{server.url}/good.gz"))
    assert place.transfer.events[0] == ("file.gz", len(GOOD))
    assert place.transfer.events[-1] == ("end", None)
    assert sum(int(str(size)) for kind, size in place.transfer.events if kind == "advance") == len(GOOD)


@pytest.mark.parametrize(
    ("name", "words", "attempts"),
    [
        ("truncated", f"the connection ended after {len(GOOD) // 2:,} of {len(GOOD):,} bytes", 3),
        ("altered", f"expected sha256 {sha256(GOOD)}, found {sha256(BAD)}: not the file that is meant", 1),
        ("stalled", "nothing came for 0.3 s", 3),
        ("circle", "no usable answer: Exceeded 30 redirects.", 31),
        ("page", "expected the file file.gz, found a web page (HTML), perhaps of a login or an error", 1),
        ("failing", "the server answered 500 Internal Server Error", 3),
        ("missing", "the server answered 404 Not Found", 1),
        ("empty", "expected a file, found an empty one", 1),
    ],
)
def test_bad_answers_have_words(name: str, words: str, attempts: int, server: FileServer, place: Place) -> None:
    url = f"{server.url}/{name}.gz"
    server.requested.clear()
    message = place.refused(dataset(url))
    assert f"\n  {url}: {words}\n" in message
    assert "groupinf data import some file.gz" in message
    assert len(server.requested) == attempts
    assert len(place.transfer.notes) == (2 if attempts == 3 else 0)


def test_passing_failures_are_tried_again(place: Place) -> None:
    with file_server({"/file.gz": Answer(GOOD, failures=2)}) as server:
        place.fetch(dataset(f"{server.url}/file.gz"))
    assert place.file.read_bytes() == GOOD
    assert (
        place.transfer.notes
        == [f"{server.url}/file.gz: the server answered 503 Service Unavailable; trying again in 0 s"] * 2
    )


def closed_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/file.gz"


def test_without_a_network(place: Place) -> None:
    url = closed_port()
    message = place.refused(dataset(url))
    assert f"{url}: no connection: Connection refused" in message
    assert "--mirror" in message


def test_a_host_that_is_not_found_is_asked_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def lookup(host: str, *_: object, **__: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setenv("NO_PROXY", "*")
    facts = dataset("http://data.invalid/a.gz", "http://other.invalid/a.gz")
    facts = replace(facts, files=(*facts.files, replace(facts.files[0], path="some/second.gz")))
    message = place.refused(facts)
    assert asked == ["data.invalid", "other.invalid"]
    assert place.transfer.notes == []
    assert message.count("no connection: Temporary failure in name resolution") == 2
    assert message.count("http://other.invalid/a.gz: not asked again, as other.invalid was not found before") == 1


def test_every_mirror_is_tried_in_order_and_listed(server: FileServer, place: Place, tmp_path: Path) -> None:
    urls = [f"{server.url}/{name}.gz" for name in ("missing", "altered", "good")]
    place.fetch(dataset(*urls))
    assert place.said == [f"{PATH}: {len(GOOD):,} bytes from {urls[2]}, verified"]
    tried = Place(tmp_path / "other").refused(dataset(*urls[:2]), tmp_path).splitlines()[1:4]
    assert [line.split(": ")[0].strip() for line in tried] == [str(tmp_path / PATH), *urls[:2]]


def test_right_file_is_left_alone(server: FileServer, place: Place) -> None:
    place.fetch(dataset(f"{server.url}/good.gz"))
    before = place.file.stat()
    server.requested.clear()
    for force in (False, True):
        place.fetch(dataset(f"{server.url}/altered.gz"), force=force)
    assert place.said[1:] == [f"{PATH}: already there, verified"] * 2
    assert server.requested == []
    assert (place.file.stat().st_mtime_ns, place.file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_wrong_file_is_replaced_by_force_and_by_a_right_one_alone(server: FileServer, place: Place) -> None:
    place.file.parent.mkdir(parents=True)
    place.file.write_bytes(BAD)
    message = place.refused(dataset(f"{server.url}/good.gz"))
    assert f"{place.file}: another file is there: expected sha256 {sha256(GOOD)}, found {sha256(BAD)}" in message
    assert "`groupinf data fetch --force some` replaces it" in message
    place.refused(dataset(f"{server.url}/truncated.gz"), force=True)
    place.fetch(dataset(f"{server.url}/good.gz"), force=True)
    assert place.file.read_bytes() == GOOD


def test_mirrors(server: FileServer, place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    (folder / PATH).parent.mkdir(parents=True)
    (folder / PATH).write_bytes(GOOD)
    server.requested.clear()
    place.fetch(dataset(f"{server.url}/missing.gz"), mirror_of(str(folder)))
    other = Place(tmp_path / "other")
    other.fetch(dataset(f"{server.url}/missing.gz"), mirror_of(f"{server.url}/base/"))
    assert place.file.read_bytes() == other.file.read_bytes() == GOOD
    assert server.requested == [f"/base/{PATH}"]


def test_wrong_file_of_a_mirror_is_passed_over(server: FileServer, place: Place, tmp_path: Path) -> None:
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).write_bytes(PAGE)
    place.fetch(dataset(f"{server.url}/good.gz"), tmp_path)
    assert place.file.read_bytes() == GOOD
    assert (tmp_path / PATH).read_bytes() == PAGE


@pytest.mark.parametrize("text", ["ftp://127.0.0.1/data", "/nowhere/at/all", "file:///tmp"])
def test_what_no_mirror_is(text: str) -> None:
    with pytest.raises(DataError, match="--mirror: expected a folder or a URL that begins with http"):
        mirror_of(text)


def test_file_without_a_url(place: Place) -> None:
    message = place.refused(dataset(origin="a friend"))
    assert "is not offered for download. Get it from a friend, then `groupinf data import some file.gz`" in message


def test_file_without_a_hash(place: Place, tmp_path: Path) -> None:
    facts = dataset(sha=None, origin="a friend")
    (tmp_path / PATH).parent.mkdir(parents=True)
    for content, found in ((b"text", "begins with b'text'"), (PAGE, "a web page"), (b"", "an empty one")):
        (tmp_path / PATH).write_bytes(content)
        assert found in place.refused(facts, tmp_path)
    for content in (GOOD, BAD):  # the second is not fetched: nothing says which of them is right
        (tmp_path / PATH).write_bytes(content)
        place.fetch(facts, tmp_path)
    assert place.file.read_bytes() == GOOD
    assert place.said[1] == f"{PATH}: already there, not verified: its sha256 is not known"
    place.fetch(facts, tmp_path, force=True)
    assert place.file.read_bytes() == BAD


def test_the_other_files_are_fetched_all_the_same(server: FileServer, place: Place) -> None:
    first, second = dataset(f"{server.url}/missing.gz"), dataset(f"{server.url}/good.gz")
    second = replace(second, files=(replace(second.files[0], path="other/file.gz"),))
    with pytest.raises(RunError, match="404 Not Found"):
        fetch([first, second], Request(place.home, patience=IMPATIENT), place.transfer, place.said.append)
    assert (place.home / "other" / "file.gz").read_bytes() == GOOD


def test_bundled_dataset_needs_nothing(place: Place) -> None:
    place.fetch(facts_of("digits"))
    assert place.said == ["digits: comes with scikit-learn, there is nothing to fetch"]
    assert not place.home.exists()


class FullDisk:
    """Stands in for tempfile.NamedTemporaryFile: an open file on a disk that has room for 100 bytes."""

    def __init__(self, **options: Any) -> None:
        self.file, self.room = NamedTemporaryFile(**options), 100  # noqa: SIM115
        self.name = self.file.name

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, chunk: bytes) -> int:
        self.room -= len(chunk)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(chunk)


@pytest.mark.parametrize("from_folder", [True, False])
def test_full_disk(
    from_folder: bool, server: FileServer, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).write_bytes(GOOD)
    monkeypatch.setattr(atomic.tempfile, "NamedTemporaryFile", FullDisk)
    server.requested.clear()
    facts = dataset(f"{server.url}/good.gz", f"{server.url}/moved.gz")
    message = place.refused(facts, tmp_path if from_folder else None)
    assert message.startswith(f"{place.file}: could not be written: No space left on device. Free some space there")
    assert server.requested == ([] if from_folder else ["/good.gz"])  # another place would not help
    assert not place.home.exists()


def test_home_that_cannot_be_written(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder would be")
    with pytest.raises(RunError, match=r"could not be written: .*Set GROUPINF_DATA to a folder that can be written"):
        Place(tmp_path / "home").fetch(dataset(f"{server.url}/good.gz"))


def test_fetches_at_once_all_survive(place: Place) -> None:
    at_once = 6
    together = Barrier(at_once)
    with file_server({"/file.gz": Answer(GOOD, pause=0.05)}) as server, ThreadPoolExecutor(at_once) as pool:

        def run(_: int) -> None:
            together.wait()
            fetch([dataset(f"{server.url}/file.gz")], Request(place.home), Recorder(), place.said.append)

        list(pool.map(run, range(at_once)))
        assert len(server.requested) > 1
    assert place.files() == [place.file]
    assert place.file.read_bytes() == GOOD
    assert len(place.said) == at_once


def test_what_the_loader_verifies_is_verified(server: FileServer, place: Place) -> None:
    """A zip that is packed otherwise is right as long as its member is; one with another member is wrong."""
    member = {"a/table.csv": sha256(b"1,2\n")}
    source = SourceFile(path="some/table.zip", sha256=sha256(b"another packing"), members=member)
    for content, status in ((b"1,2\n", "right"), (b"1,3\n", "wrong")):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a/table.csv", content)
        (place.home / "some").mkdir(parents=True, exist_ok=True)
        (place.home / "some" / "table.zip").write_bytes(packed.getvalue())
        [state] = verify([replace(dataset(), files=(source,))], place.home)
        assert state.status == status
    assert state.fault == (
        f"member a/table.csv: expected sha256 {member['a/table.csv']}, found {sha256(b'1,3' + bytes([10]))}:"
        " not the file that is meant"
    )
