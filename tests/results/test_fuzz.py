"""Law: whatever is written into a run folder, with a list of files that fits, other runs are read and listed."""

import contextlib
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smc import api
from smc.errors import SmcError
from smc.report.runs import runs
from smc.results import load_run
from smc.results.manifest import NAME, write_manifest
from smc.selection.runs import missing_runs, read_runs

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
#: Where a value is put: in a file of the run, in its list of files, or beside the runs.
PLACES = ("run.json", "sources.json", "splits.json", "model/model.json", NAME, "status", "sweeps")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """One run, and a copy of it that is to be changed, under another id."""
    place = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMC_LEDGER", str(place / "ledger.sqlite"))
        typed = [
            "data=simulated",
            "data.n_bars=4000",
            "data.n_symbols=1",
            "symbol=S01",
            "aug=none",
            "monitor=none",
        ]
        run = api.train(
            [*typed, "evaluation.n_bootstrap=20", "model=logistic", f"paths.output={place / 'outputs'}"]
        )
    return place / "outputs", run.run_id


def put(data: st.DataObject, node: object, value: object) -> object:
    """Put a value in place of some part of plain data, at any depth."""
    if not isinstance(node, dict | list) or not node or data.draw(st.booleans()):
        return value
    if isinstance(node, dict):
        key = data.draw(st.sampled_from(sorted(node)))
        return {**node, key: put(data, node[key], value)}
    place = data.draw(st.integers(0, min(len(node), 20) - 1))
    return [*node[:place], put(data, node[place], value), *node[place + 1 :]]


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), place=st.sampled_from(PLACES), value=VALUES)
def test_whatever_stands_in_a_run_folder_stops_nobody(outputs, data, place, value):
    output, good = outputs
    odd = output / "runs" / "00000000000000aa"
    shutil.rmtree(odd, ignore_errors=True)
    shutil.copytree(output / "runs" / good, odd)
    path = odd / place
    if place in ("status", "sweeps"):
        path = output / place / ("00000000000000aa.json" if place == "status" else "2020.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value if place == "status" else {"jobs": value}))
    else:
        path.write_text(json.dumps(put(data, json.loads(path.read_text()), value)))
        if place != NAME:
            renamed = json.loads((odd / "run.json").read_text())
            if isinstance(renamed, dict) and renamed.get("run_id") == good:
                (odd / "run.json").write_text(json.dumps({**renamed, "run_id": odd.name}))
            (odd / NAME).unlink()
            write_manifest(odd, run_id=odd.name, packed=[])

    found = read_runs(output)
    assert good in found.folders
    missing_runs(output, set(found.folders))
    assert good[:8] in str(runs(output))
    with contextlib.suppress(SmcError):
        run = load_run(odd)
        for name in ("record", "config", "sources", "plan"):
            getattr(run, name)
    assert not Path("owned").exists()
