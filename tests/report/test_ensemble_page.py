"""What the report says of an ensemble."""

import io

from smc.model.member_arithmetic import member_figures
from smc.report import markdown
from smc.report.notices import notices
from smc.report.run.contents import sections
from smc.report.terminal_page import show
from smc.report.view import RunView

MEMBERS = ["logistic", "random_forest", "xgboost"]


def account(fit: str, weights: tuple[float, ...] | None, losses: tuple[float, ...] | None, **more) -> dict:
    figures = {"losses": losses, "weights": weights}
    told = {name: each and dict(zip(MEMBERS, each, strict=True)) for name, each in figures.items()}
    return {"fit": fit, "members": MEMBERS, "loss_name": "log_loss", **told, **more}


def page_of(make_run, *fits: dict) -> str:
    folds = [each for each in fits if each["fit"].startswith("fold")]
    told = {"fits": list(fits), "folds": member_figures(folds)}
    run = make_run(change=lambda record: {**record, "ensemble": told})
    file = io.StringIO()
    show(sections(RunView(run)), file)
    assert max(map(len, file.getvalue().splitlines())) <= 80
    return markdown(run).partition("## Ensemble")[2].partition("\n##")[0]


def test_weights_of_the_folds_and_of_the_saved_model(make_run, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    page = page_of(
        make_run,
        account("fold 0", (0.5, 0.25, 0.25), (0.6, 0.7, 0.75), weight_sum=1.2),
        account("fold 1", (0.25, 0.5, 0.25), (0.7, 0.72, 0.71), weight_sum=0.9),
        account("final fit", (0.4, 0.35, 0.25), (0.65, 0.71, 0.73), weight_sum=0.75),
    )
    assert "Members: logistic, random_forest, xgboost; the figures of a fit stand in this order." in page
    assert "Weights are shares of a sum: 0.75 in the saved model" in page
    assert "| logistic | 0.650 | [0.600, 0.700] | 0.650 | 0.38 | [0.25, 0.50] | 0.40 |" in page
    assert "| fold 1 | 0.700, 0.720, 0.710 | 0.25, 0.50, 0.25 |" in page


def test_who_answers_in_which_regime(make_run, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    regimes = [{"member": "xgboost", "n_events": 41}, {"member": "logistic", "n_events": 12}]
    fit = account("final fit", None, (0.65, 0.71, 0.73), default="logistic", regimes=regimes)
    page = page_of(make_run, fit)
    assert "Where no member leads clearly, logistic answers in the saved model." in page
    assert "| final fit | 0.650, 0.710, 0.730 | xgboost (41), logistic (12) |" in page
    assert "| logistic | n/a |  | 0.650 |" in page, "there are no folds"


def test_an_ensemble_that_learns_nothing_says_so(make_run, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    page = page_of(make_run, account("final fit", None, None))
    assert "Nothing is learned of them" in page
    assert "| fit |" not in page


def test_a_single_model_says_nothing_of_it(make_run):
    for change in (lambda record: {**record, "ensemble": None}, lambda record: record):
        assert "Ensemble" not in markdown(make_run(change=change, run_id=f"{id(change):016x}"[-16:]))


def test_each_member_has_a_notice_of_its_own_with_the_number_of_its_fits():
    late = {"reason": "timeout", "fit": "fold 0", "sentence": "mlp, inner fold 1: Late.", "member": "mlp"}
    told = [{**late, "n_fits": 3}, {**late, "member": "lstm", "sentence": "lstm: Late.", "n_fits": 1}]
    told += [{**each, "fit": "fold 1"} for each in told]
    assert notices({"warnings": told, "return_scheme": "simple"}) == [
        ("timeout", "fold 0: mlp, inner fold 1: Late. So it was in 3 fits of mlp there. Likewise in fold 1."),
        ("timeout", "fold 0: lstm: Late. Likewise in fold 1."),
    ]
