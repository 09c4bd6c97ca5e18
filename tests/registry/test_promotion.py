"""What is promoted is what was proposed, and its verdict still stands."""

import shutil
import threading

import pytest

from smc.errors import ConfigError, ResultsError
from smc.registry import promote, propose, retire
from tests.registry.conftest import opened, rows

pytestmark = pytest.mark.usefixtures("near")


@pytest.fixture
def proposed(registry):
    propose(registry, "S01")
    return registry


def test_by_shadow_and_rungs_to_live(proposed):
    assert (promote(proposed, "S01", shadow=True).stage, proposed.what_is_live("S01")) == ("shadow", None)
    quarter = promote(proposed, "S01", rung=25)
    assert (quarter.stage, quarter.rung) == ("live", 25)
    full = promote(proposed, "S01")
    assert (full.rung, proposed.what_is_live("S01").number) == (100, full.number)
    assert rows(proposed)[1:] == [("promote", "shadow"), ("promote", "live"), ("promote", "live")]
    assert promote(proposed, "S01").number == full.number, "it is live so already"
    assert proposed.ledger.verify() == []


@pytest.mark.parametrize("rung", [0, 101, -5])
def test_a_rung_is_a_share_of_the_position(proposed, rung):
    with pytest.raises(ConfigError, match=f"--rung must be 1 to 100 per cent of the position, got {rung}"):
        promote(proposed, "S01", rung=rung)


def test_the_version_before_stays_known(live):
    standing = live.standing("S01")
    first, second = list(standing.once_live)
    assert (standing.live.version, standing.before.version) == (second, first)
    assert standing.live.folder.is_dir()


def test_of_several_that_wait_one_is_named(proposed):
    other = propose(proposed, "S01", as_is=True)
    with pytest.raises(ConfigError, match=r"there are \w+ \(proposed\), \w+ \(proposed\); name one of them"):
        promote(proposed, "S01")
    assert promote(proposed, "S01", other.version[:6]).version == other.version


def test_what_was_never_proposed_is_not_promoted(proposed, registry):
    with pytest.raises(ConfigError, match="S02: nothing of that name was proposed in desk; did you mean S01"):
        promote(proposed, "S02")
    with pytest.raises(ConfigError, match="no one version 'abc'"):
        promote(proposed, "S01", "abc")


@pytest.mark.parametrize("verdict", ["WATCH", "NO_MODEL"])
def test_a_version_of_a_trial_that_was_refused_since_is_not_promoted(proposed, verdict, run_of):
    market = proposed.ledger.trials("S01")["market"].iloc[0]
    criteria = proposed.ledger.criteria_of(market, "honest")
    said = {"S01": {"verdict": verdict, "run_id": run_of["S01 xgboost"], "p_values": {}}}
    proposed.ledger.selected(market, criteria, "honest", said)
    with pytest.raises(ResultsError, match=f"its last selection says {verdict} .* was proposed; --override"):
        promote(proposed, "S01")
    with pytest.raises(ResultsError, match=f"its last selection says {verdict}"):
        propose(proposed, "S01")
    assert rows(proposed) == [("propose", "proposed")]
    entry = promote(proposed, "S01", override="for the demo")
    assert (entry.override, entry.evidence["verdict"]) == ("for the demo", "DEPLOY")


def test_a_version_whose_folder_is_gone_or_damaged_is_not_promoted(proposed):
    (entry,) = proposed.standing("S01").waiting
    path = entry.folder / "model" / "golden.npz"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ResultsError, match="is not the version that was proposed: propose it again"):
        promote(proposed, "S01")
    shutil.rmtree(entry.folder)
    with pytest.raises(ResultsError, match="is not the version that was proposed: propose it again"):
        promote(proposed, "S01")
    assert rows(proposed) == [("propose", "proposed")]


def test_of_two_that_promote_at_once_one_is_told_who_was_first(proposed, monkeypatch):
    """Both have read the same row: the second writes nothing."""
    ready, told = threading.Barrier(2), []
    monkeypatch.setattr("smc.registry.promotion.check_loads", lambda _: ready.wait())

    def write(who: str) -> None:
        registry = opened(proposed.output)
        try:
            promote(registry, "S01", who=who)
        except ResultsError as error:
            told.append(str(error))
        registry.ledger.close()

    threads = [threading.Thread(target=write, args=(who,)) for who in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (sentence,) = told
    (_, live) = proposed.standing("S01").entries
    assert f"S01: {live.who} was first: promote of {live.version}" in sentence


def test_what_is_live_is_retired_to_flat(live):
    entry = retire(live, "S01", why="the year is over")
    assert (entry.stage, entry.why, live.what_is_live("S01")) == ("retired", "the year is over", None)
    with pytest.raises(ConfigError, match="S01: nothing is live; nothing waits either"):
        retire(live, "S01")


def test_what_waits_is_retired_and_what_is_live_stays(live):
    version = live.what_is_live("S01").version
    entry = propose(live, "S01", run=live.what_is_live("S01").run_id, as_is=True)
    assert [each.version for each in live.standing("S01").waiting] == [entry.version]
    retire(live, "S01", entry.version)
    assert (live.what_is_live("S01").version, live.standing("S01").waiting) == (version, ())


def test_a_live_version_is_no_shadow(live):
    with pytest.raises(ConfigError, match="is live; retire it"):
        promote(live, "S01", live.what_is_live("S01").version, shadow=True)
