"""Reading a finished run: verified first, refused by file name if damaged."""

import io
import json
import re
import sys
import time
import types

import numpy as np
import pandas as pd
import pytest
import yaml

import smc
from smc.errors import ResultsError
from smc.results import RunStore, list_runs, load_run, packing
from smc.results.manifest import write_manifest

RUN = "00000000000000aa"
FRAME = pd.DataFrame({"probability": [0.25, 0.75]})


@pytest.fixture
def folder(tmp_path):
    with RunStore(tmp_path / "out put ∂", min_free_mb=0).claim(RUN) as claim:
        config = {"seed": 0, "model": {"eta": 1e-05, "text": "1e-4"}, "symbol": "∂"}
        (claim.staging / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        claim.save_record(
            {
                "symbol": "EURUSD",
                "auc": np.float32("nan"),
                "warnings": [{"reason": "gap"}],
                "return_scheme": "simple",
            }
        )
        FRAME.to_parquet(claim.staging / "predictions.parquet")
        (2 * FRAME).to_parquet(claim.staging / "returns.parquet")
        (claim.staging / "model").mkdir()
        (claim.staging / "model" / "weights.bin").write_bytes(b"w" * 3000)
        (claim.staging / "model" / "model.json").write_text("{}")
        assert claim.save_json("curves.json", {"loss": np.array([1.0, np.inf])})[0]["field"] == "loss"
        return claim.commit()


@pytest.fixture
def artifact(monkeypatch):
    """Stand in for `smc.artifact`: a model is what its files hold."""

    def load(folder):
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    module = types.SimpleNamespace(load=load)
    monkeypatch.setitem(sys.modules, "smc.artifact", module)
    monkeypatch.setattr(smc, "artifact", module, raising=False)


def test_a_run_gives_back_what_was_written(folder, artifact):
    run = load_run(str(folder))
    assert (run.run_id, run.path) == (RUN, folder)
    assert run.config == {"seed": 0, "model": {"eta": 1e-05, "text": "1e-4"}, "symbol": "∂"}
    pd.testing.assert_frame_equal(run.predictions, FRAME)
    pd.testing.assert_frame_equal(run.returns, 2 * FRAME)
    assert run.model() == {"weights.bin": b"w" * 3000, "model.json": b"{}"}
    assert repr(run) == f"Run({str(folder)!r})"


def test_a_record_names_what_it_lost_after_its_own_warnings(folder):
    record = load_run(folder).record
    assert (record["symbol"], record["auc"]) == ("EURUSD", None)
    assert record["warnings"] == [
        {"reason": "gap"},
        {"reason": "not_finite", "field": "auc", "sentence": "`auc` is not finite (nan): saved as null"},
    ]


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_any_flipped_byte_is_found_and_its_file_named(folder):
    for name in names(folder):
        if name != "MANIFEST.json":
            path = folder / name
            whole = path.read_bytes()
            path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
            with pytest.raises(ResultsError, match=f"damaged: {name} has another sha256 than"):
                load_run(folder)
            path.write_bytes(whole)
    load_run(folder)


def test_any_cut_or_missing_file_is_found_and_named(folder):
    for name in names(folder):
        if name != "MANIFEST.json":
            path = folder / name
            whole = path.read_bytes()
            path.write_bytes(whole[:-1])
            with pytest.raises(ResultsError, match=f"damaged: {name} has another size than"):
                load_run(folder)
            path.unlink()
            with pytest.raises(ResultsError, match=f"damaged: {name} is missing"):
                load_run(folder)
            path.write_bytes(whole)
    load_run(folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"files": 3}', '{"files": {}}', '{"files": {"a": {}}}', "\x00" * 9]
)
def test_a_damaged_manifest_is_named(folder, text):
    (folder / "MANIFEST.json").write_text(text)
    with pytest.raises(ResultsError, match=r"damaged: MANIFEST\.json (cannot be read|is incomplete)"):
        load_run(folder)


def test_a_missing_manifest_is_damage_and_a_missing_folder_is_said(folder):
    (folder / "MANIFEST.json").unlink()
    with pytest.raises(ResultsError, match=r"damaged: MANIFEST\.json cannot be read .*delete the folder"):
        load_run(folder)
    with pytest.raises(ResultsError, match=r"no run at .*nowhere: finished runs stand in"):
        load_run(folder / "nowhere")


