"""Name, tag and note finished runs, whose folders stay as they are: python -m smc.tag 3f2a --add keep"""

import sys

from smc.cli import end_on_ctrl_c, exits, with_output_option
from smc.usage.tag import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a while, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from smc.config.schema import Naming
from smc.errors import ConfigError
from smc.report.document import Section, Table
from smc.report.terminal_page import show
from smc.results import Run
from smc.results.locate import locate
from smc.results.manifest import read_manifest
from smc.results.naming import PLACES, naming_of, rename


def tag(
    runs: Sequence[str | Path | None] = (None,),
    *,
    output: str | Path = "outputs",
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    name: str | None = None,
    note: str | None = None,
) -> dict[str, dict[str, Any]]:
    """Change what finished runs are called, all of them or none; return name, tags and note by run id.

    Parameters
    ----------
    runs
        Folders, ids, or beginnings of ids; None is the latest run.
    add, remove
        Tags.
    name, note
        None: as it is; empty: none.

    Raises
    ------
    ConfigError
        A name, tag or note is none, or no run has a tag that should go.
    """
    folders = list(dict.fromkeys(locate(None if run is None else str(run), output) for run in runs))
    for absent in [tag for tag in remove if not any(tag in _naming(folder)["tags"] for folder in folders)]:
        had = sorted({tag for folder in folders for tag in _naming(folder)["tags"]})
        raise ConfigError(f"--remove {absent}: no tag of these runs; they have {', '.join(had) or 'none'}")

    def changed(folder: Path) -> dict[str, Any]:
        said = _naming(folder)
        kept = [tag for tag in said["tags"] if tag not in remove]
        said["tags"] = list(dict.fromkeys([*kept, *add]))
        texts = {"name": name, "note": note}
        return _checked({**said, **{key: text or None for key, text in texts.items() if text is not None}})

    if add or remove or name is not None or note is not None:
        for root, own in _by_root(folders).items():
            rename(root, {folder.name: partial(changed, folder) for folder in own})
    return {folder.name: _naming(folder) for folder in folders}


def _naming(folder: Path) -> dict[str, Any]:
    return naming_of(Run(folder, read_manifest(folder)).record)


def _checked(naming: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return vars(Naming(**naming))
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _by_root(folders: Sequence[Path]) -> dict[Path, list[Path]]:
    """Order the folders of runs by the root of results that they stand under."""
    roots: dict[Path, list[Path]] = {}
    for folder in folders:
        place = folder.resolve()
        if place.parent.name not in PLACES:
            raise ConfigError(
                f"{folder} stands in no output folder: a run is named beside <output>/runs/<id>"
            )
        roots.setdefault(place.parent.parent, []).append(place)
    return roots


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits():
        named = tag(
            asked.runs or [None],
            output=asked.output,
            add=asked.add,
            remove=asked.remove,
            name=asked.name,
            note=asked.note,
        )
        rows = [
            (run_id, said["name"] or "", ", ".join(said["tags"]), said["note"] or "")
            for run_id, said in named.items()
        ]
        columns = ("run", "name", "tags", "note")
        show([Section("Called", tables=[Table(columns, rows, n_text=4, n_whole=1)])], sys.stdout)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
