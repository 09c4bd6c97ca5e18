"""What the page of a run shows of its market: prices, trades, buying and holding, and returns by month."""

import io
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from smc import api
from smc.metrics import mark_to_market, mean_over_open
from smc.report import save_report
from smc.report.accounts import mean_gain
from smc.report.html.charts.price_charts import Drawn, latest_chart, whole_chart
from smc.report.market import NOT_KEPT
from smc.report.months import MONTHS, YEAR, monthly_returns
from smc.report.run.contents import sections
from smc.report.run.page import page
from smc.report.run.price_pictures import SIZES, drawn_of
from smc.report.run.trades import as_csv, trades_of
from smc.report.terminal_page import show
from smc.report.view import RunView
from smc.show import main

MARKET = ("data=simulated", "data.n_bars=4000", "data.n_symbols=2", "symbol=S01", "aug=none", "monitor=none")
QUICK = ("model=logistic", "evaluation.n_bootstrap=20")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("market")


@pytest.fixture(scope="module")
def made(root):
    """Give a run of each kind: its test part sealed or recorded, several accounts, no barriers, a pool."""
    asked = {
        "sealed": [],
        "recorded": ["evaluation.test=recorded"],
        "accounts": ["cv=cpcv"],
        "regression": ["labels=forward_return", "model=xgboost", "evaluation.test=recorded"],
        "pool": ["symbol=[S01,S02]"],
    }
    return {kind: api.train([*MARKET, *QUICK, *more, f"paths.output={root}"]) for kind, more in asked.items()}


KINDS = ("sealed", "recorded", "accounts", "regression", "pool")


@pytest.mark.parametrize("kind", KINDS)
def test_the_trades_make_the_account(made, kind):
    """Marked bar by bar and averaged over those open, they are the returns that the run has on record."""
    run = made[kind]
    view, trades = RunView(run), trades_of(run)
    assert len(trades)
    for (symbol, part, account), own in trades.groupby(["symbol", "part", "account"]):
        bars, kept = view.market[symbol], run.returns
        kept = kept[(kept["symbol"] == symbol) & (kept["part"] == part) & (kept["account"] == account)]
        first = bars.index.get_loc(kept["time"].iloc[0])
        start, end = (bars.index.get_indexer(own[name]) for name in ("entry_time", "exit_time"))
        marked = mark_to_market(
            bars["open"].to_numpy(),
            bars["close"].to_numpy(),
            start=start,
            end=end,
            position=own["size"].to_numpy() * np.where(own["side"] == "long", 1, -1),
            gain=(own["exit_price"] / own["entry_price"]).to_numpy() - 1,
            cost=view.cost,
        )
        net = mean_over_open(len(kept), marked.bar - first, marked.net)
        assert net == pytest.approx(kept["net"].to_numpy(), abs=1e-12)
        whole = [np.prod(1 + marked.net[marked.trade == number]) - 1 for number in range(len(own))]
        assert own["net"].to_numpy() == pytest.approx(whole)
        assert own["gross"].to_numpy() - own["cost"].to_numpy() == pytest.approx(own["net"].to_numpy())


@pytest.mark.parametrize("kind", ["sealed", "recorded", "regression"])
def test_the_trades_are_as_many_and_win_as_often_as_the_record_says(made, kind):
    view, trades = RunView(made[kind]), trades_of(made[kind])
    for split in view.splits:
        own, figures = trades[trades["part"] == split], view.figures.financial(split)
        assert len(own) == figures["n_trades"]
        assert (own["net"] > 0).mean() == pytest.approx(figures["win_rate"])


def test_a_trade_ended_where_its_label_says(made):
    trades, rows = trades_of(made["recorded"]), made["recorded"].predictions
    taken = rows[rows["prediction"] == 1]
    assert len(trades) == len(taken)
    assert set(trades["ended"]) <= {"target", "stop", "expiry", "both"}
    above = np.where(trades["side"] == "long", 1, -1)
    assert (above * (trades["target"] - trades["entry_price"]) > 0).all()
    assert (above * (trades["stop"] - trades["entry_price"]) < 0).all()
    hit = trades["ended"] == "target"
    beyond = above * (trades["exit_price"] - trades["target"])
    assert (beyond[hit] >= -1e-9).all()
    lost = trades["ended"].isin(["stop", "both"])
    assert (above * (trades["exit_price"] - trades["stop"]))[lost].max() <= 1e-9
    assert (trades.loc[hit, "gross"] > 0).all()
    assert (trades.loc[lost, "gross"] < 0).all()
    assert 0 < hit.sum() < len(trades)


def test_a_label_without_barriers_has_none(made):
    trades = trades_of(made["regression"])
    assert trades[["stop", "target"]].isna().all(axis=None)
    assert set(trades["ended"]) == {""}


