"""What a file is, by its first bytes, and how its content is opened."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from smc.errors import DataError

MAGIC = {b"PAR1": "parquet", b"ARROW1": "feather"}
#: Files that are not read, by their first bytes, and what to do about them.
NOT_READ = {
    b"FEA1": "Feather version 1 is not read: write it again as version 2 or as Parquet",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Excel workbook (xls) is not read: save the sheet of bars as CSV",
    b"\x89HDF\r\n": "HDF5 is not read: write the table as Parquet or CSV",
    b"SQLite format 3": "an SQLite database is not read: write the table as Parquet or CSV",
    b"%PDF": "a PDF is no table: look for the data as CSV",
}
#: Members that tell a spreadsheet packed as a zip.
SHEETS = {"[Content_Types].xml": "an Excel workbook (xlsx)", "content.xml": "an OpenDocument sheet (ods)"}
#: What a damaged file makes the libraries raise.
DAMAGE = (OSError, EOFError, NotImplementedError, zlib.error, zipfile.BadZipFile, pa.ArrowException)


@dataclass(frozen=True)
class Content:
    """The one table inside a file, packed or not."""

    path: Path
    name: str  # of the file, and of the member of an archive
    member: str | None = None
    is_gzip: bool = False

    def open(self) -> BinaryIO:
        """Open the unpacked bytes, from the start."""
        if self.member is not None:
            with zipfile.ZipFile(self.path) as archive:
                return archive.open(self.member)  # type: ignore[return-value]
        return gzip.open(self.path) if self.is_gzip else self.path.open("rb")  # type: ignore[return-value]

    def kind(self) -> str:
        """Tell `parquet`, `feather`, `json` or `text` by the first bytes."""
        with self.open() as stream:
            head = stream.read(64)
        if not head:
            raise DataError("the file is empty (0 bytes): download it again")
        for magic, reason in NOT_READ.items():
            if head.startswith(magic):
                raise DataError(reason)
        for magic, kind in MAGIC.items():
            if head.startswith(magic):
                return kind
        is_json = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")
        return "json" if is_json else "text"


def unpack(path: Path) -> Content:
    """Look into a file: the table itself, a gzip of it, or a zip with it as the only member.

    Raises
    ------
    DataError
        A spreadsheet, or a zip with no file, with several, or with a password.
    """
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic[:2] == b"\x1f\x8b":
        return Content(path, path.name, is_gzip=True)
    if magic == b"PK\x03\x04" or (magic == b"PK\x05\x06"):
        return _member(path)
    return Content(path, path.name)


def _member(path: Path) -> Content:
    with zipfile.ZipFile(path) as archive:
        files = [file for file in archive.infolist() if not file.is_dir() and not _is_hidden(file.filename)]
    for file in files:
        if kind := SHEETS.get(file.filename):
            raise DataError(f"{kind} is not read: save the sheet of bars as CSV")
    if len(files) != 1:
        names = ", ".join(file.filename for file in files[:5]) or "none"
        raise DataError(f"an archive must hold one file, this one holds {len(files)} ({names}): unpack it")
    if files[0].flag_bits & 1:
        raise DataError("the archive needs a password: unpack it")
    return Content(path, f"{path.name}:{files[0].filename}", member=files[0].filename)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(("__MACOSX", ".")) for part in name.split("/"))


@contextmanager
def prefix_errors(path: Path) -> Iterator[None]:
    """Put the file's name before every error, and turn what libraries raise on damage into a DataError.

    Raises
    ------
    DataError
    """
    try:
        yield
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from error
    except UnicodeError as error:
        message = f"{path.name}: the text is neither UTF-8 nor UTF-16 ({error}): save it as UTF-8"
        raise DataError(message) from error
    except DAMAGE as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(
            f"{path.name}: it cannot be read ({reason}): is it complete? Download it again"
        ) from error


def text_of(stream: BinaryIO) -> io.TextIOWrapper:
    """Decode UTF-8 or UTF-16, with or without a byte-order mark; every kind of line end becomes a newline."""
    buffered = io.BufferedReader(stream) if not hasattr(stream, "peek") else stream  # type: ignore[type-var]
    head = buffered.peek(4)[:4]  # type: ignore[union-attr]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif len(head) > 1 and 0 in head[:2]:
        encoding = "utf-16-be" if head[0] == 0 else "utf-16-le"
    else:
        encoding = "utf-8-sig"
    return io.TextIOWrapper(buffered, encoding=encoding, newline=None)
