"""Trials, rounds, columns and untold trials, by hand and against a count that is written out in sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smc.fingerprint import bars_fingerprint
from smc.trials import Ledger, list_id
from tests.trials.plain_count import PlainCount, Run
from tests.trials.runs_to_count import bars_of, evidence, fingerprint, period, registration

MARKET = fingerprint()
EARLY, LATE = period("2015-02", "2015-06"), period("2015-05-15", "2015-12")


@pytest.fixture
def ledger():
    return Ledger("sqlite://")


def start(ledger, run_id, trial=None, *, list_name=None, **facts):
    where = facts.get("bars", (0, 260))
    return ledger.start(registration(run_id, trial, **facts), bars_of(where), list_name).round


def look(ledger, run_id, trial=None, **facts):
    number = start(ledger, run_id, trial, **facts)
    ledger.scored(run_id)
    return number


def tell(ledger, run_id, trial=None, **facts):
    number = start(ledger, run_id, trial, **facts)
    ledger.finish(run_id, evidence())
    return number


def counted(ledger):
    trials = ledger.market_trials(MARKET)
    return [column.run_id for column in trials.columns], trials.n_untold, trials.n_trials


def counted_in(ledger, market):
    return [column.run_id for column in ledger.market_trials(market).columns]


def register(ledger, *run_ids, **facts):
    registered = ledger.register([registration(run_id, **facts) for run_id in run_ids], bars_of())
    return [registered[run_id].round for run_id in run_ids]


def test_a_round_is_opened_by_what_is_registered_after_a_look(ledger):
    assert [start(ledger, "a"), start(ledger, "b")] == [1, 1]  # nobody has seen anything yet
    ledger.scored("a")
    assert [look(ledger, "c"), look(ledger, "d")] == [2, 3]
    assert ledger.trials().set_index("run_id")["round"].to_dict() == {"a": 1, "b": 1, "c": 2, "d": 3}


def test_a_list_is_one_round_and_goes_on_in_it(ledger):
    assert register(ledger, "a", "b", "c") == [1, 1, 1]
    name = list_id(["a", "b", "c"])
    assert look(ledger, "a", list_name=name) == 1
    assert look(ledger, "b", list_name=name) == 1
    assert register(ledger, "c", "b", "a") == [1, 1, 1]
    assert register(ledger, "d", "e") == [2, 2]


def test_a_job_of_a_list_that_is_started_by_itself_is_registered_anew(ledger):
    register(ledger, "a", "b", "c")
    name = list_id(["a", "b", "c"])
    look(ledger, "a", list_name=name)
    assert look(ledger, "b") == 2
    assert look(ledger, "c", list_name=name) == 1
    assert [start(ledger, "b", list_name=name), start(ledger, "a")] == [2, 1]  # both were started before


def test_a_shorter_list_after_a_look_is_a_round_of_its_own(ledger):
    register(ledger, "a", "b", "c")
    look(ledger, "a", list_name=list_id(["a", "b", "c"]))
    assert register(ledger, "a", "b") == [1, 2]
    assert register(ledger, "a", "b", "c") == [1, 2, 1]


def test_repeats_seeds_vintages_and_versions_open_no_round(ledger):
    look(ledger, "a", "A")
    assert look(ledger, "b", "B") == 2
    assert start(ledger, "a", "A") == 1
    assert look(ledger, "a1", "A", seed=1) == 1
    assert look(ledger, "a2", "A", version="1.1", code_version="w") == 1
    assert look(ledger, "a3", "A", bars=(0, 280)) == 1
    assert look(ledger, "b3", "B", bars=(0, 280)) == 2
    assert look(ledger, "c", "C") == 3  # none of these made it more


def test_the_round_of_a_trial_is_the_largest_of_its_seeds(ledger):
    register(ledger, "a0", "z")
    name = list_id(["a0", "z"])
    look(ledger, "z", list_name=name)
    assert look(ledger, "a1", "trial of a0", seed=1) == 2  # its trial waits in the list, and was not started
    assert tell(ledger, "a0", list_name=name) == 1
    (column,) = ledger.market_trials(MARKET).columns
    assert (column.run_id, column.round) == ("a0", 2)
    assert start(ledger, "a2", "trial of a0", seed=2) == 2


def test_a_run_that_is_registered_anew_keeps_a_later_round(ledger):
    register(ledger, "a0", "z")
    look(ledger, "z", list_name=list_id(["a0", "z"]))
    later = [registration("a1", "trial of a0", seed=1), registration("y")]
    assert ledger.register(later, {})["a1"].round == 2
    assert look(ledger, "a0", list_name=list_id(["a0", "z"])) == 1
    assert start(ledger, "a1", "trial of a0", seed=1) == 2  # a seed of the first round, listed in the second


@pytest.mark.parametrize("facts", [{"code_version": "w"}, {"bars": (0, 250)}, {"trial": "other"}])
def test_other_code_bars_or_configuration_is_another_trial(ledger, facts):
    look(ledger, "a", "A")
    assert look(ledger, "b", **{"trial": "A", **facts}) == 2
    assert counted(ledger) == ([], 2, 2)


def test_rounds_count_where_half_of_the_development_bars_is_shared(ledger):
    look(ledger, "a", development=period("2015-01", "2015-03"))
    assert look(ledger, "b", development=period("2015-02-15", "2015-12")) == 1
    assert look(ledger, "c", development=period("2015-02-01", "2015-02-20")) == 2
    assert look(ledger, "d", development=period("2015-06", "2015-12")) == 2  # after b, and c is too early


def test_markets_are_counted_apart(ledger):
    look(ledger, "a")
    assert ledger.start(registration("b", bars=(1, 260)), bars_of((1, 260))).round == 1
    ledger.scored("b")
    pool = registration("c", symbols={"A": fingerprint(), "B": fingerprint(1)})
    assert ledger.start(pool, {}).round == 2
    assert ledger.market_trials(fingerprint(1)).symbols == ["B", "EURUSD"]


def test_a_trial_that_ended_before_a_fold_was_scored_does_not_count(ledger):
    start(ledger, "a")
    ledger.end("a", "failed")
    assert counted(ledger) == ([], 0, 0)
    look(ledger, "a")
    ledger.end("a", "killed")
    assert counted(ledger) == ([], 1, 1)


def test_the_first_registered_seed_that_finished_stands_for_a_trial(ledger):
    look(ledger, "a0", "A")
    start(ledger, "a1", "A", seed=1)
    tell(ledger, "a2", "A", seed=2)
    tell(ledger, "a3", "A", seed=3)
    assert counted(ledger) == (["a2"], 1, 1)  # a0 was scored and has told nothing, a1 has not been scored
    trials = ledger.market_trials(MARKET)
    assert [[run.run_id for run in runs] for runs in trials.repeats.values()] == [["a3"]]
    assert list(trials.repeats) == [trials.columns[0].trial]
    ledger.finish("a0", evidence())
    assert counted(ledger) == (["a0"], 0, 1)


def test_jobs_that_wait_in_a_list_count_from_its_first_look_on(ledger):
    register(ledger, "a", "b", "c")
    start(ledger, "a", list_name=list_id(["a", "b", "c"]))
    assert counted(ledger) == ([], 0, 0)
    ledger.scored("a")
    assert counted(ledger) == ([], 3, 3)
    ledger.finish("a", evidence())
    assert counted(ledger) == (["a"], 2, 3)
    start(ledger, "b", list_name=list_id(["a", "b", "c"]))
    ledger.end("b", "failed")
    assert counted(ledger) == (["a"], 1, 2)
    start(ledger, "c", list_name=list_id(["a", "b", "c"]))
    ledger.end("c", "killed")
    assert counted(ledger) == (["a"], 0, 1)


def test_a_job_whose_process_went_before_it_started_waits_on(ledger):
    register(ledger, "a", "b")
    assert ledger.end_if_open("b", "killed", "server_gone")
    assert counted(ledger) == ([], 0, 0)  # nobody has seen anything of the list
    look(ledger, "a", list_name=list_id(["a", "b"]))
    assert counted(ledger) == ([], 2, 2)


def test_the_newest_finished_vintage_stands_for_a_trial(ledger):
    tell(ledger, "a", "A")
    look(ledger, "b", "A", bars=(0, 280))
    assert counted(ledger) == (["a"], 1, 2)
    ledger.finish("b", evidence())
    assert counted(ledger) == (["b"], 0, 1)
    tell(ledger, "c", "A", bars=(0, 270))  # these were cut from bars that are known
    assert counted(ledger) == (["b", "c"], 0, 2)


def test_bars_that_only_begin_earlier_are_no_vintage(ledger):
    whole = bars_of()[MARKET]
    tail = whole.iloc[20:]
    key = bars_fingerprint(tail)
    ledger.start(registration("a", "A", symbols={"EURUSD": key}), {key: tail})
    ledger.scored("a")
    assert look(ledger, "b", "A") == 2
    ledger.finish("a", evidence())
    ledger.finish("b", evidence())
    assert counted_in(ledger, key) == ["a", "b"]


def test_a_vintage_of_a_higher_version_stands_for_a_trial(ledger):
    tell(ledger, "a", "A", version="0.9", code_version="u")
    tell(ledger, "b", "A", version="1.0", code_version="v", bars=(0, 280))
    assert counted(ledger) == (["b"], 0, 1)
    tell(ledger, "c", "A", version="0.9", code_version="u", bars=(0, 300))
    assert counted(ledger) == (["b", "c"], 0, 2)  # an older version is no newer vintage


def test_a_vintage_with_another_seed_is_a_trial_beside(ledger):
    """Else bars that are one bar longer would let one choose among seeds."""
    tell(ledger, "a", "A", seed=0)
    tell(ledger, "b", "A", seed=1, bars=(0, 280))
    assert counted(ledger) == (["a", "b"], 0, 2)
    tell(ledger, "c", "A", seed=0, bars=(0, 300))
    assert counted(ledger) == (["b", "c"], 0, 2)


def test_a_higher_version_stands_for_a_trial_once_it_has_finished(ledger):
    tell(ledger, "a", "A", version="0.9", code_version="u")
    look(ledger, "b", "A", version="0.10", code_version="v")
    assert counted(ledger) == (["a"], 1, 2)
    ledger.finish("b", evidence())
    tell(ledger, "c", "A", version="0.10", code_version="w")
    assert counted(ledger) == (["b", "c"], 0, 2)
    tell(ledger, "d", "A", version="0.9", code_version="t")
    assert counted(ledger) == (["b", "c"], 0, 2)


def test_a_symbol_may_stand_for_a_market_that_has_another_name(ledger):
    tell(ledger, "a")
    scaled = bars_of()[MARKET] * 1000
    ledger.start(registration("b", symbols={"EURUSD.micro": "scaled"}), {"scaled": scaled})
    trials = ledger.market_trials("scaled")
    assert (trials.market, trials.symbols) == (MARKET, ["EURUSD", "EURUSD.micro"])
    assert ledger.market_of("scaled") == MARKET


RUNS = st.builds(
    Run,
    trial=st.sampled_from("AB"),
    seed=st.integers(0, 1),
    n_bars=st.sampled_from([250, 260]),
    version=st.sampled_from(["1.0", "1.0", "1.1"]),
    code=st.sampled_from("vvw"),
    late=st.sampled_from([False, False, False, True]),
)
ACTIONS = st.one_of(
    st.tuples(st.just("register"), st.lists(RUNS, min_size=1, max_size=4, unique=True)),
    st.tuples(st.sampled_from(["start", "start in list", "look", "tell", "tell"]), RUNS),
    st.tuples(st.sampled_from(["kill", "go on", "go on in list"]), st.integers(0, 9)),
)


class Both:
    """Let the same things happen to a ledger and to the plain count."""

    def __init__(self):
        self.ledger, self.plain = Ledger("sqlite://"), PlainCount()

    def act(self, action, subject):
        if action == "register":
            self.ledger.register(list(map(registered, subject)), bars())
            self.plain.register(subject, list_id(run.run_id for run in subject))
            return
        if isinstance(subject, int):
            known = sorted(set(self.plain.runs()))
            if not known:
                return
            subject = known[subject % len(known)]
        if action == "kill":
            if self.plain.happened("started", subject):
                self.ledger.end(subject.run_id, "killed")
                self.plain.say("killed", subject)
            else:
                self.ledger.end_if_open(subject.run_id, "killed")  # a process that went: nothing has started
            return
        names = [name for name, jobs in self.plain.lists.items() if subject in jobs]
        name = names[0] if names and "list" in action else None
        self.ledger.start(registered(subject), bars(), name)
        self.plain.start(subject, name)
        if action == "look":
            self.ledger.scored(subject.run_id)
            self.plain.say("scored", subject)
        if action in ("tell", "go on", "go on in list"):
            self.ledger.finish(subject.run_id, evidence())
            self.plain.say("finished", subject)


def bars():
    return bars_of((0, 250), (0, 260))


def registered(run):
    """The two periods share too little to be counted together."""
    return registration(
        run.run_id,
        f"{run.trial}{run.late}",
        seed=run.seed,
        bars=(0, run.n_bars),
        version=run.version,
        code_version=run.code,
        development=LATE if run.late else EARLY,
    )


@settings(max_examples=30)
@given(st.lists(ACTIONS, max_size=14))
def test_a_ledger_counts_as_the_rules_say(actions):
    both = Both()
    for action, subject in actions:
        both.act(action, subject)
    ledger, plain = both.ledger, both.plain
    table = ledger.trials().set_index("run_id")["round"].to_dict()
    assert table == {run.run_id: number for run, number in plain.rounds.items()}
    markets = ledger.trials().market.unique()
    if len(markets):
        trials = ledger.market_trials(markets[0])
        expected, repeats, n_untold, n_trials = plain.count()
        assert {column.run_id: column.round for column in trials.columns} == {
            run.run_id: number for run, number in expected.items()
        }
        further = [run.run_id for runs in trials.repeats.values() for run in runs]
        assert sorted(further) == sorted(run.run_id for run in repeats)
        assert (trials.n_untold, trials.n_trials) == (n_untold, n_trials)
    assert ledger.verify() == []
    ledger.close()


@settings(max_examples=20)
@given(st.lists(ACTIONS, min_size=4, max_size=14))
def test_rounds_never_fall_and_columns_stay_unless_superseded(actions):
    both, rounds, stood = Both(), {}, {}
    for action, subject in actions:
        both.act(action, subject)
        trials = both.ledger.trials()
        if trials.empty:
            continue
        now = trials.set_index("run_id")["round"].to_dict()
        assert all(now[run_id] >= number for run_id, number in rounds.items())
        rounds = now
        columns = {column.trial: column for column in both.ledger.market_trials(trials.market[0]).columns}
        units = {run.unit: run for run in both.plain.runs()}
        grouped = {unit: [run for run in both.plain.runs() if run.unit == unit] for unit in units}
        superseded = {
            run.run_id
            for unit, runs in grouped.items()
            if both.plain.is_superseded(unit, grouped)
            for run in runs
        }
        for trial, column in stood.items():
            assert trial in columns or column.run_id in superseded
            assert trial not in columns or columns[trial].round >= column.round
        stood |= columns
    both.ledger.close()
