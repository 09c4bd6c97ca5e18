"""From the tables of a run to a candidate: by arrays, held against the same figures by pandas."""

import numpy as np
import pandas as pd
import pytest

from smc.evaluation.predictions import with_shares
from smc.evaluation.rows import Rows
from smc.results.table_file import read_rows, read_table
from smc.selection.candidates import candidates_of
from smc.selection.measures import return_coefficient
from smc.stats import TrackRecord, mean_record

PARTS = ("out_of_fold", "val", "test")
RECORD = {
    "symbol": "A",
    "model_name": "m",
    "seed": 0,
    "data_hash": "d",
    "split_hash": "s",
    "code_version": "c",
    "trial_hash": "t",
    "task": "classification",
    "history": {},
    "financial_metrics": {"periods_per_year": 250.0},
}


def predictions_of(symbol: str, *, n_folds: int, regression: bool) -> pd.DataFrame:
    """Predictions of all parts, those out of fold by several folds, in no order."""
    rng = np.random.default_rng(len(symbol) + n_folds)
    tables = []
    for begin, part in enumerate(PARTS):
        for fold in range(n_folds if part == "out_of_fold" else 1):
            event = 1000 * begin + np.sort(rng.choice(200, 60, replace=False))
            label, said = rng.integers(0, 2, (2, 60))
            sure = rng.uniform(size=60)
            columns = {"event": event, "end": event + 3, "label": label, "prediction": said}
            if regression:
                columns |= {"label": rng.normal(size=60), "prediction": sure, "baseline": 0.1}
            else:
                columns |= {
                    "p_0": sure,
                    "p_1": 1 - sure,
                    "baseline_0": sure[::-1],
                    "baseline_1": 1 - sure[::-1],
                }
            named = {"symbol": symbol, "part": part, "fold": fold, "account": fold}
            tables.append(pd.DataFrame({**named, **columns, "ret": rng.normal(0, 0.01, 60)}))
    table = pd.concat(tables, ignore_index=True).sample(frac=1, random_state=0, ignore_index=True)
    return table.assign(time=pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(table["event"], unit="h"))


def returns_of(symbol: str, n_accounts: int) -> pd.DataFrame:
    """Net returns of several accounts, one of which never trades."""
    rng = np.random.default_rng(n_accounts)
    account = np.repeat(np.arange(n_accounts), 80)
    net = np.where(account == n_accounts - 1, 0.0, rng.normal(0, 0.01, len(account)))
    columns = {"account": account, "position": np.sign(net), "net": net}
    return pd.DataFrame({"symbol": symbol, "part": "out_of_fold", **columns}).sample(frac=1, random_state=1)


@pytest.fixture(params=[(1, False), (3, False), (3, True)], ids=["once", "several times", "regression"])
def tables(request) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predictions and returns of a pool."""
    n_folds, regression = request.param
    said = [predictions_of(name, n_folds=n_folds, regression=regression) for name in ("A", "BB")]
    return pd.concat(said, ignore_index=True), pd.concat([returns_of("A", 4), returns_of("BB", 2)])


def test_figures_are_those_of_pandas(tables):
    predictions, returns = tables
    pool = {**RECORD, "by_symbol": {"A": RECORD, "BB": RECORD}}
    for candidate in candidates_of("r", pool, predictions, returns):
        symbol = candidate.identity.symbol
        own = predictions.loc[predictions["symbol"] == symbol]
        for part in PARTS:
            rows = with_shares(own.loc[own["part"] == part])
            said, events = getattr(candidate, part), rows.groupby("event")
            assert said.time.tolist() == [stamp.value for stamp in events["time"].first()]
            assert (said.end - said.time).tolist() == [3 * 3600 * 10**9] * len(
                events
            ) or part == "out_of_fold"
            value = pd.Series(return_coefficient(rows)).groupby(rows["event"]).mean()
            np.testing.assert_allclose(said.evidence.value, value, atol=1e-15)
            if said.correct is None:
                assert "baseline" in rows
                assert said.score.mean() == pytest.approx(0, abs=0.2)
                continue
            hit = (rows["label"] == rows["prediction"]).groupby(rows["event"]).mean()
            named = (rows["baseline_1"] > rows["baseline_0"]).astype(int)
            beside = (rows["label"] == named).groupby(rows["event"]).mean()
            np.testing.assert_allclose(said.correct, hit)
            np.testing.assert_allclose(said.baseline_correct, beside)
        accounts = returns.loc[returns["symbol"] == symbol].groupby("account")["net"]
        records = [
            TrackRecord.of(net.to_numpy(), periods_per_year=250.0) for _, net in accounts if net.abs().any()
        ]
        assert candidate.returns == (mean_record(records) if records else None)


def test_a_candidate_read_from_files_is_that_of_the_tables(tables, tmp_path):
    pool = {**RECORD, "by_symbol": {"A": RECORD, "BB": RECORD}}
    read = []
    for how in (read_rows, read_table):
        for name, table in zip(("predictions", "returns"), tables, strict=True):
            table.to_parquet(tmp_path / f"{name}.parquet")
        read.append([how(tmp_path / f"{name}.parquet") for name in ("predictions", "returns")])
    assert isinstance(read[0][0], Rows)
    ones, others = (candidates_of("r", pool, *both, sealed=both[0]) for both in read)
    assert len(ones) == len(others) == 2
    for one, other in zip(ones, others, strict=True):
        assert (one.identity, one.returns) == (other.identity, other.returns)
        for mine, yours in zip(one.sealed_events, other.sealed_events, strict=True):
            assert mine.tobytes() == yours.tobytes()
        for part in PARTS:
            for name in ("time", "end", "correct", "baseline_correct", "score"):
                mine, yours = (getattr(getattr(own, part), name) for own in (one, other))
                assert (mine is None and yours is None) or mine.tobytes() == yours.tobytes()
            mine, yours = (getattr(own, part).evidence.value for own in (one, other))
            assert mine.tobytes() == yours.tobytes()


def test_stamps_without_a_zone_are_refused(tables, tmp_path):
    predictions, _ = tables
    predictions.assign(time=predictions["time"].dt.tz_localize(None)).to_parquet(tmp_path / "p.parquet")
    with pytest.raises(ValueError, match="time has no time zone"):
        read_rows(tmp_path / "p.parquet")
