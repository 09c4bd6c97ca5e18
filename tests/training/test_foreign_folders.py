"""What a run folder from somebody else names is built, opened and written to as little as what a stranger types."""

import sqlite3

import pytest

from smc.config.compose import compose
from smc.config.saved_config import usable_config
from smc.errors import ConfigError
from smc.training import opened
from smc.trials import Ledger


class FakeRun:
    """A folder whose configuration says what it likes."""

    def __init__(self, url: object) -> None:
        self.config = {"ledger": {"url": url}}
        self.record = {"return_scheme": "simple"}


@pytest.fixture(autouse=True)
def of_today(monkeypatch):
    monkeypatch.setattr(opened, "is_of_before", lambda _: False)


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "(hidden)",
        "postgresql://127.0.0.1:9/smc",
        "postgresql://me:***@127.0.0.1:9/smc",
        "sqlite:///{place}/new/ledger.sqlite",
        "sqlite:///{place}/other.sqlite",
        "sqlite:///{place}/text",
        "sqlite:///{place}/ledger.sqlite?uri=true",
        "nonsense",
    ],
)
def test_no_other_ledger_is_asked_because_a_folder_names_it(tmp_path, url):
    with sqlite3.connect(tmp_path / "other.sqlite") as connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")
    (tmp_path / "text").write_text("no database")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    url = url.format(place=tmp_path) if isinstance(url, str) else url
    assert opened.counted_in(FakeRun(url)) is None
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_file_that_is_a_ledger_already_is_asked(tmp_path):
    url = f"sqlite:///{tmp_path}/team.sqlite"
    Ledger(url).head()
    assert opened.counted_in(FakeRun(url)) == url
    assert opened.counted_in(FakeRun(url.replace("sqlite", "postgresql", 1))) is None


@pytest.mark.parametrize(
    ("place", "target"),
    [
        ("data", "smc.launcher.processes.Processes"),
        ("labels", "smc.model.logistic.Logistic"),
        ("model", "smc.data.files.Files"),
        ("cv", "sklearn.linear_model.Ridge"),
    ],
)
def test_a_saved_configuration_is_checked_like_a_typed_one(place, target):
    config = compose()
    config[place] = {"_target_": target}
    with pytest.raises(ConfigError, match=rf"^{place}: .* is no .*, it lacks"):
        usable_config(config)


def test_a_class_in_a_map_of_a_saved_configuration_is_checked():
    config = compose()
    config["tracker"] = {"trackers": {"mine": {"_target_": "smc.data.files.Files"}}}
    with pytest.raises(ConfigError, match=r"tracker\.trackers\.mine: Files is no tracker"):
        usable_config(config)


def test_what_smc_writes_is_usable():
    config, sentences = usable_config(compose())
    assert (config, sentences) == (compose(), [])