@pytest.mark.parametrize("kind", KINDS)
def test_buying_and_holding_is_what_it_plainly_is(made, kind):
    """Bought at the first open, sold at the last close, a cost on both: of a pool the mean over its symbols."""
    view = RunView(made[kind])
    for split in ("out_of_fold", "val"):
        held = view.held_accounts(split)
        assert len(held) == len(view.accounts(split))
        for number, bars in enumerate(held):
            returns = made[kind].returns
            returns = returns[(returns["part"] == split) & (returns["account"] == number)]
            by_symbol = {}
            for symbol, own in returns.groupby("symbol"):
                span = view.market[symbol].loc[own["time"].iloc[0] : own["time"].iloc[-1]]
                assert len(span) == len(own)
                worth = span["close"] / span["open"].iloc[0] * (1 - view.cost)
                worth.iloc[-1] *= 1 - view.cost
                by_symbol[symbol] = worth / worth.shift(fill_value=1.0) - 1
            mean = pd.DataFrame(by_symbol).mean(axis=1)
            assert bars["net"].to_numpy() == pytest.approx(mean.to_numpy())


def test_the_table_has_it_beside_the_strategy(made):
    view = RunView(made["sealed"])
    (table,) = next(one for one in sections(view) if one.title == "Trading").tables
    gain, hold = table.rows[:2]
    assert gain == (
        "gain of the capital",
        *(f"{100 * mean_gain(view.accounts(s)):+,.1f} %" for s in view.splits),
    )
    assert hold == (
        "  buy and hold",
        *(f"{100 * mean_gain(view.held_accounts(s)):+,.1f} %" for s in view.splits),
    )


def test_the_months_compound_to_the_years_and_the_years_to_the_gain(made):
    (account,) = RunView(made["sealed"]).accounts("out_of_fold")
    table = monthly_returns([account])
    assert (1 + table[list(MONTHS)]).prod(axis=1).to_numpy() == pytest.approx(1 + table[YEAR].to_numpy())
    assert (1 + table[YEAR]).prod() - 1 == pytest.approx(mean_gain([account]))
    first = account.index[0]
    plain = np.prod(
        1 + account["net"][(account.index.year == first.year) & (account.index.month == first.month)]
    )
    assert table.loc[first.year, MONTHS[first.month - 1]] == pytest.approx(plain - 1)
    n_months = (account.index[-1].year - first.year) * 12 + account.index[-1].month - first.month + 1
    assert table[list(MONTHS)].notna().sum(axis=None) == n_months


def test_of_several_accounts_a_month_is_the_mean(made):
    accounts = RunView(made["accounts"]).accounts("out_of_fold")
    assert len(accounts) > 1
    each = [monthly_returns([account]) for account in accounts]
    table = monthly_returns(accounts)
    year = table.index[1]
    assert table.loc[year, "Mar"] == pytest.approx(np.mean([one.loc[year, "Mar"] for one in each]))


