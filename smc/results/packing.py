"""Large files of a run, compressed as it is committed and unpacked as it is read."""

import contextlib
import gzip
import shutil
import tempfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from smc.errors import ResultsError
from smc.outside.regular_file import open_regular

#: Bytes; a larger model or report file is compressed. Parquet files are so already.
PACK_ABOVE = 100_000_000
SUFFIX = ".gz"
#: Bytes; no file is larger when it is unpacked.
MOST_UNPACKED, CHUNK = 10_000_000_000, 1_000_000
_LEFT_ALONE = {".json", ".yaml", ".parquet", SUFFIX}


def pack(folder: Path) -> list[str]:
    """Replace each large file under `folder` with `<name>.gz`; return the new names, relative."""
    large = [path for path in sorted(folder.rglob("*")) if _is_large(path)]
    return [_pack_file(path).relative_to(folder).as_posix() for path in large]


@contextlib.contextmanager
def unpacked(folder: Path, files: Collection[str], packed: Collection[str]) -> Iterator[Path]:
    """Give `folder` itself, or, where files of it are packed, a temporary copy with these unpacked.

    Parameters
    ----------
    files
        Names of its files, relative to it; nothing else is copied.
    packed
        Those of them that `pack` compressed.

    Raises
    ------
    ResultsError
        A packed file is no gzip file, or larger than `MOST_UNPACKED`.
    """
    if not packed:
        yield folder
        return
    with tempfile.TemporaryDirectory() as place:
        for name in files:
            target = Path(place) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with open_regular(folder / name) as source:
                if name in packed:
                    _unpack_file(source, target.with_suffix(""))
                else:
                    target.write_bytes(source.read())
        yield Path(place)


def _unpack_file(source: BinaryIO, target: Path) -> None:
    """Write out a gzip file; a kilobyte of one may hold a megabyte."""
    n_bytes = 0
    try:
        with gzip.open(source) as content, open(target, "wb") as file:
            while chunk := content.read(CHUNK):
                n_bytes += file.write(chunk)
                if n_bytes > MOST_UNPACKED:
                    raise ResultsError(f"{source.name} is larger than {MOST_UNPACKED:,} bytes when unpacked")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ResultsError(f"{source.name} is no gzip file: {error}") from error


def _is_large(path: Path) -> bool:
    return path.is_file() and path.suffix not in _LEFT_ALONE and path.stat().st_size > PACK_ABOVE


def _pack_file(path: Path) -> Path:
    packed = path.with_name(path.name + SUFFIX)
    with (
        open(path, "rb") as source,
        open(packed, "wb") as raw,
        # name and time stay out of the file, so that equal content has an equal hash
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as target,
    ):
        shutil.copyfileobj(source, target)
    path.unlink()
    return packed
