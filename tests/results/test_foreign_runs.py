"""Run folders of somebody else: whatever they hold, nothing outside the outputs is touched, and others are judged."""

import contextlib
import io
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from smc import api, ledger, show
from smc.errors import ResultsError
from smc.explain import main as explain
from smc.report.run.contents import sections
from smc.report.runs import runs
from smc.report.view import RunView
from smc.reproduce import main as reproduce
from smc.results import load_run
from smc.results.manifest import NAME, write_manifest
from smc.results.run import reading
from smc.selection.runs import read_runs
from smc.trials import Ledger

#: Seconds after which a reader hangs.
PATIENCE = 60
OVERRIDES = (
    *("data=simulated", "data.n_bars=4000", "data.n_symbols=1", "symbol=S01"),
    *("aug=none", "evaluation.n_bootstrap=20", "monitor=none"),
)
DEEP = "[" * 20_000 + "]" * 20_000
#: What may stand where something else is expected, as JSON.
STRANGE = {
    "null": "null",
    "a list": "[1, [2]]",
    "a text": '"../../../etc/passwd"',
    "infinite": "1e999",
    "not a number": "NaN",
    "deep": DEEP,
    "an object": '{"": {"a": null}}',
    "a huge number": "9" * 4000,
}
FIELDS = (
    "history",
    "symbol",
    "bars",
    "test_part",
    "warnings",
    "financial_metrics",
    "run",
    "ledger",
    "seed",
    "timestamp",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory, request):
    """Two finished runs with their ledger: one is to be changed, the other is to be judged all the same."""
    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMC_LEDGER", str(place / "ledger.sqlite"))
        typed = [*OVERRIDES, f"paths.output={place / 'outputs'}"]
        odd, good = (api.train([*typed, f"model={model}"]).run_id for model in ("logistic", "baseline"))
    return place, odd, good


@pytest.fixture
def folders(made, tmp_path, monkeypatch):
    """A copy of the outputs; the folder to be changed, and the id of the other run."""
    place, odd, good = made
    shutil.copytree(place, tmp_path / "made")
    monkeypatch.setenv("SMC_LEDGER", str(tmp_path / "made" / "ledger.sqlite"))
    return tmp_path / "made" / "outputs" / "runs" / odd, good


