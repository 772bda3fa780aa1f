"""One file from one URL, with retries; what went wrong is said in words."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import IO, Protocol

import pooch
import requests

CHUNK = 1 << 16

# A server that compresses on the way would leave no length to hold the bytes against.
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "groupinf"}
PASSING = (408, 425, 429)  # answers, besides 5xx, that may be others a moment later


class Transfer(Protocol):
    """Is told how far the transfer of a file is."""

    def begin(self, name: str, total: int | None) -> None:
        """A file begins to come in; ``total`` is its size in bytes, None where the server does not say."""

    def advance(self, size: int) -> None:
        """So many more bytes have come."""

    def end(self) -> None:
        """No more bytes will come, whether all have or not; also called where nothing began."""

    def note(self, text: str) -> None:
        """Something that the user should read."""


@dataclass(frozen=True)
class Patience:
    """``timeout``: seconds without a byte before an attempt ends; ``waits``: seconds before each further attempt."""

    timeout: float = 30.0
    waits: tuple[float, ...] = (1.0, 4.0)


class NotReceivedError(Exception):
    """A file did not come; the message says why.

    ``passing``: another attempt may go better. ``no_such_host``: the name of the server was not found.
    """

    def __init__(self, message: str, passing: bool = False, no_such_host: bool = False) -> None:
        super().__init__(message)
        self.passing = passing
        self.no_such_host = no_such_host


def download(url: str, name: str, out: IO[bytes], transfer: Transfer, patience: Patience) -> None:
    """Write what is at a URL, a file of this name, to ``out``, from its beginning again at every attempt.

    Raises NotReceivedError where it could not be had, or not whole, and OSError where ``out`` could not be written.
    """
    for wait in (*patience.waits, None):
        try:
            _attempt(url, name, out, transfer, patience.timeout)
            return
        except NotReceivedError as error:
            if wait is None or not error.passing:
                raise
            transfer.note(f"{url}: {error}; trying again in {wait:g} s")
        time.sleep(wait)
        out.seek(0)
        out.truncate()


def _attempt(url: str, name: str, out: IO[bytes], transfer: Transfer, timeout: float) -> None:
    receiver = _Receiver(name, out, transfer)
    downloader = pooch.HTTPDownloader(
        chunk_size=CHUNK, timeout=timeout, headers=HEADERS, hooks={"response": receiver.answered}
    )
    try:
        downloader(url, receiver, None)
    except (requests.RequestException, ValueError) as error:
        lost = isinstance(_root(error), socket.gaierror)
        raise NotReceivedError(_in_words(error, receiver, timeout), not lost and _is_passing(error), lost) from error
    finally:
        receiver.close()
    if receiver.total is not None and receiver.size < receiver.total:
        raise NotReceivedError(receiver.broken_off(), passing=True)


class _Receiver:
    """The file that pooch writes to and the hook that requests calls with every answer, redirects included."""

    def __init__(self, name: str, out: IO[bytes], transfer: Transfer) -> None:
        self.size = 0
        self.total: int | None = None
        self._name = name
        self._out = out
        self._transfer = transfer
        self._answer: requests.Response | None = None
        self._body: requests.Response | None = None

    def answered(self, response: requests.Response, **_: object) -> None:
        """Keep the size that the server states; ``_`` is what requests tells every hook."""
        self._answer = response
        if not response.ok or response.is_redirect:
            return
        self._body = response
        if self._name.endswith(".gz") and "html" not in response.headers.get("Content-Type", ""):
            # Some servers state the compression of the file itself as one of the transfer: it would be undone.
            response.raw.headers.pop("Content-Encoding", None)
        length = response.headers.get("Content-Length", "")
        encoded = "Content-Encoding" in response.raw.headers
        self.total = int(length) if length.isdecimal() and not encoded else None
        self._transfer.begin(self._name, self.total)

    def write(self, chunk: bytes) -> None:
        self._out.write(chunk)
        self.size += len(chunk)
        self._transfer.advance(len(chunk))

    def flush(self) -> None:
        """Nothing: pooch asks for it after every chunk."""

    def close(self) -> None:
        self._transfer.end()
        if self._answer is not None:
            self._answer.close()

    def arrived(self) -> int:
        """Bytes off the wire, of which the last may not have been handed on."""
        return 0 if self._body is None else max(self.size, int(self._body.raw.tell()))

    def broken_off(self) -> str:
        of = "" if self.total is None else f" of {self.total:,}"
        return f"the connection ended after {self.arrived():,}{of} bytes"


def _is_passing(error: Exception) -> bool:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return error.response.status_code >= 500 or error.response.status_code in PASSING
    kinds = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, kinds) and not isinstance(error, requests.exceptions.SSLError)


def _in_words(error: Exception, receiver: _Receiver, timeout: float) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}".rstrip()
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"nothing came for {timeout:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError) or receiver.arrived():
        return receiver.broken_off()
    if isinstance(error, requests.exceptions.SSLError):
        return f"no secure connection: {_root_words(error)}"
    if isinstance(error, requests.ConnectionError):
        return f"no connection: {_root_words(error)}"
    return f"no usable answer: {error}"


def _root(error: BaseException) -> BaseException:
    """The error that came first."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _root_words(error: BaseException) -> str:
    """What the operating system said, where it was the system."""
    error = _root(error)
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
