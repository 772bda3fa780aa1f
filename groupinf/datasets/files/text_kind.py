"""What a file is that was to be comma-separated text, as its beginning tells."""

from __future__ import annotations

import codecs

from groupinf.datasets.files.data_home import is_web_page

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

HEAD = 512  # bytes that tell what a file is
PARQUET = "a Parquet file"
# How files of other kinds begin. UTF-16 without its mark shows by the zero bytes.
OTHER_KINDS = {
    b"PAR1": PARQUET,
    b"PK\x03\x04": "a zip archive, perhaps a spreadsheet; save the table as comma-separated text",
    b"\x1f\x8b": "a gzip file; uncompress it",
    codecs.BOM_UTF16_LE: "UTF-16; save the file as UTF-8",
    codecs.BOM_UTF16_BE: "UTF-16; save the file as UTF-8",
}


def other_kind(head: bytes, of_parquet: str) -> str:
    """What a file that begins so is, and what to do about it, ``of_parquet`` for a Parquet file; empty for text."""
    head = head[:HEAD]
    kind = next((kind for mark, kind in OTHER_KINDS.items() if head.startswith(mark)), "")
    if not kind and b"\0" in head:
        kind = "a zero byte: binary data, or UTF-16; save the file as UTF-8 text"
    if not kind and is_web_page(head):
        kind = "a web page (HTML)"
    return f"{kind}; {of_parquet}" if kind == PARQUET else kind


def other_separator(header: str) -> str | None:
    """What separates the columns of a header line without the separator that was expected, if anything does."""
    return next((mark for mark in SEPARATORS if mark in header), None)
