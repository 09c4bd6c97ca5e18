"""Text that comes with data, such as a symbol's name, is never read as anything but itself."""

import re
import shlex

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import assume, example, given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from smc.cli import quoted, with_output_override
from smc.config.command import Command
from smc.config.compose import compose
from smc.config.job_composer import JobComposer
from smc.errors import ConfigError
from smc.results import load_run
from smc.training.prepare import symbols_of
from smc.training.run import train

#: Each is a word, a number, an interpolation, a list, a sweep or an error to Hydra's grammar.
NAMES = (
    "TRUE", "NAN", "INF", "NULL", "null", "False", "all", "1_1", "1E5", "600519", "0x10", "茅台", "A股", "${oc.env:HOME}",
    "\\${oc.env:HOME}", "a,b", "it's \"q\"", "[x]", "k=v", "S&P 500", "x{y}", "~d", "$x", "glob(*)", "EURUSD=X", "^GSPC",
)  # fmt: skip
#: Characters that mean something to Hydra, OmegaConf, YAML or the shell, and some that mean nothing.
ODD = st.text(st.sampled_from("\\${}[]()'\",:=#~*?|&;<> \n\taAeEnN01_.-/+%@!é茅"), max_size=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Bars of many symbols, no file of which can be told from another by what it holds."""
    place = tmp_path_factory.mktemp("bars")
    for name in NAMES:
        (place / f"{name}.csv").write_text("time,open,high,low,close,volume\n2024-01-01T00:00Z,1,1,1,1,1\n")
    return place


@example("TRUE-x")
@example("${a}")
@example("\\\\${a}\\")
@example("nan")
@given(ODD | st.text(max_size=8) | st.sampled_from(NAMES))
def test_any_text_is_read_as_itself(text):
    assume(text != "???")  # OmegaConf's word for a value that is missing: a symbol cannot be called so
    override = OverridesParser.create().parse_override(f"symbol={quoted(text)}")
    assert not override.is_sweep_override()
    composed = OmegaConf.create({"symbol": override.value(), "note": "${symbol}"})
    assert (composed.symbol, composed.note) == (text, text)


@pytest.mark.parametrize("word", ["EURUSD", "BRK.B", "0700.HK", "BTC_USDT", "bars/EURUSD-2024"])
def test_a_plain_word_stays_bare(word):
    assert quoted(word) == (word if word[0].isalpha() else f'"{word}"')


def test_a_sweep_over_all_symbols_names_each_as_its_file_does(folder):
    command = Command(["data=files", f"data.root={folder}", "symbol=all"], multirun=True)
    jobs, problems = command.jobs()
    assert problems == []
    names = [name if isinstance(name, str) else name[0] for name in (job.config["symbol"] for job in jobs)]
    assert sorted(names) == sorted(NAMES)
    composer = JobComposer(command.composer)
    again = [composer.compose(job.overrides).config["symbol"] for job in jobs]
    assert again == [job.config["symbol"] for job in jobs], "what a job says it was typed composes it again"


def test_runs_of_names_that_are_words_are_runs_of_their_own(tmp_path, bars):
    names = ["NULL", "TRUE", "${oc.env:HOME}", "all"]
    (tmp_path / "bars").mkdir()
    for seed, name in enumerate(names):
        bars.assign(volume=1.0 + seed).to_csv(tmp_path / "bars" / f"{name}.csv")
    quick = [
        "model=baseline",
        "aug=none",
        "cv=holdout",
        "features=daily",
        f"paths.output={tmp_path / 'made'}",
    ]
    command = ["data=files", f"data.root={tmp_path / 'bars'}", "symbol=all", *quick]
    outcomes = [train(job.config, job.sources) for job in Command(command, multirun=True).jobs()[0]]
    records = [load_run(outcome.folder).record for outcome in outcomes]
    assert {record["symbol"] for record in records} == set(names)
    assert {symbol for record in records for symbol in record["bars"]} == set(names)
    assert len({outcome.run_id for outcome in outcomes}) == len(names)


@pytest.mark.parametrize(
    "name", ["TRUE", "NAN", "INF", "NULL", "Null", "1_1", "1E5", "茅台", "k=v", "600519", "it's"]
)
def test_a_name_that_is_read_as_something_else_is_refused_with_the_text_that_is_read_as_it(name):
    with pytest.raises(ConfigError) as said:
        Command([f"symbol={name}"]).job()
    (line,) = str(said.value).splitlines()
    match = re.search(r"; as text[^:]*: ('symbol=.*?\"')(;|$)", line)
    assert match, line
    assert compose(shlex.split(match[1]))["symbol"] == name


def test_words_of_a_list_and_a_text_with_commas_are_refused_with_their_text():
    with pytest.raises(ConfigError, match=r"""; as text: 'symbol=\["NAN",DAX\]'$"""):
        compose(["symbol=[NAN,DAX]"])
    with pytest.raises(ConfigError, match="; one text is 'symbol=\"a,b\"'"):
        Command(["symbol=a,b"]).job()
    with pytest.raises(ConfigError, match=r"run\.name=NULL: is read as null.*'run.name=\"NULL\"'"):
        compose(["run.name=NULL"])


@pytest.mark.parametrize("names", ["NULL,DAX", "TRUE,DAX", "DAX,NAN,1_1", "choice(DAX,1E5)", "INF,5"])
def test_swept_names_that_are_read_as_something_else_are_refused_with_the_list_that_is_read(names):
    with pytest.raises(ConfigError) as said:
        Command([f"symbol={names}"], multirun=True).jobs()
    remedy = shlex.split(str(said.value).partition("; as text: ")[2])
    jobs, _ = Command(remedy, multirun=True).jobs()
    assert [job.config["symbol"] for job in jobs] == names.removeprefix("choice(").removesuffix(")").split(
        ","
    )


def test_null_in_lower_case_is_nothing_and_the_last_of_two_values_counts():
    assert compose(["symbol=null", "run.name=null"])["symbol"] is None
    jobs, _ = Command(["symbol=null,DAX"], multirun=True).jobs()
    assert [job.config["symbol"] for job in jobs] == [None, "DAX"]
    with pytest.raises(ConfigError, match="as text: 'symbol=\"NAN\"'"):
        compose(["symbol=TRUE", "symbol=NAN"])


def test_null_is_the_first_symbol_unless_one_is_called_so():
    class Data:
        def symbols(self):
            return ["DAX", "Null"]

    with pytest.raises(ConfigError, match="first symbol, DAX, and there is one called Null"):
        symbols_of({"symbol": None}, Data())
    assert symbols_of({"symbol": "Null"}, Data()) == ["Null"]


@pytest.mark.parametrize("place", ["my runs", "x~/y", "输出", "2024", "${x}", "null", 'a"b', "x/y-1.z"])
def test_a_folder_given_as_an_option_is_that_folder(place):
    assert compose(with_output_override(["--output", place]))["paths"]["output"] == place
