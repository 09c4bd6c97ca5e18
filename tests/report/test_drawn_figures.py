"""What the pictures show is what the run holds."""

import numpy as np
import pandas as pd
import pytest

from smc.report.accounts import accounts_of, mean_deepest_drawdown, mean_gain, mean_length
from smc.report.run.pictures import PICTURES
from smc.report.style import ORANGE, styled
from smc.report.view import RunView


def drawn(run, name):
    """The figure of a picture."""
    with styled():
        return PICTURES[name][1](RunView(run))


def line(axes, label):
    return next(each for each in axes.lines if each.get_label() == label).get_ydata()


def test_equity_is_the_compounded_net_return_of_each_part(make_run):
    run = make_run()
    figure = drawn(run, "equity")
    for axes, (_, bars) in zip(figure.axes, run.returns.groupby("part", sort=False), strict=True):
        assert line(axes, "after costs") == pytest.approx(np.cumprod(1 + bars["net"]) - 1)
        assert line(axes, "before costs") == pytest.approx(np.cumprod(1 + bars["gross"]) - 1)
    deepest = run.record["test_financial_metrics"]["max_drawdown"]
    assert figure.axes[-1].get_title(loc="left").endswith(f"deepest drawdown {100 * deepest:.1f} %")


def test_a_pool_holds_its_symbols_with_equal_capital():
    times = pd.date_range("2020", periods=3, freq="D", tz="UTC")
    one = pd.DataFrame(
        {"time": times, "symbol": "A", "account": 0, "position": 1.0, "gross": 0.2, "net": 0.1}
    )
    two = one.assign(symbol="B", net=0.3, gross=0.4)[:2]
    (bars,) = accounts_of(pd.concat([one, two]))
    assert bars["net"].tolist() == pytest.approx([0.2, 0.2, 0.1])
    assert bars["gross"].tolist() == pytest.approx([0.3, 0.3, 0.2])


def test_accounts_are_drawn_and_told_one_by_one():
    """Their mean gain, not the gain of their mean: nobody trades all of them."""
    times = pd.date_range("2020", periods=2, freq="D", tz="UTC")
    table = pd.DataFrame({"time": times, "position": 1.0, "gross": 0.0, "net": [0.5, 0.0]})
    accounts = accounts_of(pd.concat([table.assign(account=0), table.assign(account=1, net=[-0.5, 0.2])]))
    assert mean_gain(accounts) == pytest.approx((0.5 - 0.4) / 2)
    assert mean_deepest_drawdown(accounts) == pytest.approx(0.25)
    assert (len(accounts), mean_length(accounts)) == (2, 2)
    assert accounts_of(table.assign(account=0, position=0.0)) == []


@pytest.mark.parametrize("kind", ["binary", "three"])
def test_the_confusion_matrix_is_the_records(make_run, kind):
    run = make_run(kind)
    for axes, part in zip(drawn(run, "confusion").axes, ("out_of_fold", "test"), strict=True):
        matrix = np.array(run.record[f"{part}_metrics"]["confusion_matrix"])
        shares = matrix / matrix.sum(axis=1, keepdims=True)
        written = [text.get_text() for text in axes.texts]
        expected = zip(matrix.ravel(), shares.ravel(), strict=True)
        assert written == [f"{n}\n{100 * share:.0f} %" for n, share in expected]
        assert axes.get_xlabel() == "predicted class"


def test_folds_validation_test_mean_and_baseline_are_the_records(make_run):
    run = make_run()
    (axes,) = drawn(run, "folds").axes
    marks = [each.get_ydata()[0] for each in axes.lines if each.get_marker() != "None"]
    record = run.record
    parts = [record["val_metrics"]["accuracy"], record["test_metrics"]["accuracy"]]
    assert marks == pytest.approx([*record["history"]["cv_fold_accuracies"], *parts])
    levels = [each.get_ydata()[0] for each in axes.lines if each.get_marker() == "None"]
    baseline = record["baseline_metrics"]["out_of_fold"]["accuracy"]
    assert levels == pytest.approx([record["history"]["cv_mean_accuracy"], baseline])


def test_importances_are_shares_of_the_total_largest_first(make_run):
    run = make_run()
    (axes,) = drawn(run, "importances").axes
    total = sum(each["importance"] for each in run.record["feature_importance"])
    widths = [bar.get_width() * total for bar in axes.patches]
    assert widths == pytest.approx([1 / (1 + number) for number in range(20)])
    assert [label.get_text() for label in axes.get_yticklabels()][:2] == ["feature_0", "feature_1"]


