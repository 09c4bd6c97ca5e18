"""What the page of a selection must hold, and what it must never do."""

import re
import shutil
from html.parser import HTMLParser

import pytest

from smc.report.beside import Beside
from smc.report.selection import save_selection_report
from smc.report.text import DASH

SCRIPT = "<script>alert(1)</script>"


class Page(HTMLParser):
    """Elements of a page with their attributes, and the text of each cell of the table of runs."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.rows, self._in_runs, self._in_cell = [], [], False, False
        self.feed(text)

    def handle_starttag(self, name, attributes):
        known = dict(attributes)
        self.elements.append((name, known))
        self._in_runs |= name == "table" and known.get("id") == "runs"
        if self._in_runs and name == "tr":
            self.rows.append([])
        if self._in_runs and name in ("td", "th"):
            self.rows[-1].append(["", known])
            self._in_cell = True

    def handle_endtag(self, name):
        self._in_runs &= name != "table"
        self._in_cell &= name not in ("td", "th")

    def handle_data(self, data):
        if self._in_runs and self._in_cell:
            self.rows[-1][-1][0] += data

    def named(self, name, **attributes):
        return [each for tag, each in self.elements if tag == name and attributes.items() <= each.items()]


@pytest.fixture
def write(make_run, make_manifest, tmp_path):
    """Write the report of a made-up manifest, whose first candidate has a run; give folder and page."""

    def make(run=None, **asked):
        run = run or make_run(skill=0.8)
        manifest = make_manifest(**asked)
        path = save_selection_report(manifest, tmp_path / "outputs")
        text = path.read_text(encoding="utf-8")
        return manifest, path.parent, text

    return make


def test_each_symbol_has_a_card_and_each_gate_that_was_asked_a_row(write):
    manifest, _, text = write()
    assert text.count('<article class="card') == len(manifest["selections"])
    for number, entry in enumerate(manifest["selections"].values()):
        start = text.index(f'id="symbol-{number}"')
        card = text[start : text.index("</article>", start)]
        rows = re.findall(r'<tr class="(good|bad)">', card)
        known = {True: "good", False: "bad", None: None}
        assert rows == [name for gate in entry["gates"] if (name := known[gate["passed"]])]
        assert ("Not asked any more" in card) == (entry["verdict"] != "DEPLOY")
        for gate in entry["gates"]:
            assert gate["passed"] is None or gate["explanation"] in card
            assert gate["remedy"] is None or gate["remedy"] in card
        assert entry["evidence"]["power"]["sentence"][1:] in card
        assert entry["candidate"]["run_id"] in card


def test_every_run_is_in_the_table_and_its_figures_sort_as_numbers(write):
    manifest, _, text = write()
    page = Page(text)
    head, *rows = page.rows
    names = [known.get("data-key") for _, known in head]
    listed = [row for entry in manifest["selections"].values() for row in entry["comparison"]]
    assert [row[names.index("run_id")][0] for row in rows] == [row["run_id"] for row in listed]
    for key in ("seed", "out_of_fold_accuracy", "train_val_gap", "corrected_p_value", "test_accuracy"):
        place = names.index(key)
        assert head[place][1]["data-kind"] == "number"
        assert [float(row[place][1]["data-v"]) for row in rows] == [float(row[key]) for row in listed]


def test_a_missing_figure_is_a_dash_and_not_a_zero(make_run, make_manifest, tmp_path):
    make_run()
    manifest = make_manifest()
    first, *others = manifest["selections"]["EURUSD"]["comparison"]
    for row in others:
        row.update(dict.fromkeys(("test_accuracy", "train_val_gap", "profile")))
    text = save_selection_report(manifest, tmp_path / "outputs").read_text(encoding="utf-8")
    head, *rows = Page(text).rows
    names = [known.get("data-key") for _, known in head]
    own = [row for row in rows if row[names.index("symbol")][0] == "EURUSD"]
    for key in ("test_accuracy", "train_val_gap"):
        cells = [(row[names.index(key)][0], row[names.index(key)][1]["data-v"]) for row in own]
        assert cells[0] == (f"{100 * first[key]:.1f} %", repr(first[key]))
        assert set(cells[1:]) == {(DASH, "")}
    assert {row[names.index("profile")][0] for row in own[1:]} == {DASH}
    assert ">nan" not in text.lower()
    assert "None" not in text
    assert "n/a" not in text


def test_a_rule_without_scores_has_no_column_of_them(write):
    changes = dict.fromkeys(("lower_bound", "corrected_p_value", "evidence", "sharpe"))
    _, _, text = write(changes=changes)
    names = [known.get("data-key") for _, known in Page(text).rows[0]]
    assert "score" not in names
    assert "lower_bound" not in names
    assert "out_of_fold_accuracy" in names


def test_the_page_asks_nothing_of_anybody(write):
    _, folder, text = write()
    page = Page(text)
    for name, known in page.elements:
        assert name not in ("link", "iframe", "object", "embed", "img", "base")
        assert "src" not in known
        assert not re.match(r"[a-z]+:|/", known.get("href", "#"))
        assert not any(key.startswith("on") for key in known)
    assert not re.search(r"https?:|@import|url\(", text)
    (policy,) = page.named("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'")
    assert len(page.named("script")) == 1
    for picture in folder.glob("*.svg"):
        assert "http" not in picture.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")


def test_names_are_text_wherever_they_stand(write, make_run):
    hostile = f'{SCRIPT}"><img src=x onerror=alert(1)>'
    changes = {"model": hostile, "profile": hostile, "aug": hostile, "notes": [hostile]}
    verdicts = {hostile: "DEPLOY", "A|B](javascript:alert(1))": "WATCH", "../../up": "NO_MODEL"}
    _, folder, text = write(verdicts=verdicts, changes=changes)
    page = Page(text)
    assert len(page.named("script")) == 1
    assert not page.named("img")
    assert SCRIPT not in text
    for path in folder.iterdir():
        written = path.read_text(encoding="utf-8")
        if path.name != "index.html":
            assert "<script" not in written
            assert "<img" not in written
        if path.suffix == ".md":
            assert "](javascript" not in written
    assert {path.parent for path in folder.iterdir()} == {folder}
    assert len(list(folder.glob("*.md"))) == 1 + len(verdicts)


def test_the_latest_page_stands_at_the_root_too(write, tmp_path):
    _, folder, text = write()
    latest = (tmp_path / "outputs" / "report.html").read_text(encoding="utf-8")
    assert latest == text.replace('href="../../../', 'href="')
    assert folder.parent == tmp_path / "outputs" / "reports" / "selection"


def test_reports_of_one_moment_have_their_own_folders(make_run, make_manifest, tmp_path):
    make_run()
    manifest = make_manifest()
    paths = [save_selection_report(manifest, tmp_path / "outputs") for _ in range(2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0] != paths[1]


def test_the_head_says_what_the_data_support(write):
    manifest, _, text = write()
    for said in (
        "A model passes every gate on 1 symbol (EURUSD).",
        "no model yet",
        "a finding, not a failure",
        "No accuracy is promised on real markets",
        "1 missing, 1 damaged, 0 repeated, 1 without evidence",
        "run.json has another size",
    ):
        assert said in text
    assert f"{manifest['runs']['read']} runs read" in text


def test_without_a_model_it_says_so_and_has_nothing_to_check(write):
    _, _, text = write(verdicts={"EURUSD": "NO_MODEL", "GBPUSD": "NO_MODEL"})
    assert "The evidence supports no model on any symbol." in text
    assert "there is nothing to check" in text


def test_the_classic_rule_comes_with_its_caution(make_run, make_manifest, tmp_path):
    make_run()
    manifest = {**make_manifest(), "selection": "classic"}
    text = save_selection_report(manifest, tmp_path / "outputs").read_text(encoding="utf-8")
    assert "counts no trials" in text


def test_a_manifest_without_symbols_has_a_page(make_run, make_manifest, tmp_path):
    made = make_manifest({"EURUSD": "NO_MODEL"})
    path = save_selection_report({**made, "selections": {}}, tmp_path / "outputs")
    assert Page(path.read_text(encoding="utf-8")).named("table", id="runs")


def links_of(path):
    """Where the links of a page lead that lead to another file."""
    hrefs = [known["href"] for _, known in Page(path.read_text(encoding="utf-8")).elements if "href" in known]
    return [href for href in hrefs if not href.startswith("#")]


def test_each_run_leads_to_its_page_pictures_trades_and_explanation_wherever_the_outputs_are(
    write, tmp_path, make_run
):
    run, other = make_run(skill=0.8), make_run(run_id="0001000000000000")
    report, explained = "outputs/reports", "outputs/explain"
    for name in ("report.html", "overview.png", "trades.csv"):
        (tmp_path / report / run.run_id).mkdir(parents=True, exist_ok=True)
        (tmp_path / report / run.run_id / name).touch()
    (tmp_path / explained / run.run_id / "model").mkdir(parents=True)
    (tmp_path / explained / run.run_id / "model" / "index.html").touch()
    (other.path / "report.md").touch()
    _, folder, _ = write(run)
    shutil.move(tmp_path / "outputs", tmp_path / "elsewhere")
    place = tmp_path / "elsewhere" / folder.relative_to(tmp_path / "outputs")
    for path in (place / "index.html", tmp_path / "elsewhere" / "report.html"):
        found = {(path.parent / link).resolve() for link in links_of(path)}
        ends = {each.relative_to(tmp_path / "elsewhere").as_posix() for each in found}
        assert all(each.is_file() for each in found)
        assert ends == {
            *(f"reports/{run.run_id}/{name}" for name in ("report.html", "overview.png", "trades.csv")),
            f"explain/{run.run_id}/model/index.html",
            f"runs/{other.run_id}/report.md",
        }


@pytest.mark.parametrize("run_id", ["../secret", "javascript:alert(1)", "a/b"])
def test_an_id_that_is_none_leads_nowhere(tmp_path, run_id):
    (tmp_path / "reports" / "secret").mkdir(parents=True)
    for place in ("secret/report.html", "reports/secret/report.html"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).touch()
    beside = Beside(tmp_path, "")
    assert "href" not in beside.run(run_id)
    assert list(beside.others(run_id)) == []


def test_the_latest_page_is_that_of_the_selection_but_for_the_ways_of_its_links(write, make_run):
    run = make_run(skill=0.8)
    (run.path / "report.md").write_text("the run's page")
    _, folder, text = write(run)
    latest = (folder.parents[2] / "report.html").read_text()
    assert 'href="../../../' in text
    assert 'href="../' not in latest
    assert latest == text.replace('href="../../../', 'href="')
    for way in re.findall(r'href="((?:runs|reports|explain)/[^"#]*)"', latest):
        assert (folder.parents[2] / way).is_file(), way
