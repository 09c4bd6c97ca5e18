"""The page of a run: one HTML file that asks nothing of anybody, beside its pictures and its trades."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from smc.report.accounts import HOLD, mean_gain
from smc.report.beside import OTHERS, Beside
from smc.report.document import Section
from smc.report.html.blocks import Picture, pictures_block, section_block, side_by_side, table_block
from smc.report.html.charts.run_charts import calibration_chart, equity_chart, loss_chart
from smc.report.html.markup import Html, joined, tag
from smc.report.html.page import whole_page
from smc.report.months import MONTHS, YEAR, monthly_returns
from smc.report.reliability import reliability
from smc.report.run.contents import of_model, of_search
from smc.report.run.findings import findings
from smc.report.run.price_pictures import price_blocks
from smc.report.run.search_pictures import search_pictures
from smc.report.run.sections.provenance import configuration_section, identity_section, warnings_section
from smc.report.run.sections.samples import class_balance_section, sample_loss_section
from smc.report.run.sections.scores import (
    backtest_paths_section,
    by_symbol_section,
    folds_section,
    headline_section,
    regimes_section,
)
from smc.report.run.sections.steps import steps_section
from smc.report.run.sections.trading import financial_section, months_sentence
from smc.report.text import count, decimal, is_number, minute, percent, two_digits
from smc.report.view import SPLIT_NAMES, RunView

#: Splits whose returns are drawn and laid out by month.
SHOWN = ("out_of_fold", "test")
CHAPTERS = {
    "price": "Price and positions",
    "trading": "Trading",
    "scores": "Scores",
    "model": "Model",
    "run": "Data and configuration",
}


def page(
    view: RunView, *, pictures: Mapping[str, Path], trades: str | None, beside: Beside | None = None
) -> str:
    """Write the page.

    Parameters
    ----------
    pictures
        Caption -> file beside the page.
    trades
        Name of the file of trades beside the page; None without one.
    beside
        Links to what else there is under the root of the results.
    """
    return whole_page(
        f"{view.title}, run {view.run.run_id}",
        _top(view, pictures, trades, beside),
        _chapter("price", *price_blocks(view)),
        _chapter("trading", *_trading(view, trades)),
        _chapter("scores", *_scores(view, pictures)),
        _chapter(
            "model",
            side_by_side(*map(section_block, of_search(view)), pictures_block(list(search_pictures(view)))),
            side_by_side(
                *map(section_block, of_model(view)),
                _embedded(pictures, "Features kept", "Learning curve"),
            ),
        ),
        _chapter(
            "run",
            side_by_side(
                *_blocks(identity_section(view), sample_loss_section(view), class_balance_section(view)),
                *_blocks(warnings_section(view), configuration_section(view)),
            ),
            _every_value(view),
        ),
    )


def _top(view: RunView, pictures: Mapping[str, Path], trades: str | None, beside: Beside | None) -> Html:
    made = f"Run {view.run.run_id}, made {minute(view.record.get('timestamp'))} UTC"
    files = [
        *([(trades, "Trades (CSV)")] if trades else []),
        ("report.md", "Markdown"),
        *((path.name, caption) for caption, path in pictures.items()),
        *_elsewhere(view, beside),
    ]
    return joined(
        [
            tag("h1", view.title),
            tag("p", made, class_="note"),
            tag("nav", *(tag("a", name, href=f"#{key}") for key, name in CHAPTERS.items())),
            tag("div", *(tag("p", sentence) for sentence in findings(view)), class_="supported"),
            _tiles(view),
            tag("nav", *(tag("a", name, href=file) for file, name in files), class_="files"),
        ]
    )


def _elsewhere(view: RunView, beside: Beside | None) -> Iterator[tuple[str, str]]:
    """Give the way to the explanation of the run, and to the last selection, where they are."""
    places = {"Explanation": OTHERS["explanation"].format(view.run.run_id), "Last selection": "report.html"}
    for name, place in places.items():
        if beside and (link := beside.file(place)):
            yield link, name


def _tiles(view: RunView) -> Html:
    tiles = [tag("div", tag("dt", name), tag("dd", figure)) for name, figure in _headline(view)]
    return tag("dl", *tiles, class_="tiles") if tiles else Html("")


def _headline(view: RunView) -> Iterator[tuple[str, str]]:
    """Give the first figures that a reader asks for, those of the part with most of the evidence."""
    split = view.judged_split
    if split is None:
        return
    name, figures = SPLIT_NAMES[split], view.figures
    write = percent if view.classes else decimal
    for label, value in (
        (f"{name} {'accuracy' if view.classes else 'R²'}", figures.metrics(split).get(view.score_name)),
        ("most frequent class" if view.classes else "baseline's R²", _known(view, split)),
    ):
        if is_number(value):
            yield label, write(value)
    yield "events", count(figures.metrics(split).get("n_events"))
    if accounts := view.accounts(split):
        yield "gain after costs", percent(mean_gain(accounts), sign=True)
    if held := view.held_accounts(split):
        yield HOLD, percent(mean_gain(held), sign=True)
    if is_number(ratio := figures.financial(split).get("sharpe")):
        yield "net Sharpe ratio", two_digits(ratio)


def _known(view: RunView, split: str) -> object:
    if view.classes:
        return view.figures.metrics(split).get("majority_accuracy")
    return view.figures.baseline(split).get("r2")


def _trading(view: RunView, trades: str | None) -> Iterator[Html]:
    accounts = {split: own for split in SHOWN if (own := view.accounts(split))}
    equity = pictures_block([_equity(view, accounts)]) if accounts else Html("")
    figures = financial_section(view)
    yield side_by_side(*_blocks(figures and replace(figures, title="Figures")), equity)
    if accounts:
        points = tag("p", months_sentence(view), class_="note")
        tables = (_calendar(split, monthly_returns(own)) for split, own in accounts.items())
        yield tag("section", tag("h3", "Net returns by month"), points, *tables)
    if not any(map(view.has_account, SPLIT_NAMES)):
        yield tag("p", "This run has no trading figures.")
    elif trades:
        yield tag("p", "Each trade with its prices, costs and return: ", tag("a", trades, href=trades), ".")


def _equity(view: RunView, accounts: Mapping[str, list[pd.DataFrame]]) -> Picture:
    held = {split: view.held_accounts(split) for split in accounts}
    said = [
        f"{SPLIT_NAMES[split]} {percent(mean_gain(own), sign=True)}"
        + (f", {HOLD} {percent(mean_gain(held[split]), sign=True)}" if held[split] else "")
        for split, own in accounts.items()
    ]
    caption = f"{'; '.join(said)}: gain after costs, of a capital that is traded from the start of each part."
    return Picture("equity", "Equity after costs", caption, equity_chart(accounts, caption, held=held))


def _calendar(split: str, table: pd.DataFrame) -> Html:
    """Write a year a row; on a phone each month stands under its name."""
    names = (*MONTHS, YEAR)
    head = tag(
        "tr", tag("th", "", scope="col"), *(tag("th", name, scope="col", class_="figure") for name in names)
    )
    rows = [
        tag("tr", tag("th", str(year), scope="row"), *map(_month, values, names))
        for year, values in zip(table.index, table[list(names)].to_numpy().tolist(), strict=True)
    ]
    caption = tag("caption", f"{SPLIT_NAMES[split]}, percent")
    return tag("table", caption, tag("thead", head), tag("tbody", *rows), class_="calendar")


def _month(value: float, name: str) -> Html:
    if not is_number(value):
        return tag("td", "", data_name=name, class_="figure")
    sign = "lost" if round(value, 3) < 0 else "gained" if round(value, 3) > 0 else "flat"
    return tag("td", decimal(100 * value, 1), data_name=name, class_=f"figure {sign}")


def _scores(view: RunView, pictures: Mapping[str, Path]) -> Iterator[Html]:
    headline = headline_section(view)
    yield side_by_side(
        *_blocks(Section("By part", tables=headline.tables) if headline.tables else None),
        joined(
            [pictures_block([*_calibration(view), *_losses(view)]), _embedded(pictures, "Confusion matrix")]
        ),
    )
    yield from _blocks(by_symbol_section(view), steps_section(view))
    yield side_by_side(
        joined(_blocks(folds_section(view), backtest_paths_section(view), regimes_section(view))),
        _embedded(pictures, "Fold scores", "Realised against predicted"),
    )


def _calibration(view: RunView) -> Iterator[Picture]:
    split = view.judged_split
    if split is None or not view.classes:
        return
    rows = view.splits[split]
    names = [name for name in view.classes if f"p_{name}" in rows]
    curves = {name: reliability(rows, name, confidence=view.confidence) for name in names[len(names) == 2 :]}
    caption = f"{SPLIT_NAMES[split]}, {view.level} intervals; the broken line is where predictions are kept."
    yield Picture("calibration", "Calibration", caption, calibration_chart(curves, caption))


def _losses(view: RunView) -> Iterator[Picture]:
    curves = view.run.curves
    own = curves.loc[curves["fit"] == "train fit"] if len(curves) else curves
    if len(own) < 2 or "member" in own or not np.isfinite(own["train_loss"].to_numpy(dtype=np.float64)).any():
        return
    kept = count(own["kept"].to_numpy().sum())
    caption = f"Train fit, {kept} of {count(len(own))} iterations kept."
    yield Picture("losses", "Loss of the train fit", caption, loss_chart(own, f"Loss: {caption}"))


def _embedded(pictures: Mapping[str, Path], *captions: str) -> Html:
    """Put pictures into the page itself, so that it can be sent alone."""
    shown = [
        tag(
            "figure",
            tag(
                "img",
                src=f"data:image/png;base64,{b64encode(pictures[caption].read_bytes()).decode()}",
                alt=caption,
            ),
        )
        for caption in captions
        if caption in pictures
    ]
    return tag("div", *shown, class_="charts") if shown else Html("")


def _every_value(view: RunView) -> Html:
    section = configuration_section(view, full=True)
    summary = tag("summary", "Every value of the configuration, with the file or the override that gave it")
    return tag("details", summary, side_by_side(*map(table_block, section.tables)))


def _blocks(*sections: Section | None) -> list[Html]:
    return [section_block(section) for section in sections if section is not None]


def _chapter(key: str, *blocks: Html) -> Html:
    return tag("section", tag("h2", CHAPTERS[key]), *blocks, id=key, class_="chapter")