def test_calibration_counts_every_out_of_fold_event(make_run):
    figure = drawn(make_run(), "calibration")
    *_, strip = figure.axes
    heights = strip.patches[0].get_xy()[:, 1]
    assert heights[1:-1:2].sum() == 200
    assert "200 events" in figure.axes[0].get_title(loc="left")


@pytest.mark.parametrize("name", [name for name in PICTURES if name != "search"])  # of tuned runs alone
def test_every_picture_says_of_whom_and_in_what_unit(make_run, name):
    run = make_run("regression" if PICTURES[name][2] == "regression" else "binary")
    figure = drawn(run, name)
    assert "EURUSD, xgboost" in figure.get_suptitle()
    assert all(axes.get_ylabel() or name == "importances" for axes in figure.axes)


def test_loss_curves_are_the_runs_with_the_kept_iteration_marked(make_run):
    run = make_run()
    first, second = drawn(run, "loss_curves").axes
    one = run.curves[run.curves["fit"] == "train fit"]
    train, val, kept = first.get_lines()
    np.testing.assert_array_equal(train.get_ydata(), one["train_loss"])
    np.testing.assert_array_equal(val.get_ydata(), one["val_loss"])
    assert set(kept.get_xdata()) == {4}
    assert "5 of 12 iterations kept" in first.get_title(loc="left")
    assert len(second.get_lines()) == 4, "a line and a dot for each of two folds"


def of_two_members(curves):
    """The curves of an ensemble: those of a network, and of trees that go on for three rounds more."""
    longer = curves.assign(iteration=curves["iteration"] + 3, train_loss=0.5)
    trees = pd.concat([curves[curves["iteration"] < 3], longer])
    return pd.concat([curves.assign(member="mlp"), trees.assign(member="xgboost")], ignore_index=True)


def of_members(*names):
    """Turn a record into that of an ensemble."""
    fits = [{"fit": "fold 1", "members": [*names]}]
    return lambda record: {**record, "ensemble": {"fits": fits}}


def test_each_member_of_an_ensemble_has_a_panel_with_its_own_losses(make_run):
    run = make_run(change=of_members("mlp", "random_forest", "xgboost"), change_curves=of_two_members)
    panels = drawn(run, "loss_curves").axes
    assert len(panels) == 2
    for axes, name, n_iterations in zip(panels, ("mlp", "xgboost"), (12, 15), strict=True):
        own = run.curves[(run.curves["fit"] == "train fit") & (run.curves["member"] == name)]
        np.testing.assert_array_equal(line(axes, "training"), own["train_loss"])
        np.testing.assert_array_equal(line(axes, "validation (tail)"), own["val_loss"])
        assert axes.get_title(loc="left").startswith(f"{name}, train fit: ")
        assert axes.get_title(loc="left").endswith(f"of {n_iterations} iterations kept")
        fold = run.curves[(run.curves["fit"] == "fold 1") & (run.curves["member"] == name)]
        np.testing.assert_array_equal(line(axes, "validation in folds"), fold["val_loss"])
        thin = [each for each in axes.lines if each.get_color() == ORANGE and "tail" not in each.get_label()]
        assert len(thin) == 4, "a line and a dot for each of two folds"
    assert panels[-1].get_xlabel().endswith("\nno curves: random_forest")


def test_a_member_of_a_run_that_ended_early_shows_its_last_fit(make_run):
    def of_the_folds(curves):
        return curves[curves["fit"].str.startswith("fold")].assign(member="mlp")

    run = make_run(change=of_members("mlp"), change_curves=of_the_folds)
    (axes,) = drawn(run, "loss_curves").axes
    assert axes.get_title(loc="left") == "mlp, fold 2: 5 of 12 iterations kept"


def test_the_learning_curve_is_the_runs(make_run):
    run = make_run()
    accuracy, loss = drawn(run, "learning_curve").axes
    for axes, score in ((accuracy, "accuracy"), (loss, "log_loss")):
        train, val, baseline = axes.get_lines()
        np.testing.assert_array_equal(train.get_xdata(), run.learning_curve["n_events"])
        np.testing.assert_array_equal(train.get_ydata(), run.learning_curve[f"train_{score}"])
        np.testing.assert_array_equal(val.get_ydata(), run.learning_curve[f"val_{score}"])
        assert baseline.get_ydata()[0] == run.record["baseline_metrics"]["val"][score]
