"""Models and reports that are large are compressed in their run's folder, and read as if they were not."""

import gzip

from smc import api
from smc.results import load_run, packing
from smc.results.archive import restore, write_archive
from smc.results.kept_bars import KeptBars

MARKET = ("data=simulated", "data.n_bars=2500", "events.last=150", "aug=none", "monitor=none", "cv=holdout")


def test_a_large_report_and_a_large_model_are_compressed_and_read_as_ever(tmp_path, monkeypatch):
    def trained(place):
        output = f"paths.output={tmp_path / place}"
        return api.train([*MARKET, "model=logistic", output])

    plain = trained("plain")
    monkeypatch.setattr(packing, "PACK_ABOVE", 900)
    packed = trained("packed")
    large = {name for name in plain.digests if (plain.path / name).stat().st_size > 900}
    large = {name for name in large if not name.endswith((".json", ".yaml", ".parquet"))}
    assert "report.md" in large
    assert any(name.startswith("model/") for name in large)
    assert {name.removesuffix(".gz") for name in packed.digests if name.endswith(".gz")} == large
    assert set(packed.digests) - {f"{name}.gz" for name in large} == set(plain.digests) - large
    with gzip.open(packed.path / "report.md.gz") as report:
        assert report.read().startswith(plain.content("report.md")[:20])
    write_archive(tmp_path / "a.tar.gz", [packed.path])
    restore(tmp_path / "a.tar.gz", tmp_path / "back")
    back = load_run(tmp_path / "back" / "runs" / packed.run_id)
    assert back.run_id == plain.run_id
    kept = KeptBars(str(tmp_path / "back"), back.fingerprints)
    bars = kept.load(kept.symbols()[0])
    assert api.decide(plain, bars) == api.decide(back, bars)
