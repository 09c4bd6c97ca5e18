"""`python -m smc.registry`, from the outside: what it says, its exit codes, and what a kill leaves behind."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from smc import api
from smc.errors import ConfigError
from smc.registry.__main__ import main
from smc.results.version import load_version
from tests.registry.conftest import DESK, MARKET, RUNS, opened, rows

#: Places that a row is written to.
WORDS = ("--deployment", DESK, "--output")


@pytest.fixture
def smc_registry(capsys):
    """Run the command in this process: exit code, standard output, standard error."""

    def run(registry, *words: str) -> tuple[int, str, str]:
        url = f"--url=sqlite:///{registry.output}/ledger.sqlite"
        try:
            main([*words, *WORDS, str(registry.output), url])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, " ".join(said.out.split()), said.err.strip()

    return run


def begun(registry, *words: str) -> subprocess.Popen:
    """Start the command as a process."""
    command = [sys.executable, "-m", "smc.registry", *words, *WORDS, str(registry.output)]
    url = f"sqlite:///{registry.output}/ledger.sqlite"
    return subprocess.Popen(
        [*command, f"--url={url}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


@pytest.mark.usefixtures("near")
def test_the_way_from_a_verdict_to_an_answer_and_back(registry, smc_registry):
    code, out, _ = smc_registry(registry)
    assert (code, "Nothing was proposed yet" in out) == (0, True)
    code, out, _ = smc_registry(registry, "propose", "S01")
    assert (code, "is proposed: " in out, "S01 is flat" in out) == (0, True, True)
    assert "DEPLOY of event" in out
    assert "What comes next: python -m smc.registry promote S01" in out
    code, out, _ = smc_registry(registry, "propose", "S01")
    assert (code, "is proposed already; nothing was written" in out) == (0, True)
    code, out, _ = smc_registry(
        registry, "promote", "S01", "--rung", "50", "--who", "ann", "--why", "carefully"
    )
    assert (code, "promote by ann: carefully." in out) == (0, True)
    assert "at 50 % of the position; nothing stands before it." in out
    version = registry.what_is_live("S01").version
    code, out, _ = smc_registry(registry)
    assert (code, f"S01 live {version} DEPLOY," in out, " 50 % " in out) == (0, True, True)
    code, out, _ = smc_registry(registry, "rollback", "S01", "--flat", "--why", "it loses")
    assert (code, "S01 is flat: no position is taken." in out) == (0, True)
    code, out, _ = smc_registry(registry, "history", "S01")
    assert code == 0
    for word in ("propose:", "promote: live", "rollback:", "it loses", "carefully"):
        assert word in out, word


@pytest.mark.usefixtures("near")
def test_every_page_says_that_an_override_was_one(registry, smc_registry):
    mark = "OVERRIDE: no verdict lets S02"
    for words in (("propose", "S02", "--override", "a hunch"), ("promote", "S02"), (), ("history", "S02")):
        code, out, _ = smc_registry(registry, *words)
        assert (code, mark in out, "a hunch" in out) == (0, True, True), words
    smc_registry(registry, "propose", "S01")
    version = registry.what_is_live("S02").version
    code, out, _ = smc_registry(registry, "compare", version[:8], registry.standing("S01").waiting[0].version)
    assert (code, "OVERRIDE: a hunch" in out, "a version claims none" in out) == (0, True, True)
    for words in (("--json",), ("history", "S02", "--json")):
        code, out, _ = smc_registry(registry, *words)
        assert (code, '"override": "a hunch"' in out) == (0, True)


@pytest.mark.usefixtures("near")
def test_all_is_every_symbol_that_a_verdict_deploys(registry, smc_registry):
    code, out, err = smc_registry(registry, "propose", "all")
    assert (code, "S01" in out, rows(registry, "S02")) == (0, True, [])
    assert err.startswith("not proposed: S02: its last selection says NO_MODEL")
    code, _, err = smc_registry(registry, "propose", "S01", "S02")
    assert (code, "not proposed: S02" in err) == (1, True)
    code, _, err = smc_registry(registry, "propose", "all", "--override", "why not")
    assert (code, "are for one symbol" in err) == (2, True)


def test_what_a_program_reads(live, smc_registry):
    code, out, _ = smc_registry(live, "--json")
    (found,) = json.loads(out)
    assert (code, found["symbol"], found["number"]) == (0, "S01", 4)
    assert found["live"]["version"] == live.what_is_live("S01").version
    assert found["before"]["version"] == live.standing("S01").before.version
    assert found["live"]["evidence"]["verdict"] == "DEPLOY"
    assert load_version(found["live"]["folder"]).digest == found["live"]["manifest"]
    code, out, _ = smc_registry(live, "rollback", "S01", "--why", "x", "--json")
    assert (code, json.loads(out)[0]["stage"]) == (0, "live")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("promot", "S01"), "promot: no such action; did you mean promote?"),
        (("S01",), "S01: no such action; actions: list, propose"),
        (("rollback", "S01"), 'rollback: say why, --why "..."'),
        (("rollback", "S01", "--wy", "x"), "--wy: no such option; did you mean --why?"),
        (("rollback",), "rollback: name a symbol"),
        (("promote", "S01", "--flat"), "--flat: is for rollback, not for promote"),
        (("--override", "x"), "--override: is for propose, promote, not for list"),
        (("history", "S01", "S02"), "S02: one word too many; history takes a symbol"),
        (("compare", "a"), "compare: name two versions, symbols or runs"),
        (("promote", "S01", "--rung", "x"), "--rung: must be a whole number, got 'x'"),
        (("promote", "S01", "--rung", "150"), "--rung must be 1 to 100 per cent"),
        (("promote", "S01", "--rung", "5", "--shadow"), "--shadow takes no position"),
        (("list", "S1"), "S1: nothing of that name was proposed in desk; did you mean S01?"),
        (("history", "S1"), "S1: nothing of that name was proposed"),
        (("compare", "S01", "zzz"), "no run 'zzz' under"),
        (("rollback", "S01", "--why", ""), "--why: say why in words"),
        (("--deployment", "no such/name"), "--deployment: a name is 1 to 64 letters"),
    ],
)
def test_a_mistake_is_one_line(live, smc_registry, words, said):
    n_rows = live.poll("S01")
    if words[0] == "--deployment":
        with pytest.raises(ConfigError, match=said):
            api.registry(live.output, deployment=words[1])
        return
    code, out, err = smc_registry(live, *words)
    assert (code, out, live.poll("S01")) == (2, "", n_rows)
    assert err.startswith(f"error: {said}"), err
    assert len(err.splitlines()) == 1


def test_a_folder_that_moved_is_told_where_its_journal_is(live, capsys):
    main(["--output", str(live.output), f"--url=sqlite:///{live.output}/ledger.sqlite"])
    said = " ".join(capsys.readouterr().out.split())
    assert "The ledger has the journal of deployment desk" in said
    assert "--deployment desk" in said


def test_as_functions(live):
    desk = api.registry(live.output, deployment=DESK, url=f"sqlite:///{live.output}/ledger.sqlite")
    first = desk.standing("S01").before
    assert api.rollback(desk, "S01", why="it loses").version == first.version
    assert desk.what_is_live("S01").version == first.version
    assert first.version in desk._repr_html_()
    desk.ledger.close()


def test_final_all_is_refused_with_the_way_to_it(tmp_path):
    with pytest.raises(
        ConfigError, match=r"final: must be one of refit, train, got 'all'; .*smc.registry propose"
    ):
        api.train([*MARKET, *RUNS[0], "final=all", f"paths.output={tmp_path}"])


def test_killed_at_random_moments_the_same_command_goes_on(registry):
    """SIGKILL of the whole process group: the journal holds, no version is there by half."""
    seed = random.Random(int(os.environ.get("SMC_TEST_SEED", "0")))
    n_kills = int(os.environ.get("SMC_TEST_KILLS", "1"))
    for action in ("propose", "promote"):
        for moment in (seed.uniform(1.0, 6.0) for _ in range(n_kills)):
            process = begun(registry, action, "S01")
            time.sleep(moment)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            for folder in (registry.output / "versions").glob("*"):
                version = load_version(folder)
                assert version.digest in registry.ledger.digests_of(version.version_id)
            assert registry.ledger.verify() == []
        done = begun(registry, action, "S01")
        assert done.communicate()[0].startswith("S01")
        assert done.returncode == 0
    assert rows(registry) == [("propose", "proposed"), ("promote", "live")]
    assert len(list((registry.output / "versions").iterdir())) == 1
    assert [path.name for path in (registry.output / "staging").iterdir()] == []


STEPS = ("write", "announce", "rename", "row")


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("step", STEPS)
def test_whatever_step_is_the_last_one_the_next_attempt_ends_as_if_there_had_been_none(
    registry, monkeypatch, step
):
    """Each step of a proposal cut off, as a kill does: nothing behind it is done."""
    from smc.registry import propose
    from smc.registry.registry import Registry
    from smc.results import write_version
    from smc.trials import Ledger

    places = {
        "write": (write_version, "write_manifest"),
        "announce": (Ledger, "refitted"),
        "rename": (write_version.os, "rename"),
        "row": (Registry, "append"),
    }

    class Killed(BaseException):
        pass

    def stop(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*places[step], stop)
        patch.setattr(write_version.shutil, "rmtree", lambda *_, **__: None)  # a kill cleans nothing up
        with pytest.raises(Killed):
            propose(registry, "S01")
    versions = list((registry.output / "versions").glob("*"))
    assert len(versions) == (step == "row")
    assert rows(registry) == []
    assert registry.ledger.verify() == []
    entry = propose(registry, "S01")
    assert (
        registry.ledger.digests_of(entry.version) == [entry.manifest] == [load_version(entry.folder).digest]
    )
    assert list((registry.output / "staging").glob(f"{entry.version}.*")) == []
    assert rows(registry) == [("propose", "proposed")]


def test_two_at_once_make_one_version(registry):
    both = [begun(registry, "propose", "S01") for _ in range(2)]
    said = [process.communicate() for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 0], [0, 2]), said
    assert len(list((registry.output / "versions").iterdir())) == 1
    assert rows(registry) == [("propose", "proposed")]
    told = [err for _, err in said if err]
    assert all("is being written by process" in err or " was first: " in err for err in told), told


def test_another_machine_reads_what_a_name_names(live, tmp_path):
    """The same name and ledger, another folder: rows are the same, folders are the reader's own."""
    other = opened(live.output)
    other.output = tmp_path / "mounted"
    entry = other.what_is_live("S01")
    assert entry.folder == tmp_path / "mounted" / "versions" / entry.version
    assert entry.number == live.what_is_live("S01").number
    other.ledger.close()
