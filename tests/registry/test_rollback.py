"""What is live is taken back: at once, whatever else fails."""

import shutil

import pytest

from smc.errors import ArtifactError, ConfigError, ResultsError
from smc.registry import Registry, loads, promote, propose, retire, rollback
from tests.registry.conftest import rows


def versions(registry):
    """The two that were live, in their order."""
    return list(registry.standing("S01").once_live)


@pytest.fixture
def no_child(monkeypatch):
    """No process may be started: what is immediate loads nothing."""

    def start(*_, **__):
        raise AssertionError("a process was started")

    monkeypatch.setattr(loads.subprocess, "run", start)


def test_to_the_version_before_in_one_row(live, no_child):
    first, second = versions(live)
    entry = rollback(live, "S01", why="it loses")
    assert (entry.version, entry.stage, entry.rung, entry.why) == (first, "live", 100, "it loses")
    assert rows(live)[-1] == ("rollback", "live")
    assert live.what_is_live("S01").version == first
    with pytest.raises(
        ConfigError, match=f"nothing stands before {first}: --flat takes it back; --to .*{second}"
    ):
        rollback(live, "S01", why="again")


def test_to_flat_in_one_row(live, no_child):
    n_rows = live.poll("S01")
    assert rollback(live, "S01", flat=True, why="it loses").stage == "retired"
    assert (live.what_is_live("S01"), live.poll("S01")) == (None, n_rows + 1)
    with pytest.raises(ConfigError, match="nothing is live: it is flat already"):
        rollback(live, "S01", flat=True, why="again")
    with pytest.raises(ConfigError, match="nothing is live: it is flat; --to names one of"):
        rollback(live, "S01", why="again")


@pytest.mark.usefixtures("near")
def test_to_an_older_one_is_flat_first(live):
    first, second = versions(live)
    rollback(live, "S01", why="it loses")
    entry = rollback(live, "S01", to=second[:8], why="it was the feed")
    assert (entry.version, live.what_is_live("S01").version) == (second, second)
    assert [each.version for each in live.standing("S01").entries[-3:]] == [first, first, second]
    assert rows(live)[-3:] == [("rollback", "live"), ("rollback", "retired"), ("rollback", "live")]
    assert live.ledger.verify() == []


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("named", [True, False])
def test_where_the_older_one_is_damaged_nothing_is_live(live, named):
    """The one that loses does not stay live because the one before it is gone."""
    first, _ = versions(live)
    shutil.rmtree(live.output / "versions" / first)
    with pytest.raises(
        ResultsError, match=f"S01 is flat, for {first} cannot be live: .*is gone, or not what was"
    ):
        rollback(live, "S01", to=first if named else None, why="it loses")
    assert (live.what_is_live("S01"), rows(live)[-1]) == (None, ("rollback", "retired"))


def test_where_the_older_one_ends_the_process_that_loads_it_nothing_is_live(live, monkeypatch):
    first, _ = versions(live)
    rollback(live, "S01", flat=True, why="it loses")
    command = ["sh", "-c", "kill -SEGV $$"]
    run = loads.subprocess.run
    monkeypatch.setattr(loads.subprocess, "run", lambda _, **options: run(command, **options))
    with pytest.raises(ResultsError, match=r"S01 is flat, .*ended the process that loaded it \(signal 11\)"):
        rollback(live, "S01", to=first, why="back")
    assert live.what_is_live("S01") is None


def test_a_process_of_its_own_loads_what_is_good_and_refuses_what_is_not(live):
    """For once with a child process as it is."""
    entry = live.what_is_live("S01")
    loads.check_loads(entry.folder)
    golden = entry.folder / "model" / "golden.npz"
    golden.write_bytes(golden.read_bytes()[:-1])
    with pytest.raises(ArtifactError, match=r"does not load: .*golden.npz has another size"):
        loads.check_loads(entry.folder)


def test_what_is_asked_for_must_make_sense(live):
    _, second = versions(live)
    with pytest.raises(ConfigError, match="--why: say why in words"):
        rollback(live, "S01", why=" ")
    with pytest.raises(ConfigError, match="--flat is to no version"):
        rollback(live, "S01", why="x", to=second, flat=True)
    with pytest.raises(ConfigError, match=f"S01: {second} is live; --flat"):
        rollback(live, "S01", why="x", to=second)
    with pytest.raises(ConfigError, match=r"no one version 'zz'; .* are what was live once"):
        rollback(live, "S01", why="x", to="zz")
    with pytest.raises(ConfigError, match="S1: nothing of that name was proposed in desk; did you mean S01"):
        rollback(live, "S1", why="x")


@pytest.mark.usefixtures("near")
def test_an_override_is_still_marked_after_a_rollback(live, run_of):
    propose(live, "S01", run=run_of["S01 logistic"], override="simpler")
    promote(live, "S01")
    first = versions(live)[0]
    assert rollback(live, "S01", why="it loses").override is None
    retire(live, "S01")
    third = versions(live)[2]
    assert third not in (first, None)
    assert rollback(live, "S01", to=third, why="back").override == "simpler"


def test_another_deployment_knows_nothing_of_it(live):
    other = Registry(live.output, url=f"sqlite:///{live.output}/ledger.sqlite")
    assert (other.poll("S01"), other.what_is_live("S01"), other.standings()) == (0, None, {})
    assert list(other.journal.others()) == ["desk"]
    other.ledger.close()
