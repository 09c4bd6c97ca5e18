"""A run says the version of the code that carried it out, whatever an installation says of itself."""

from importlib import metadata

import smc
from smc import api


def test_a_run_registers_the_version_of_its_code(tmp_path, monkeypatch):
    """A clone that was pulled is newer than what pip wrote down when it was installed."""
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0.0.1" if name == "smc" else version(name))
    small = (
        "data=simulated",
        "data.n_bars=2500",
        "events.last=150",
        "cv=holdout",
        "aug=none",
        "monitor=none",
    )
    run = api.train(["model=baseline", *small, f"paths.output={tmp_path}"])
    assert run.record["version"] == smc.__version__
    assert smc.__version__ != "0.0.1"