@contextlib.contextmanager
def patience() -> Iterator[None]:
    """Fail what hangs."""

    def give_up(*_: object) -> None:
        raise TimeoutError("a reader hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def sealed(folder: Path, **changed: object) -> None:
    """Make the list of files fit again, as an author would, with entries of one's own."""
    run_id = json.loads((folder / NAME).read_bytes())["run_id"] if (folder / NAME).is_file() else folder.name
    (folder / NAME).unlink(missing_ok=True)
    write_manifest(folder, run_id=run_id, packed=[])
    if changed:
        manifest = json.loads((folder / NAME).read_bytes())
        (folder / NAME).write_text(json.dumps({**manifest, **changed}))


def in_record(field: str, value: str) -> Callable[[Path], None]:
    """Write a value, as JSON, into a field of run.json."""

    def change(folder: Path) -> None:
        record = json.loads((folder / "run.json").read_bytes())
        text = json.dumps({**record, field: "@@"}).replace('"@@"', value)
        (folder / "run.json").write_text(text)
        sealed(folder)

    return change


def content(name: str, data: bytes) -> Callable[[Path], None]:
    """Replace a file."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(data)
        sealed(folder)

    return change


def in_table(name: str, column: str, value: object) -> Callable[[Path], None]:
    """Write a value into a column of a table; None takes the column away."""

    def change(folder: Path) -> None:
        table = pd.read_parquet(folder / name)
        table = table.drop(columns=column) if value is None else table.assign(**{column: value})
        table.to_parquet(folder / name)
        sealed(folder)

    return change


def manifest(**entries: object) -> Callable[[Path], None]:
    """Write entries of one's own into the list of files."""
    return lambda folder: sealed(folder, **entries)


def listed(name: str) -> Callable[[Path], None]:
    """List a file of a strange name, with the hash of a real one."""

    def change(folder: Path) -> None:
        files = json.loads((folder / NAME).read_bytes())["files"]
        sealed(folder, files={**files, name: next(iter(files.values()))})

    return change


def raw_manifest(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / NAME).write_text(text) and None


def linked(name: str, target: str) -> Callable[[Path], None]:
    """Put a link in place of a file of the same content."""

    def change(folder: Path) -> None:
        elsewhere = folder.parents[2] / target
        shutil.move(folder / name, elsewhere)
        (folder / name).symlink_to(elsewhere)

    return change


def pipe(name: str) -> Callable[[Path], None]:
    """Put a pipe in place of a file: whoever opens it waits for ever."""

    def change(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return change


def beside(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Put something odd among the outputs."""

    def change(folder: Path) -> None:
        path = folder.parents[1] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)

    return change


def bomb() -> bytes:
    """Return YAML of a kilobyte that is gigabytes when it is walked."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines).encode()


def without(folder: Path) -> None:
    """Leave a folder alone: what the mutations are compared with."""


FIELD_MUTATIONS = {
    f"{field} is {name}": in_record(field, text) for field in FIELDS for name, text in STRANGE.items()
}
MUTATIONS: dict[str, Callable[[Path], None]] = {
    "history is null": FIELD_MUTATIONS["history is null"],
    "ledger is an object": FIELD_MUTATIONS["ledger is an object"],
    "bars is an object": FIELD_MUTATIONS["bars is an object"],
    "run.json is a list": content("run.json", b"[1]"),
    "run.json is empty": content("run.json", b""),
    "run.json is deep": content("run.json", DEEP.encode()),
    "run.json is no text": content("run.json", b"\xff\xfe\x00"),
    "config is a list": content("config.yaml", b"- 1"),
    "config is a bomb": content("config.yaml", bomb()),
    "config is deep": content("config.yaml", b"- " * 20_000 + b"1"),
    "config is of objects": content("config.yaml", b"!!python/object/apply:os.system [touch owned]"),
    "splits are a list": content("splits.json", b"[]"),
    "sources are a list": content("sources.json", b"[1]"),
    "sources are deep": content("sources.json", DEEP.encode()),
    "predictions are no table": content("predictions.parquet", b"PAR1"),
    "predictions lack the part": in_table("predictions.parquet", "part", None),
    "predictions lack the event": in_table("predictions.parquet", "event", None),
    "a probability is infinite": in_table("predictions.parquet", "p_1", float("inf")),
    "a probability is a text": in_table("predictions.parquet", "p_1", "x"),
    "an event is a text": in_table("predictions.parquet", "event", "x"),
    "a time is a number": in_table("predictions.parquet", "time", 3),
    "returns lack the net": in_table("returns.parquet", "net", None),
    "a return is infinite": in_table("returns.parquet", "net", float("-inf")),
    "evidence lacks the value": in_table("evidence.parquet", "value", None),
    "the model is a list": content("model/model.json", b"[]"),
    "the model is deep": content("model/model.json", DEEP.encode()),
    "MANIFEST is deep": raw_manifest(DEEP),
    "MANIFEST is a list": raw_manifest("[]"),
    "MANIFEST names no id": manifest(run_id=None),
    "MANIFEST's id is a path": manifest(run_id="../runs/other"),
    "MANIFEST's id is absolute": manifest(run_id="/tmp/owned"),
    "MANIFEST's id is long": manifest(run_id="a" * 300),
    "MANIFEST's id is another's": manifest(run_id="0123456789abcdef"),
    "MANIFEST packs a path": manifest(packed=["model/../../../../victim.gz"]),
    "MANIFEST packs an absolute path": manifest(packed=["/tmp/victim.gz"]),
    "MANIFEST packs numbers": manifest(packed=[1, None]),
    "MANIFEST packs an object": manifest(packed={"model": 1}),
    "MANIFEST's files are a list": manifest(files=[]),
    "MANIFEST's files are numbers": manifest(files={"run.json": 3}),
    "MANIFEST's size is a text": manifest(files={"run.json": {"size": "1", "sha256": "0"}}),
    "MANIFEST lists the parent": listed("../../victim"),
    "MANIFEST lists an absolute path": listed("/etc/hostname"),
    "MANIFEST lists nothing": listed(""),
    "MANIFEST lists the folder": listed("."),
    "MANIFEST lists a NUL": listed("a\0b"),
    "MANIFEST lists an escape": listed("\x1b[2J"),
    "run.json is a link": linked("run.json", "linked.json"),
    "the predictions are a link": linked("predictions.parquet", "linked.parquet"),
    "the model is a link": linked("model/model.json", "linked.json"),
    "the model's folder is a link": linked("model", "linked"),
    "MANIFEST is a link": linked(NAME, "linked.json"),
    "MANIFEST is a pipe": pipe(NAME),
    "run.json is a pipe": pipe("run.json"),
    "the predictions are a pipe": pipe("predictions.parquet"),
    "a notebook's folder": beside("runs/.ipynb_checkpoints", lambda path: path.mkdir()),
    "a run of a strange name": beside("runs/a b;c", lambda path: path.mkdir()),
    "a run of a name with codes": beside("runs/\x1b[2J", lambda path: path.mkdir()),
    "a file among runs": beside("runs/notes.txt", lambda path: path.write_text("x")),
    "a status that is a pipe": beside("status/00000000000000aa.json", os.mkfifo),
    "a status that is deep": beside("status/00000000000000aa.json", lambda path: path.write_text(DEEP)),
    "a status of a strange name": beside("status/a b.json", lambda path: path.write_text("{}")),
    "a sweep that is a pipe": beside("sweeps/2020.json", os.mkfifo),
    "a sweep that is deep": beside("sweeps/2020.json", lambda path: path.write_text(DEEP)),
    "a sweep of strange jobs": beside(
        "sweeps/2020.json", lambda path: path.write_text('{"jobs": [{"run_id": "../x"}, {"run_id": [1]}]}')
    ),
    "an earlier verdict that is deep": beside("manifests/2020.json", lambda path: path.write_text(DEEP)),
    "a partial run of a strange name": beside("partial/..x", lambda path: path.mkdir()),
}


#: Odd folders of which a picture may be tried.
TABLES = [name for name in MUTATIONS if "probability" in name or "return" in name or "event" in name]


def said_by(command: Callable[..., object], *words: str) -> str:
    """Run a command as a user would; a traceback is no answer."""
    out, codes = io.StringIO(), [0]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), patience():
        try:
            command(list(words))
        except SystemExit as end:
            codes.append(end.code or 0)
    assert codes[-1] in (0, 1, 2), out.getvalue()
    return out.getvalue()


def test_an_import_names_the_folder_that_it_leaves_out_and_counts_the_others(folders, monkeypatch):
    folder, good = folders
    FIELD_MUTATIONS["bars is null"](folder)
    monkeypatch.setenv("SMC_LEDGER", str(folder.parents[2] / "other-ledger.sqlite"))
    told = said_by(ledger.main, "import", str(folder.parents[1]))
    assert "1 trials counted" in told
    assert "Not counted: the run at" in told
    assert "is damaged: run.json: bars" in " ".join(told.split())
    assert good in set(Ledger().trials()["run_id"])


#: Odd folders that would lead a reader elsewhere, or have it run something.
LEADING = [
    name for name in MUTATIONS if "link" in name or "MANIFEST" in name or "config" in name or "model" in name
]


@pytest.mark.parametrize("name", LEADING)
@pytest.mark.parametrize("command", [explain, reproduce])
def test_an_odd_folder_leads_nowhere(command, name, folders):
    folder, _ = folders
    for victim in (folder.parents[2] / "victim", folder.parents[2] / "victim.gz"):
        victim.write_bytes(b"precious")
    MUTATIONS[name](folder)
    before = outside(folder)
    said_by(command, str(folder), "--output", str(folder.parents[1]))
    assert outside(folder) == before


def outside(folder: Path) -> dict[str, bytes]:
    """Return every file beside the outputs that is not the ledger's."""
    root = folder.parents[2]
    files = [path for path in root.rglob("*") if path.is_file() and "outputs" not in path.parts]
    return {str(path): path.read_bytes() for path in files if "ledger" not in path.name}


@pytest.mark.parametrize("name", FIELD_MUTATIONS)
def test_an_odd_field_is_read_as_it_should_be_or_named(name, folders):
    folder, good = folders
    FIELD_MUTATIONS[name](folder)
    found = read_runs(folder.parents[1])
    assert good in found.folders
    told = str(runs(folder.parents[1]))
    assert good[:8] in told
    is_named = any(damaged["folder"] == folder.name for damaged in found.damaged)
    assert is_named or folder.name in found.folders
    with contextlib.suppress(ResultsError), reading(folder):
        sections(RunView(load_run(folder)))


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_odd_folder_stops_nobody(name, folders):
    folder, good = folders
    output = folder.parents[1]
    for victim in (folder.parents[2] / "victim", folder.parents[2] / "victim.gz"):
        victim.write_bytes(b"precious")
    MUTATIONS[name](folder)
    before = outside(folder)

    with patience():
        result = api.select([f"paths.output={output}"])
    assert good in {
        row["run_id"] for entry in result.manifest["selections"].values() for row in entry["comparison"]
    }
    assert good[:8] in said_by(show.main, "--list", "--output", str(output))
    pictures = [] if name in TABLES else ["--no-pictures"]  # which take a second
    said_by(show.main, str(folder), "--output", str(output), *pictures)

    assert outside(folder) == before
    assert not (folder / "owned").exists()
    assert not Path("owned").exists()
