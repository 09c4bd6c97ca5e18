"""Put whole runs into one verified file, and back: python -m smc.archive 3f2a --to keep.tar.gz"""

import sys

from smc.cli import end_on_ctrl_c, exits, with_output_option
from smc.usage.archive import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a while, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from smc.cli import EXIT_FAILED, EXIT_OK
from smc.errors import ConfigError
from smc.report.document import Section
from smc.report.runs import Wanted
from smc.report.terminal_page import show
from smc.results import Run, list_runs
from smc.results.archive import (
    Index,
    Restored,
    check_archive,
    remove_archived,
    restore,
    write_archive,
)
from smc.results.locate import locate
from smc.results.manifest import read_manifest

SUFFIXES = (".tar.gz", ".tgz")
#: Bytes.
MB = 1e6


def archive(
    runs: Sequence[str | Path],
    to: str | Path,
    *,
    output: str | Path = "outputs",
    remove: bool = False,
) -> Index:
    """Write runs into one file; return what it holds.

    Parameters
    ----------
    runs
        Folders, ids, or beginnings of ids.
    remove
        Whether to remove their folders, once the file was read back.

    Raises
    ------
    ResultsError
        A run is damaged or not there, or the file is there already.
    """
    folders = list(dict.fromkeys(locate(str(run), output) for run in runs))
    path = Path(to)
    index = write_archive(path, folders)
    if remove:
        remove_archived(folders, check_archive(path))
    return index


def _named(asked: Namespace) -> list[str]:
    """Return the runs that are asked for: by name, by their tags, or all."""
    if sum(map(bool, (asked.runs, asked.tag, asked.all))) != 1:
        raise ConfigError("name the runs to archive, or --tag, or --all: one of these")
    if asked.runs:
        return asked.runs
    wanted = Wanted(tags=asked.tag)
    folders = list_runs(asked.output)
    if asked.tag:
        folders = [folder for folder in folders if wanted.has(Run(folder, read_manifest(folder)).record)]
    if not folders:
        raise ConfigError(f"no finished run under {asked.output}" + (f" has {wanted}" if wanted else ""))
    return list(map(str, folders))


def _check(asked: Namespace) -> None:
    """Raise ConfigError unless the options go together."""
    if bool(asked.to) == bool(asked.restore):
        raise ConfigError(
            "--to FILE.tar.gz writes an archive, --restore FILE.tar.gz puts one back: one of these"
        )
    if asked.restore and (asked.runs or asked.tag or asked.all or asked.remove):
        raise ConfigError(
            "--restore puts all runs of the file back: leave out runs, --tag, --all and --remove"
        )
    if asked.to and not asked.to.endswith(SUFFIXES):
        raise ConfigError(f"--to {asked.to}: an archive is called something{SUFFIXES[0]}")


def _archived(index: Index, asked: Namespace) -> Iterator[str]:
    size = Path(asked.to).stat().st_size
    yield (
        f"{asked.to}: {_runs(len(index.runs))}, {len(index.files):,} files, {index.size / MB:,.1f} MB in "
        f"{size / MB:,.1f} MB."
    )
    if asked.remove:
        yield "Their folders were removed; the ledger counts them as before, and --restore puts them back."


def _restored(done: Restored, output: str) -> Iterator[str]:
    yield f"{_runs(len(done.restored))} put back under {output}."
    if done.restored:
        yield f"A ledger that does not know them: python -m smc.ledger import {output}"
    if done.present:
        yield f"{_runs(len(done.present))} there already."
    if done.other:
        yield f"There with other content, and left alone: {', '.join(done.other)}."


def _runs(count: int) -> str:
    return f"{count:,} run{'s' * (count != 1)}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits():
        _check(asked)
        code = EXIT_OK
        if asked.restore:
            done = restore(Path(asked.restore), Path(asked.output))
            section = Section("Restored", list(_restored(done, asked.output)))
            code = EXIT_FAILED if done.other else EXIT_OK
        else:
            index = archive(_named(asked), asked.to, output=asked.output, remove=asked.remove)
            section = Section("Archived", list(_archived(index, asked)))
        show([section], sys.stdout)
        sys.stdout.flush()
        if code:
            sys.exit(code)


if __name__ == "__main__":
    main()
