"""Large files of a run, compressed as it is committed and unpacked as it is read."""

import contextlib
import gzip
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

#: Bytes; a larger model or report file is compressed. Parquet files are so already.
PACK_ABOVE = 100_000_000
SUFFIX = ".gz"
_LEFT_ALONE = {".json", ".yaml", ".parquet", SUFFIX}


def pack(folder: Path) -> list[str]:
    """Replace each large file under `folder` with `<name>.gz`; return the new names, relative."""
    large = [path for path in sorted(folder.rglob("*")) if _is_large(path)]
    return [_pack_file(path).relative_to(folder).as_posix() for path in large]


@contextlib.contextmanager
def unpacked(folder: Path, packed: list[str]) -> Iterator[Path]:
    """Give `folder` itself, or, where files of it are packed, a temporary copy with these unpacked.

    Parameters
    ----------
    packed
        Names relative to `folder`, as `pack` returned them.
    """
    if not packed:
        yield folder
        return
    with tempfile.TemporaryDirectory() as place:
        copy = Path(shutil.copytree(folder, Path(place) / folder.name))
        for name in packed:
            path = copy / name
            with gzip.open(path, "rb") as source, open(path.with_suffix(""), "wb") as target:
                shutil.copyfileobj(source, target)
            path.unlink()
        yield copy


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