class Page(HTMLParser):
    """Elements with attributes."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, name, attributes):
        self.elements.append((name, dict(attributes)))


@pytest.fixture(scope="module")
def pages(made):
    """The page of each run, without the pictures that other files hold."""
    return {kind: page(RunView(run), pictures={}, trades="trades.csv") for kind, run in made.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_asks_nothing_of_anybody(pages, kind):
    for name, known in Page(pages[kind]).elements:
        assert name not in ("script", "link", "iframe", "object", "embed", "base", "img")
        assert not any(key.startswith("on") for key in known)
    assert not re.search(r"https?:|@import|url\(", pages[kind])
    assert "default-src &#x27;none&#x27;" in pages[kind]


def test_every_link_of_a_saved_page_leads_somewhere(made, root):
    saved = save_report(made["sealed"], root / "reports" / made["sealed"].run_id)
    text = saved.html.read_text(encoding="utf-8")
    ids = set(re.findall(r' id="([^"]+)"', text))
    links = [known["href"] for _, known in Page(text).elements if "href" in known]
    assert {"trades.csv", "report.md", "equity.png"} <= set(links)
    for link in links:
        assert link[1:] in ids if link.startswith("#") else (saved.html.parent / link).is_file()
    pictures = [known["src"] for name, known in Page(text).elements if name == "img"]
    assert pictures
    assert all(source.startswith("data:image/png;base64,") for source in pictures)


@pytest.mark.parametrize("kind", ["sealed", "accounts", "pool"])
def test_nothing_of_a_sealed_part_is_drawn_or_listed(made, pages, kind):
    run = made[kind]
    hidden = run.sealed_events()
    opens = hidden.groupby("symbol")["time"].min()
    trades = pd.read_csv(io.StringIO(as_csv(trades_of(run))), parse_dates=["exit_time"])
    assert set(trades["part"]) == {"out_of_fold", "val"}
    assert all((trades["exit_time"] <= trades["symbol"].map(opens)).tolist())  # its labels begin a bar later
    view = RunView(run)
    for symbol, bars in view.market.items():
        drawn = drawn_of(view, symbol, bars, trades_of(run))
        own = hidden[hidden["symbol"] == symbol]
        assert drawn.bars.index[-1] <= own["time"].min()
        assert not set(drawn.events) & set(own["event"])
        assert drawn.trades["end"].max() < len(drawn.bars) <= own["event"].min() + 1
    assert "sealed test part, and is not drawn" in pages[kind]
    titles = [column for one in sections(view) for table in one.tables for column in table.columns]
    assert not any("test" in title for title in titles if title != "all events")


def test_a_part_that_is_opened_is_drawn_and_listed(made, pages):
    run = made["recorded"]
    trades = trades_of(run)
    assert set(trades["part"]) == {"out_of_fold", "val", "test"}
    view = RunView(run)
    drawn = drawn_of(view, "S01", view.market["S01"], trades)
    assert len(drawn.trades) == trades["part"].isin(["out_of_fold", "test"]).sum()
    assert "is not drawn" not in pages["recorded"]
    assert "<caption>test, percent</caption>" in pages["recorded"]


def test_without_bars_a_sentence_stands_in_the_place_of_the_chart(make_run, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "trades.csv").write_text("of a call before")
    saved = save_report(make_run(), tmp_path / "report")
    text = saved.html.read_text(encoding="utf-8")
    assert f"No prices are drawn: {NOT_KEPT}." in text
    assert f"Buying and holding is not shown: {NOT_KEPT}." in text
    assert 'class="range"' not in text
    assert saved.trades is None
    assert "trades.csv" not in text
    assert not (tmp_path / "report" / "trades.csv").exists()


def test_the_command_prints_the_trades_and_nothing_else(made, root, capsys):
    run = made["sealed"]
    main([run.run_id, "--trades", "--output", str(root)])
    printed = capsys.readouterr().out
    assert printed == as_csv(api.trades(run, output=root))
    read = pd.read_csv(io.StringIO(printed), parse_dates=["entry_time"])
    assert read["net"].to_numpy() == pytest.approx(trades_of(run)["net"].to_numpy(), rel=1e-8)
    assert read["entry_time"].tolist() == trades_of(run)["entry_time"].tolist()


def test_a_run_without_trades_says_why(make_run, tmp_path, capsys):
    make_run()
    with pytest.raises(SystemExit, match="2"):
        main(["--trades", "--output", str(tmp_path / "outputs")])
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(f"error: run .* has no trades to list: {NOT_KEPT}\n", said.err)


@pytest.mark.parametrize("name", ["=1+1", "+A", "-A", "@A", "a\nb", 'a,"b'])
def test_a_name_is_no_formula_and_no_line_of_its_own(made, name):
    written = as_csv(trades_of(made["sealed"]).assign(symbol=name)[:2])
    assert len(written.splitlines()) == 3
    (read,) = set(pd.read_csv(io.StringIO(written))["symbol"])
    assert not read.startswith(("=", "+", "-", "@"))
    assert read.lstrip("'") == name.replace("\n", " ")


def test_names_are_text_on_the_page(make_run):
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    named = {"name": hostile, "tags": [hostile], "note": hostile}
    run = make_run(change=lambda record: {**record, "symbol": hostile, "model_name": hostile, "run": named})
    text = page(RunView(run), pictures={}, trades=None)
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text


def test_a_hundred_thousand_bars_make_a_small_page(made):
    view = RunView(made["sealed"])
    bars, trades = view.market["S01"], trades_of(made["sealed"])
    time = pd.date_range("2000-01-01", periods=100_000, freq="h", tz="UTC")
    rng = np.random.default_rng(0)
    close = 100 * np.exp(rng.normal(0, 0.002, 100_000).cumsum())
    many = pd.DataFrame({"open": close, "high": 1.01 * close, "low": 0.99 * close, "close": close}, time)
    start = np.arange(50, 99_900, 10)
    own = drawn_of(view, "S01", bars, trades).trades
    of_each = own.iloc[np.arange(len(start)) % len(own)].assign(start=start, end=start + 15)
    drawn = Drawn(many, start - 1, of_each)
    charts = [chart(drawn, "says", size) for chart in (whole_chart, latest_chart) for size in SIZES.values()]
    assert sum(map(len, charts)) < 150_000


def test_sections_without_bars_or_trades_stay_whole(make_run):
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    idle = make_run(change_returns=lambda table: table.assign(position=0.0, gross=0.0, net=0.0))
    show(sections(RunView(idle)), file)
    file.seek(0)
    assert "Net returns by month" not in file.read()