def test_files_that_others_left_in_the_folder_do_no_harm(folder):
    (folder / ".DS_Store").write_bytes(b"\x00")
    load_run(folder)


def test_a_run_can_be_moved_and_read_elsewhere(folder, tmp_path):
    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    assert load_run(moved).run_id == RUN


def test_runs_are_listed_by_name(folder, tmp_path):
    output = folder.parent.parent
    with RunStore(output, min_free_mb=0).claim("0") as claim:
        claim.commit()
    assert [path.name for path in list_runs(str(output))] == ["0", RUN]
    assert list_runs(tmp_path / "nowhere") == []


def test_large_files_are_packed_and_unpacked(tmp_path, monkeypatch, artifact):
    monkeypatch.setattr(packing, "PACK_ABOVE", 1000)
    weights = np.random.default_rng(0).bytes(5000)
    with RunStore(tmp_path, min_free_mb=0).claim(RUN) as claim:
        (claim.staging / "model").mkdir()
        (claim.staging / "model" / "weights.bin").write_bytes(weights)
        (claim.staging / "model" / "small.bin").write_bytes(b"s")
        (claim.staging / "report.md").write_bytes(b"r" * 5000)
        FRAME.to_parquet(claim.staging / "predictions.parquet")
        claim.save_json("run.json", ["x" * 5000])
        folder = claim.commit()
    packed = ["model/weights.bin.gz", "report.md.gz"]
    assert json.loads((folder / "MANIFEST.json").read_text())["packed"] == packed
    assert names(folder) == sorted(
        ["MANIFEST.json", "model/small.bin", "predictions.parquet", "run.json", *packed]
    )
    assert load_run(folder).model() == {"weights.bin": weights, "small.bin": b"s"}


def test_packing_the_same_file_twice_gives_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "PACK_ABOVE", 10)
    for seconds, name in enumerate(("a", "b")):
        monkeypatch.setattr(time, "time", lambda seconds=seconds: 1e9 + seconds)
        (tmp_path / name).mkdir()
        (tmp_path / name / "weights.bin").write_bytes(b"w" * 100)
        packing.pack(tmp_path / name)
    assert (tmp_path / "a/weights.bin.gz").read_bytes() == (tmp_path / "b/weights.bin.gz").read_bytes()


def changed(folder, name, content):
    """Replace a file, with a list of files that fits it."""
    (folder / name).write_bytes(content)
    (folder / "MANIFEST.json").unlink()
    write_manifest(folder, run_id=RUN, packed=[])
    return load_run(folder)


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ({"history": None}, "run.json: history: None is not of type 'object'"),
        ({"seed": "0"}, "run.json: seed: '0' is not of type 'integer'"),
        ({"run_id": "ffff"}, f"run.json is of run ffff, MANIFEST.json of {RUN}"),
    ],
)
def test_a_record_that_is_not_what_a_run_writes_is_named(folder, record, what):
    run = changed(folder, "run.json", json.dumps(record).encode())
    with pytest.raises(ResultsError, match=re.escape(what)):
        run.record  # noqa: B018


@pytest.mark.parametrize("text", ["[" * 150 + "]" * 150, "[1e999]", "[NaN]", "nothing", "[" * 9000])
def test_json_that_no_run_writes_is_refused_whatever_it_is(folder, text):
    with pytest.raises(ResultsError, match=r"damaged: sources\.json cannot be read"):
        changed(folder, "sources.json", text.encode()).sources  # noqa: B018


def test_an_infinite_probability_is_named_with_its_row(folder):
    table = io.BytesIO()
    pd.DataFrame({"probability": [0.25, np.inf]}).to_parquet(table)
    run = changed(folder, "predictions.parquet", table.getvalue())
    for read in (lambda: run.predictions, lambda: run.rows("predictions")):
        with pytest.raises(ResultsError, match=r"predictions\.parquet: probability of row 1 is not finite"):
            read()


def test_a_file_that_the_list_does_not_name_is_not_read(folder):
    FRAME.to_parquet(folder / "evidence.parquet")
    run = load_run(folder)
    assert run.evidence is None
    with pytest.raises(ResultsError, match=r"names no evidence\.parquet"):
        run.table("evidence")
