"""The page of a selection as a browser has it: width of a phone, sorting, filters, the policy."""

import html
import json
import os
import re
import shutil
import subprocess

import pytest

from smc.report import save_report
from smc.report.selection import save_selection_report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here: apt-get install chromium"),
    pytest.mark.slow,
]
SECONDS = 120


@pytest.fixture
def page(make_run, make_manifest, tmp_path):
    """Write the page of a made-up manifest."""

    def make(**asked):
        make_run(skill=0.8)
        return save_selection_report(make_manifest(**asked), tmp_path / "outputs")

    return make


@pytest.fixture
def dom(tmp_path):
    """Open a file, and give the document that the browser makes of it."""

    def opened(path, width):
        command = [
            BROWSER,
            "--headless=new",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},900",
            "--dump-dom",
            path.as_uri(),
        ]
        if os.geteuid() == 0:  # its sandbox refuses root
            command.insert(1, "--no-sandbox")
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
        return done.stdout

    return opened


@pytest.fixture
def ask(dom, tmp_path):
    """Run a script in a page, whose policy is taken off for it, and give what the script returns.

    The page stands in a frame: a window cannot be as narrow as a phone.
    """

    def asked(path, script, *, width=360):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
        frame = (
            f'<iframe style="width:{width}px;height:800px;border:0" srcdoc="{html.escape(text)}"></iframe>'
        )
        probe = f"""
        const frame = document.querySelector("iframe"), script = {json.dumps(f"(() => {{{script}}})()")};
        frame.onload = () => {{ document.body.textContent = JSON.stringify(frame.contentWindow.eval(script)); }};
        """
        outer = tmp_path / "probe.html"
        outer.write_text(f'<meta charset="utf-8"><body>{frame}<script>{probe}</script>', encoding="utf-8")
        found = re.search(r"<body>(.*)</body>", dom(outer, 1300), re.DOTALL)
        return json.loads(html.unescape(found.group(1)))

    return asked


COLUMN = """
const heading = (key) => document.querySelector(`#runs th[data-key=${key}]`);
const column = (key) => [...document.querySelectorAll("#runs tbody tr")]
  .map((row) => row.cells[heading(key).cellIndex]).map((cell) => cell.dataset.v ?? cell.textContent);
const press = (key) => heading(key).querySelector("button").click();
const sorted = (key) => heading(key).getAttribute("aria-sort");
"""


STICKING_OUT = """
const wide = [...document.querySelectorAll("main *")].filter((each) =>
  !each.closest(".scroll, svg, .aside, [hidden]") && each.getBoundingClientRect().right > innerWidth + 1);
return [innerWidth, document.documentElement.scrollWidth, wide.map((each) => each.outerHTML.slice(0, 80))];
"""
#: Tables on a phone whose figures begin beyond the edge of their box, so that nobody sees them; that of all
#: runs is as wide as it has to be, and its first column stays.
HIDDEN_FIGURES = """
const boxes = [...document.querySelectorAll(".scroll")].filter((box) => !box.querySelector("#runs"));
return boxes.flatMap((box) => [...box.querySelectorAll("td.figure")]
  .filter((cell) => cell.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)
  .map((cell) => cell.outerHTML.slice(0, 80)));
"""


def test_nothing_sticks_out_on_a_phone(page, ask):
    width, scroll, wide = ask(page(verdicts={"A" * 70: "DEPLOY", "GBPUSD": "WATCH"}), STICKING_OUT)
    assert width == 360
    assert wide == []
    assert scroll <= width


def test_every_figure_is_seen_on_a_phone(page, ask):
    assert ask(page(), HIDDEN_FIGURES) == []


@pytest.mark.parametrize("kind", ["binary", "three", "regression"])
def test_a_page_of_a_run_fits_a_phone_and_shows_its_figures(make_run, ask, tmp_path, kind):
    path = save_report(make_run(kind), tmp_path / "report").html
    width, scroll, wide = ask(path, STICKING_OUT)
    assert (wide, scroll <= width) == ([], True)
    assert ask(path, HIDDEN_FIGURES) == []


def test_figures_sort_by_size_and_names_by_letters(page, ask):
    script = f"""{COLUMN}
    const found = {{ before: sorted("train_val_gap") }};
    press("train_val_gap"); found.falling = column("train_val_gap").map(Number);
    found.first = sorted("train_val_gap");
    press("train_val_gap"); found.rising = column("train_val_gap").map(Number);
    press("sharpe"); found.signed = column("sharpe").map(Number);
    press("model"); found.models = column("model"); found.after = [sorted("train_val_gap"), sorted("model")];
    return found;
    """
    found = ask(page(), script, width=1200)
    assert found["before"] == "none"
    assert found["first"] == "descending"
    assert found["falling"] == sorted(found["falling"], reverse=True)
    assert found["rising"] == found["falling"][::-1]
    assert found["signed"] == sorted(found["signed"], reverse=True)
    assert min(found["signed"]) < 0
    assert found["models"] == sorted(found["models"])
    assert found["after"] == ["none", "ascending"]
    assert len(found["rising"]) == 48


def test_missing_figures_come_last_either_way(page, ask):
    path = page()
    text = path.read_text(encoding="utf-8")
    place = text.index('<table id="runs">')
    every_fifth = iter(range(10_000))
    emptied = re.sub(
        r'data-v="[^"]*"', lambda v: v[0] if next(every_fifth) % 5 else 'data-v=""', text[place:]
    )
    path.write_text(text[:place] + emptied, encoding="utf-8")
    script = f"""{COLUMN}
    press("test_accuracy"); const falling = column("test_accuracy");
    press("test_accuracy"); return [falling, column("test_accuracy")];
    """
    for values in ask(path, script):
        there = [value != "" for value in values]
        assert 0 < sum(there) < len(there)
        assert there == sorted(there, reverse=True)


def test_filters_go_together(page, ask):
    script = f"""{COLUMN}
    const form = document.getElementById("filters");
    form.querySelector("[data-key=model]").value = "xgboost";
    form.querySelector("[data-key=profile]").value = "strong";
    document.getElementById("search").value = "gbpusd";
    form.dispatchEvent(new Event("input"));
    return [column("model"), column("profile"), column("symbol"), document.getElementById("shown").textContent];
    """
    models, profiles, symbols, told = ask(page(), script)
    assert set(models) == {"xgboost"}
    assert set(profiles) == {"strong"}
    assert set(symbols) == {"GBPUSD"}
    assert told == f"{len(models)} of 48 runs"


def test_two_thousand_runs_are_shown_a_hundred_at_a_time(page, ask):
    script = f"""{COLUMN}
    const first = column("run_id").length;
    document.getElementById("more").click();
    return [first, column("run_id").length, document.getElementById("more").hidden];
    """
    assert ask(page(verdicts={"EURUSD": "DEPLOY", "GBPUSD": "WATCH"}, n_runs=1000), script) == [
        100,
        2000,
        True,
    ]


def test_the_policy_lets_the_pages_own_script_run_and_no_other(page, dom, tmp_path):
    path = page()
    text = path.read_text(encoding="utf-8")
    assert 'aria-sort="none"' not in text
    planted = text.replace(
        "</main>", '<p id="planted">idle</p><script>planted.textContent="ran"</script></main>'
    )
    (tmp_path / "planted.html").write_text(planted, encoding="utf-8")
    found = dom(tmp_path / "planted.html", 1200)
    assert 'aria-sort="none"' in found
    assert '<p id="planted">idle</p>' in found
