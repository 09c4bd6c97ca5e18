"""Whole runs of networks: the same bytes anywhere, and a device that is not there."""

from pathlib import Path

import pytest
import torch

from smc.config.compose import compose
from smc.results import config_hash, run_id

NETWORKS = ("mlp", "lstm")


def committed(place: Path) -> dict[str, Path]:
    return {path.name: path for path in (place / "outputs" / "runs").iterdir()}


@pytest.mark.slow
def test_networks_and_samplers_give_the_same_bytes_in_any_process_with_any_threads(smc_train, tmp_path):
    small = ("cv=holdout", "events.last=200", "model.max_epochs=20")
    sweep = ("-m", f"model={','.join(NETWORKS)}", "aug=aggressive", *small)
    places = []
    for n_threads in ("1", "2"):
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), n_threads)
        places.append(tmp_path / n_threads)
        places[-1].mkdir()
        env = {"PYTHONHASHSEED": n_threads, **threads}
        done = smc_train(*sweep, f"trainer.n_threads={n_threads}", cwd=places[-1], env=env)
        assert done.returncode == 0, done.stderr
    first, second = map(committed, places)
    assert set(first) == set(second)
    assert len(first) == len(NETWORKS)
    for name, run in first.items():
        weights = [path.name for path in (run / "model").iterdir()]
        assert any(file.endswith(".safetensors") for file in weights)
        tables = ["predictions.parquet", "returns.parquet", "curves.parquet", "splits.json"]
        for file in [*tables, *(f"model/{each}" for each in weights)]:
            assert (run / file).read_bytes() == (second[name] / file).read_bytes(), (name, file)


@pytest.mark.parametrize("model", NETWORKS)
def test_the_device_is_no_part_of_a_run_and_the_precision_is(model):
    cpu, gpu, rough = (
        compose([f"model={model}", *trainer])
        for trainer in ((), ("trainer=gpu",), ("trainer.precision=bf16",))
    )
    assert (cpu["model"]["device"], gpu["model"]["device"]) == ("cpu", "cuda")
    assert config_hash(cpu) == config_hash(gpu) != config_hash(rough)
    ids = [run_id(each, data_hash="d", seed=0) for each in (cpu, gpu, rough)]
    assert ids[0] == ids[1] != ids[2]


def test_a_gpu_that_is_not_there_is_said_in_a_line_before_anything_is_loaded(smc_train, tmp_path):
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    done = smc_train("model=lstm", "trainer=gpu")
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert "device=cuda with devices=1" in line
    assert line.endswith("use trainer=cpu, or fewer devices")
    assert not list((tmp_path / "outputs").glob("runs/*"))
