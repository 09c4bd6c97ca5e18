"""What the report says of augmentation, of its ablation and of backtest paths."""

from smc.report import markdown

FITS = [
    {"fit": "fold 0", "n_rows": 100, "n_added": 100, "error": None, "notes": []},
    {"fit": "train fit", "n_rows": 176, "n_added": 0, "error": None, "notes": []},
]
PATHS = {
    "n_paths": 5,
    "accuracy": {"mean": 0.55, "std": 0.01, "min": 0.53, "max": 0.561},
    "sharpe": {"mean": -0.2, "std": None, "min": -0.2, "max": -0.2},
}


def test_rows_before_and_after_each_fit(make_run) -> None:
    page = markdown(make_run(change=lambda record: {**record, "augmentation": FITS, "ablation": None}))
    assert "## Augmentation" in page
    assert "| fold 0 | 100 | 200 |" in page
    assert "| train fit | 176 | 176 |" in page
    assert "without" not in page.partition("## Augmentation")[2].partition("##")[0]


def test_figures_with_and_without(make_run) -> None:
    without = {"test_metrics": {"accuracy": 0.125, "log_loss": 0.75}}
    run = make_run(change=lambda record: {**record, "augmentation": FITS, "ablation": without})
    ours = run.record["test_metrics"]
    assert f"| test accuracy | {100 * ours['accuracy']:.1f} % | 12.5 % |" in markdown(run)
    assert f"| test log-loss | {ours['log_loss']:.3f} | 0.750 |" in markdown(run)


def test_a_run_without_augmentation_says_nothing_of_it(make_run) -> None:
    none = [{**each, "n_added": 0} for each in FITS]
    page = markdown(make_run(change=lambda record: {**record, "augmentation": none, "ablation": None}))
    assert "Augmentation" not in page
    assert "Backtest paths" not in page


def test_the_spread_over_backtest_paths(make_run) -> None:
    page = markdown(make_run(change=lambda record: {**record, "backtest_paths": PATHS}))
    assert "The test blocks make 5 paths" in page
    assert "| accuracy | 55.0 % | 1.0 % | 53.0 % | 56.1 % |" in page
    assert "| net Sharpe ratio | -0.20 | n/a | -0.20 | -0.20 |" in page
