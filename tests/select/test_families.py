"""Which markets of a ledger count beside those that a selection judges."""

import pandas as pd
import pytest

from smc import api
from smc.select import main
from smc.selection.family import families

QUICK = ("model=logistic", "aug=none", "monitor=none", "keep_bars=false", "evaluation.n_bootstrap=20")


def simulated(n_bars: int, seed: int) -> list[str]:
    return ["data=simulated", f"data.n_bars={n_bars}", f"data.seed={seed}", "symbol=S01"]


def known_markets(**last: str | None) -> pd.DataFrame:
    """Markets of a ledger, as it tells them."""
    rows = {
        name: {
            "symbols": (name.upper(),),
            "last": stamp and pd.Timestamp(stamp, tz="UTC"),
            "simulated": False,
        }
        for name, stamp in last.items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return frame.assign(last=pd.to_datetime(frame["last"], utc=True))


def test_markets_of_the_last_two_years_count_and_later_ones_and_those_nobody_can_date() -> None:
    markets = known_markets(
        own="2024-06-01", old="2022-06-01", recent="2022-06-02", later="2026-01-01", undated=None
    )
    found = families(markets, {}, {"own"})
    assert [relative.market for relative in found[False]] == ["recent", "later", "undated"]
    assert found[True] == []
    assert {relative.p_value for relative in found[False]} == {1.0}  # nobody has judged them


def test_a_market_counts_with_what_its_last_selection_found() -> None:
    said = {
        "a": {"A": {"combined": 0.02, "test": 0.1}, "B": {"combined": 0.5, "test": 0.01}},
        "b": {"C": {"combined": None, "test": None}},
    }
    markets = known_markets(own="2024-01-01", a="2024-01-01", b="2024-01-01")
    first, second = families(markets, said, {"own"})[False]
    assert (first.p_value, first.test_p_value) == (0.02, 0.01)
    assert (second.p_value, second.test_p_value) == (1.0, 1.0)


def test_a_selection_in_another_folder_counts_and_its_manifest_says_so(tmp_path) -> None:
    """Judging one symbol a folder is no way round the false discovery rate."""
    trained = [
        api.train([*QUICK, *simulated(3000, number), f"paths.output={tmp_path}/{number}"])
        for number in range(3)
    ]
    runs = trained[2:]
    manifests = [api.select([f"paths.output={tmp_path}/{number}"]).manifest for number in range(3)]
    assert [len(manifest["family"]) for manifest in manifests] == [2, 2, 2]
    assert {relative["p_value"] for relative in manifests[0]["family"]} == {1.0}
    (entry,) = manifests[2]["selections"].values()
    told = entry["evidence"]
    assert told["family"] == {"method": "benjamini_hochberg", "n_markets": 3}
    scheme, (run,) = told["evidence_scheme"], runs
    assert (scheme["kind"], scheme["variance_factor"]) == ("forward", 1)
    assert scheme["n_tested"] == run.record["out_of_fold_metrics"]["n_events"]
    n_test = run.record["test_part"]["S01"]["n_events"]
    assert scheme["n_development"] == len(run.evidence) - n_test
    assert told["guarantees"][0].startswith("False discovery rate .05")


@pytest.mark.parametrize(
    ("cv", "factor"), [("expanding", 1), ("walk_forward", 1), ("purged_kfold", 2), ("cpcv", 2)]
)
def test_two_sided_folds_are_told_of_in_run_and_list_alike(tmp_path, cv: str, factor: int) -> None:
    asked = [*QUICK, *simulated(4000, 5), f"cv={cv}", f"paths.output={tmp_path}"]
    api.train(asked)
    (entry,) = api.select([f"paths.output={tmp_path}"]).manifest["selections"].values()
    assert entry["evidence"]["evidence_scheme"]["variance_factor"] == factor
    sentences = " ".join(entry["evidence"]["guarantees"])
    assert ("folds trained after" in sentences) is (factor == 2)


def test_the_terminal_says_what_a_deployment_protects_from(tmp_path, capsys) -> None:
    market = ("data=simulated", "data.n_bars=4000", "data.n_symbols=1", "data.edge_frac=1.0", "symbol=S01")
    api.train([*QUICK, *market, f"paths.output={tmp_path}"])
    main([f"paths.output={tmp_path}"])
    told = " ".join(capsys.readouterr().out.split())
    assert "DEPLOY" in told
    assert "What DEPLOY protects from, and what not - False discovery rate .05 over symbols" in told
    assert "An edge that ended before the test part" in told


def test_symbols_that_share_a_model_are_adjusted_for_any_dependence(tmp_path) -> None:
    api.train(
        [
            *QUICK,
            "data=simulated",
            "data.n_bars=3000",
            "data.n_symbols=2",
            "symbol=[S01,S02]",
            f"paths.output={tmp_path}",
        ]
    )
    entries = api.select([f"paths.output={tmp_path}"]).manifest["selections"]
    assert {entry["evidence"]["family"]["method"] for entry in entries.values()} == {"benjamini_yekutieli"}
