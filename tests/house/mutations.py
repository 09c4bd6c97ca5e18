"""Faults of a careless edit, and whether a test sees them: python tests/house/mutations.py [WORD ...]

Each `Mutation` is made in a copy of the tree, one at a time, and the tests beside it are run there: the fault is
killed if one of them fails, and survives if all pass. The same tests are run on the unaltered copy first, so
that none of them fails for another reason. Words choose the mutations whose room or fault holds one of them.

Answers are kept in ``outputs/mutations.json``; one whose room, tests and text are what they were is not asked
again, so that a run that was cut short goes on where it ended. A text that is found no more, or more than once
in its room, is an error: mend the list. Exit code 1 if a fault survives, 2 if the list has an error.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
ANSWERS = REPOSITORY / "outputs" / "mutations.json"
KILLED, SURVIVED = "killed", "survived"
#: Seconds after which a fault counts as killed: something waits for ever.
TIMEOUT = 600


@dataclass(frozen=True)
class Mutation:
    """One fault.

    Attributes
    ----------
    room
        Folder, or file, of ``smc`` that holds the text ``old`` exactly once.
    tests
        What pytest is given, relative to the repository.
    fault
        What the edit stands for.
    """

    room: str
    old: str
    new: str
    tests: str
    fault: str

    def find(self, root: Path) -> Path:
        """Return the file that holds the text.

        Raises
        ------
        LookupError
            The text is found nowhere in the room, or more than once.
        """
        place = root / "smc" / self.room
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        counts = {path: path.read_text(encoding="utf-8").count(self.old) for path in files}
        if sum(counts.values()) != 1:
            raise LookupError(f"smc/{self.room} holds {sum(counts.values())} times, not once: {self.old}")
        return max(counts, key=lambda path: counts[path])

    def key(self, root: Path) -> str:
        """Name the mutation, the text of its room and that of its tests."""
        digest = hashlib.sha256(repr(astuple(self)).encode())
        for place in (f"smc/{self.room}", *self.tests.split()):
            path = root / place.partition("::")[0]
            for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
                digest.update(file.read_bytes())
        return digest.hexdigest()[:16]


MUTATIONS = (
    Mutation(
        "cv", "ends[:first] < starts[first] - gap_size", "ends[:first] <= starts[first] - gap_size",
        "tests/cv/test_purge.py", "a label that ends on the bar where the test block starts is trained on",
    ),
    Mutation(
        "cv", "block_end = ends[first:stop].max() + embargo_size", "block_end = ends[stop - 1] + embargo_size",
        "tests/cv/test_purge.py", "the embargo starts at the last label's end, not at the largest",
    ),
    Mutation(
        "cv", "(spans[:, 1] - spans[:, 0]).max()) + 1", "(spans[:, 1] - spans[:, 0]).max())",
        "tests/cv/test_purge.py tests/cv/test_purged_kfold.py tests/cv/test_cpcv.py smc/cv",
        "the embargo that nobody sets is a bar short",
    ),
    Mutation(
        "cv", "development = test_split.train", "development = np.arange(test.start)",
        "tests/cv/test_plan.py", "the development part is not purged before the test part",
    ),
    Mutation(
        "structure", "if opened <= stop:", "if opened < stop:",
        "tests/structure/test_barriers.py", "a bar that opens at the stop does not end the trade",
    ),
    Mutation(
        "structure", "last = start + max_holding - 1", "last = start + max_holding",
        "tests/structure/test_barriers.py", "a trade lasts a bar longer than it may",
    ),
    Mutation(
        "structure", "if low <= side.pull_lo:", "if low < side.pull_lo:",
        "tests/structure/test_rules.py tests/structure/test_machine.py tests/structure/test_reference.py",
        "of equal lows of a pull-back the first one is taken",
    ),
    Mutation(
        "structure", "if core.t - level.row > core.max_age:", "if core.t - level.row >= core.max_age:",
        "tests/structure/test_rules.py tests/structure/test_machine.py tests/structure/test_reference.py",
        "a level is forgotten a bar early",
    ),
    Mutation(
        "events", "if up > limit:", "if up >= limit:",
        "tests/events/test_cusum.py smc/events/cusum.py", "a sum on the width is an event",
    ),
    Mutation(
        "labels", "label = (trades.ret > 0)", "label = (trades.ret >= 0)",
        "tests/labels/test_triple_barrier.py", "a trade that expires where it began counts as a gain",
    ),
    Mutation(
        "labels", "/ (end - start + 1)", "/ np.maximum(end - start, 1)",
        "tests/labels/test_uniqueness.py", "uniqueness is averaged over a bar too few",
    ),
    Mutation(
        "training", "[data.rows + first_row for", "[data.rows for",
        "tests/training/test_dataset.py", "events of a second symbol of a pool read the first one's features",
    ),
    Mutation(
        "training", "candidates >= warm_up", "candidates > warm_up",
        "tests/training/test_dataset.py tests/training/test_own_features.py", "the first settled bar counts as warm-up",
    ),
    Mutation(
        "training", "self.learned[self.model.fitted_rows_]", "self.learned",
        "tests/train/test_command.py::test_training_accuracy_counts_only_rows_that_were_fitted_on", "rows held back from the fit are scored as train rows",
    ),
    Mutation(
        "training", "max(1, int(NEAREST * n_events))", "1",
        "tests/training/test_null_band.py", "the null band may shift labels onto their neighbours",
    ),
    Mutation(
        "pipeline", "_mean_one(rows.weights[augmented.origin])", "rows.weights[augmented.origin]",
        "tests/pipeline/test_fold_pipeline.py", "weights are not rescaled, so that penalties weigh more",
    ),
    Mutation(
        "pipeline", "fit[earlier], fit[last]", "fit, fit[last]",
        "tests/pipeline", "the rows of the early-stopping set are fitted on as well",
    ),
    Mutation(
        "pipeline", "round(self.n_rounds_ * n_fitted /", "round(self.n_rounds_ * n_rows /",
        "tests/pipeline/test_fold_pipeline.py tests/calibrate/test_calibrators.py",
        "the final fit trains for rows that it holds back for calibration",
    ),
    Mutation(
        "pipeline", "unscaled = given.take(split.fit)", "unscaled = given",
        "tests/pipeline", "all rows are fitted on, those held back too",
    ),
    Mutation(
        "calibrate", "(probability[:, 1] >= self.threshold_)", "(probability[:, 1] > self.threshold_)",
        "tests/calibrate tests/contract/test_calibrate_laws.py", "a probability on the threshold is not decided for",
    ),
    Mutation(
        "metrics", "np.abs(probability - threshold) < half_width", "np.abs(probability - threshold) <= half_width",
        "tests/calibrate tests/metrics", "an event on the edge of the band is not traded",
    ),
    Mutation(
        "calibrate", "cost, ret = self.cost_bps * BASIS_POINT", "cost, ret = 0.5 * self.cost_bps * BASIS_POINT",
        "tests/calibrate", "the threshold is chosen as if a trade paid once",
    ),
    Mutation(
        "aug", "return members[base],", "return members[partner],",
        "tests/aug/test_steps.py tests/aug/test_samplers.py", "a made-up row has the weight of its neighbour",
    ),
    Mutation(
        "aug", "np.arange(start, stop)] = np.inf", "np.arange(start, stop)] = 0",
        "tests/aug/test_steps.py tests/aug/test_samplers.py", "a row is its own neighbour, and is copied",
    ),
    Mutation(
        "aug", "np.where(self.discrete, 0.0, np.sqrt(variance))", "np.sqrt(variance)",
        "tests/aug/test_keep_kinds.py", "noise makes fractions of flags",
    ),
    Mutation(
        "pipeline", "outputs[len(inputs) :] = True", "outputs[len(inputs) :] = False",
        "tests/aug/test_keep_kinds.py", "a value is missing by a half",
    ),
    Mutation(
        "evaluation", "gain=side[taken] * ret", "gain=ret",
        "tests/evaluation/test_trading.py", "a short leaves on the wrong side of its entry",
    ),
    Mutation(
        "evaluation/predictions.py", "1.0 / count[number]", "1.0 / count.max()",
        "tests/evaluation/test_predictions.py", "an event that fewer folds test counts less",
    ),
    Mutation(
        "evaluation/tables.py", "y_pred, sample_weight=share),\n        \"majority", "y_pred),\n        \"majority",
        "tests/evaluation/test_predictions.py", "an event counts as often as it was tested",
    ),
    Mutation(
        "evaluation/trading.py", "for number in np.unique(account):", "for number in account[:1]:\n        account = 0 * account",
        "tests/evaluation/test_trading.py", "the models of all folds are traded together, as an ensemble",
    ),
    Mutation(
        "cv/monte_carlo.py", "return fold", "return fold if len(np.unique(event)) < len(event) else 0 * fold",
        "tests/evaluation/test_backtest_paths.py", "blocks that happen not to overlap are one account",
    ),
    Mutation(
        "labels/held_return.py", "return side * (price_ratio - 1.0)", "return side * np.log(price_ratio)",
        "tests/labels", "a short gains the variance of the price",
    ),
    Mutation(
        "selection/runs.py", "if not of_today:", "if True:",
        "tests/earlier/test_old_returns.py", "runs of two kinds of returns stand in one panel",
    ),
    Mutation(
        "selection/p_values.py", "(column.round - 1)", "column.round",
        "tests/selection/test_p_values.py", "the first round costs, too",
    ),
    Mutation(
        "selection/p_values.py", "max(romano_wolf, single)", "romano_wolf",
        "tests/selection/test_p_values.py", "few events reject too often",
    ),
    Mutation(
        "selection/panel.py", "np.ascontiguousarray(stamps, dtype=\"<i8\").tobytes() for stamps in (self.rows.start, self.rows.end)",
        "str(self.n_trials).encode() for _ in (0,)",
        "tests/selection/test_law_of_p_values.py", "the draws of a panel depend on its trials",
    ),
    Mutation(
        "selection/openings.py", "if of_trial and n_missing and not own:", "if False:",
        "tests/selection/test_openings.py", "a vintage is looked at anew each month",
    ),
    Mutation(
        "selection/openings.py", "if own and own[0].figures.keys() >= JUDGED:", "if False:",
        "tests/selection/test_openings.py", "a verdict changes with looks at other trials",
    ),
    Mutation(
        "selection/market.py", "[columns[0] for columns in seeds.values()]",
        "[max(columns, key=lambda column: column.values.mean()) for columns in seeds.values()]",
        "tests/selection/test_honest.py", "the luckiest seed stands for its trial",
    ),
    Mutation(
        "selection/symbol_assessment.py", "for trial in self.question.sound if", "for trial in self.ranked if",
        "tests/selection/test_honest.py", "a refused run is named as an alternative",
    ),
    Mutation(
        "selection/manifest.py", "if type(rule) is not Honest:", "if False:",
        "tests/select/test_select.py", "the classic rule replaces the manifest of machines",
    ),
    Mutation(
        "selection/measures.py", "added = added - np.average(added, weights=share)", "added = added - np.average(added)",
        "tests/selection/test_measures.py", "an event that is tested more often moves the centre",
    ),
    Mutation(
        "evaluation", '"weighted_accuracy": metrics.accuracy(y_true, y_pred, sample_weight=weight)',
        '"weighted_accuracy": metrics.accuracy(y_true, y_pred)',
        "tests/evaluation/test_tables.py tests/evaluation/test_default.py", "the weighted accuracy is not weighted",
    ),
    Mutation(
        "metrics/trading.py", "** fills - 1.0", "** np.minimum(fills, 1) - 1.0",
        "tests/metrics/test_trading.py", "a trade of one bar pays its costs once",
    ),
    Mutation(
        "metrics/trading.py", "moved[last] = gain", "moved[last] = close[bar][last] / open_[start] - 1.0",
        "tests/metrics/test_trading.py", "the account holds on to the close where the trade leaves at its stop",
    ),
    Mutation(
        "metrics/trading.py", "before = np.concatenate([[1.0], value[:-1]])[: len(value)]", "before = np.ones(len(value))",
        "tests/metrics/test_trading.py", "a trade is rebalanced at every close",
    ),
    Mutation(
        "metrics/trading.py", "np.where(so_far > before[trade], 0.0, value)", "np.maximum(value, 0.0)",
        "tests/metrics/test_trading.py tests/evaluation/test_trading.py", "a short that has lost all comes back",
    ),
    Mutation(
        "stats", "(stepdown(statistics[moving], draws) * n_draws + 1) / (n_draws + 1)", "stepdown(statistics[moving], draws)",
        "tests/stats/test_stepdown.py", "a p-value may be zero",
    ),
    Mutation(
        "stats", "draws >= statistic - SAME", "draws > statistic + SAME",
        "tests/stats/test_stepdown.py", "a draw that equals the statistic does not count against it",
    ),
    Mutation(
        "selection", "passed = p_value <= alpha", "passed = p_value < alpha",
        "tests/selection/test_gates.py", "a p-value at the level does not pass",
    ),
    Mutation(
        "selection", "        value > baseline,\n", "        value >= baseline,\n",
        "tests/selection/test_honest.py", "a model as good as the baseline passes",
    ),
    Mutation(
        "selection", "        value >= least,\n", "        value > least,\n",
        "tests/selection/test_gates.py", "a test accuracy at the threshold does not pass",
    ),
    Mutation(
        "trials", "status if status in (FINISHED, FAILED) else KILLED", "status if status == FINISHED else KILLED",
        "tests/trials/test_ledger.py", "a failed trial is written down as killed",
    ),
    Mutation(
        "trials", "counted.n_untold += sum(run.scored is not None for run in before)", "counted.n_untold += 0",
        "tests/trials/test_counting.py", "a seed that was killed before the one that stands is forgotten",
    ),
    Mutation(
        "trials", "if jobs & scored for run_id", "if jobs <= scored for run_id",
        "tests/trials/test_counting.py", "a list counts once all of it was scored",
    ),
    Mutation(
        "training", 'if part["state"] == "recorded" and part["first"]', "if False",
        "tests/select/test_select.py", "a recorded test part is no look",
    ),
    Mutation(
        "selection", "self.digests[run_id] not in expected.split()", "False",
        "tests/select/test_select.py", "a folder that was changed is judged all the same",
    ),
    Mutation(
        "training", "    if foreign:\n", "    if False:\n",
        "tests/select/test_select.py", "runs that the ledger does not know are judged",
    ),
    Mutation(
        "training", "    if lacking:\n", "    if False:\n",
        "tests/select/test_select.py", "a ledger that was restored from a copy is not noticed",
    ),
    Mutation(
        "results", '"monitor", "tracker", "trainer"', '"monitor", "tracker", "trainer", "sample_weight"',
        "tests/results/test_identity.py", "runs with and without weights are one run",
    ),
    Mutation(
        "results", '"keep_bars", "explain", "reg"', '"keep_bars", "reg"',
        "tests/results/test_identity.py", "an explanation makes a run another one",
    ),
    Mutation(
        "results", "        self.committed = True\n", "",
        "tests/results/test_store.py", "what is raised after a commit makes the run failed",
    ),
    Mutation(
        "results", "            verify(self.folder(run_id))\n", "",
        "tests/results/test_store.py", "a damaged run is skipped as finished",
    ),
    Mutation(
        "results", "if not _leads_nowhere(name):", "if not name:",
        "tests/results/test_place_laws.py", "a list of files leads out of the folder",
    ),
    Mutation(
        "results", "if not linked.isdisjoint(_above([name])):", "if folder is None:",
        "tests/results/test_place_laws.py", "a folder of a run is read behind a link",
    ),
    Mutation(
        "results", "isinstance(name, str) and name in files for name in packed", "True for name in packed",
        "tests/results/test_place_laws.py", "a packed file is not one of the run's",
    ),
    Mutation(
        "results", 'if record.get("run_id", self.run_id) != self.run_id:', "if False:",
        "tests/results/test_run.py", "a run's list of files and its record are of two runs",
    ),
    Mutation(
        "results", "            problem = next(record_misfits(record), None)", "            problem = None",
        "tests/results/test_run.py", "a record is read whatever it holds",
    ),
    Mutation(
        "results", "            check_finite(table, name)\n", "",
        "tests/results/test_run.py", "an infinite probability is judged",
    ),
    Mutation(
        "results", "if said.num_rows * said.num_columns > MOST_CELLS:", "if said.num_rows > 10 * MOST_CELLS:",
        "tests/results/test_place_laws.py", "a table of any size is read",
    ),
    Mutation(
        "results", "if n_bytes > MOST_UNPACKED:", "if n_bytes > 1000 * MOST_UNPACKED:",
        "tests/results/test_place_laws.py", "a packed file of any size is unpacked",
    ),
    Mutation(
        "results", "            if _is_at(descriptor, path):\n                break\n", "            break\n",
        "tests/results/test_place_laws.py", "a lock is taken on a file that is gone",
    ),
    Mutation(
        "results", "            held.enter_context(held_folder(claim.staging))\n", "",
        "tests/results/test_place_laws.py", "what a living writer has staged is deleted",
    ),
    Mutation(
        "results", "os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666", "os.O_RDWR | os.O_CREAT, 0o666",
        "tests/results/test_place_laws.py", "a lock is written through a link",
    ),
    Mutation(
        "outside", "os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC", "os.O_RDONLY",
        "tests/results/test_place_laws.py", "a pipe among the files of a run is waited for",
    ),
    Mutation(
        "outside", "for _ in range(MOST_DEEP):", "for _ in range(100 * MOST_DEEP):",
        "tests/results/test_run.py", "nested data of any depth is read",
    ),
    Mutation(
        "outside", "if n_values > MOST_VALUES:", "if n_values > 100 * MOST_VALUES:",
        "smc/outside/regular_file.py", "data of any size is read",
    ),
    Mutation(
        "results", '    return place.is_dir() and place.parent.name in ("runs", "partial") and bool(RUN_ID.fullmatch(place.name))', "    return folder.is_dir()",
        "tests/results/test_place_laws.py", "somebody is told to delete a folder of no run",
    ),
    Mutation(
        "report", "if RUN_ID.fullmatch(name))", "if name)",
        "tests/results/test_place_laws.py", "a folder of a strange name stops the list of runs",
    ),
    Mutation(
        "selection", "[job for job in jobs if _is_job(job)]", "[job for job in jobs if isinstance(job, dict)]",
        "tests/results/test_place_laws.py", "an odd list of jobs stops a selection",
    ),
    Mutation(
        "artifact", "if expected[name] != _stamp(files[name]):", 'if expected[name]["size"] != len(files[name]):',
        "tests/artifact/test_damage.py", "an altered file of the same length is loaded",
    ),
    Mutation(
        "artifact", '"rtol": 1e-6', '"rtol": 1e-1',
        "tests/artifact/test_golden.py", "a model that answers otherwise by a tenth is loaded",
    ),
    Mutation(
        "config", "return type(value) is hint or", "return isinstance(value, hint) or",
        "tests/config/test_check.py smc/config/annotations.py", "true passes for a number",
    ),
    Mutation(
        "config", "not 0 <= value <= MAX_SEED", "not 0 < value <= MAX_SEED",
        "tests/config/test_check.py", "seed 0 is refused",
    ),
    Mutation(
        "launcher", "= min(power.n_independent, n_independent)", "= n_independent",
        "tests/launcher/test_power_check.py", "the events of the last configuration stand for those of the fewest",
    ),
    Mutation(
        "launcher", "power.trials | counted.get(symbol, set())", "power.trials",
        "tests/launcher/test_power_check.py", "what the ledger counts already is not said before a sweep",
    ),
    Mutation(
        "monitor", "not gap > limit", "not gap >= limit",
        "tests/monitor/test_gap.py", "a gap at the threshold is warned of",
    ),
    Mutation(
        "monitor", "self._n_rises < self.max_rises", "self._n_rises <= self.max_rises",
        "tests/monitor/test_divergence.py", "a divergence is told an iteration late",
    ),
    Mutation(
        "monitor/divergence.py", " or self._risen < least", "",
        "tests/monitor/test_divergence.py", "the last digits of a training loss end a fit",
    ),
    Mutation(
        "monitor/gap.py", "edge_as_r2(self.threshold)", "self.threshold",
        "tests/monitor/test_gap.py", "a gap of R2 is held to a limit of accuracy",
    ),
    Mutation(
        "evaluation/steps.py", "other = at_step(beside[split], step)", "other = own",
        "tests/evaluation/test_steps.py", "a step ahead is its own baseline",
    ),
    Mutation(
        "structure/barriers.py", "if not reward >= risk:", "if not reward > risk:",
        "tests/labels/test_barrier_levels.py tests/structure/test_barriers.py", "a pool as far as the stop is no target",
    ),
    Mutation(
        "training", "np.concatenate(rows)[order]", "np.concatenate(rows)",
        "tests/training/test_dataset.py", "in a pool the inputs are in another order than the labels",
    ),
    Mutation(
        "prediction", ".reshape(-1)[-1]", ".reshape(-1)[0]",
        "tests/prediction/test_decider.py", "the shortest of several steps is traded",
    ),
    Mutation(
        "report/terminal_page.py", "map(terminal, row)", "row",
        "tests/report/test_show.py", "a name of a run clears the terminal",
    ),
    Mutation(
        "monitor", "if not skill <= self.min_skill:", "if not skill < self.min_skill:",
        "tests/monitor/test_no_learning.py", "a model exactly as good as the baseline is not warned of",
    ),
    Mutation(
        "monitor", "train > most and val < least", "train >= most and val < least",
        "tests/monitor/test_overfitting.py", "an accuracy at the limit counts as learning by heart",
    ),
    Mutation(
        "prediction", "side * float(", "float(",
        "tests/prediction/test_decider.py", "a short decision is traded long",
    ),
    Mutation(
        "prediction", "events[-1] == last", "events[-1] <= last",
        "tests/prediction/test_decider.py", "any bar after an event is called an event",
    ),
    Mutation(
        "prediction", "if last > now:", "if False:",
        "tests/prediction/test_live_bars.py", "a bar that is still to come is decided on",
    ),
    Mutation(
        "prediction", "> SAME_SIZE", "> 4",
        "tests/prediction/test_live_bars.py", "bars of an hour are taken for bars of four",
    ),
    Mutation(
        "cli.py", "return backslashes * 2 +", "return backslashes +",
        "tests/config/test_text_of_data.py", "a quote in a symbol's name ends it",
    ),
    Mutation(
        "config", 'return f"[{ALL}]" if symbol == ALL else quoted(symbol)', "return quoted(symbol)",
        "tests/config/test_text_of_data.py", "a symbol that is called all is taken for all of them",
    ),
    Mutation(
        "structure", "SCALE_FLOOR * core.usual_range", "0.0 * core.usual_range",
        "tests/structure/test_scale.py", "distances are measured in an ATR that has collapsed",
    ),
    Mutation(
        "data/stillness.py", "np.maximum.accumulate(volume > 0)", "np.full(len(bars), (volume > 0).any())",
        "tests/data/test_stillness.py", "whether volume is recorded is learned from later bars",
    ),
    Mutation(
        "training", "known = traded(bars, settled)", "known = settled",
        "tests/training/test_bar_warnings.py", "a suspended stock is labelled with a return of nothing",
    ),
    Mutation(
        "comparison", "if gap > tolerance:", "if gap >= tolerance:",
        "tests/comparison/test_outputs.py", "equal figures differ at a tolerance of 0",
    ),
    Mutation(
        "comparison", "if not gap <= tolerance:", "if gap > tolerance:",
        "tests/comparison/test_outputs.py", "a number that became missing passes for the same",
    ),
    Mutation(
        "selection", "if other.market != own.market]", "]",
        "tests/selection/test_family.py", "a file under two names is two discoveries",
    ),
    Mutation(
        "selection", "if test is None or not all(gate.passed for gate in self.gates):", "if test is None:",
        "tests/selection/test_family.py", "a symbol that fails a gate makes room for others",
    ),
    Mutation(
        "selection", "        statistics = statistics / np.sqrt(panel.variance_factors)\n", "",
        "tests/selection/test_p_values.py", "folds that learn from each other cost nothing",
    ),
    Mutation(
        "trials", "row.two_sided is not False", "bool(row.two_sided)",
        "tests/trials/test_ledger.py", "splits that nobody knows count as forward ones",
    ),
    Mutation(
        "trials", "run.head.number if run.head else 0", "0",
        "tests/trials/test_looks.py", "imported ideas of one second change places",
    ),
    Mutation(
        "cv", "fold.train.max() > fold.test.min()", "fold.train.max() > fold.test.max()",
        "tests/cv/test_plan.py", "a fold that trains between its blocks counts as forward",
    ),
    Mutation(
        "results/own_files.py", "bool(flags & os.O_TRUNC) or (", "(",
        "tests/results/test_own_files.py", "what a run wrote itself is its input",
    ),
    Mutation(
        "training", "return own / own.mean() if own.any()", "return own if own.any()",
        "tests/training/test_sample_weight.py", "weights are not scaled inside their fit",
    ),
    Mutation(
        "cli.py", "if was_interrupted(error):", "if isinstance(error, KeyboardInterrupt):",
        "tests/train/test_surprises.py", "what a library raises as Ctrl-C ends it is a bug of smc",
    ),
    Mutation(
        "results/status.py", "    if was_interrupted(error):", "    if isinstance(error, KeyboardInterrupt):",
        "tests/train/test_surprises.py", "a run that Ctrl-C ended inside a library is told as failed",
    ),
    Mutation(
        "errors.py", "if is_of_place(error) or isinstance(error, PlaceError):", "if False:",
        "tests/train/test_surprises.py", "a disk that is full while an interrupted run is kept is told as Ctrl-C",
    ),
    Mutation(
        "tune/block.py", "plan.spans[before, 1] < plan.spans[boundary, 0]", "plan.spans[before, 1] <= plan.spans[boundary, 0]",
        "tests/tune/test_block.py", "a label that parameters are chosen on ends with the first event of evidence",
    ),
    Mutation(
        "tune/block.py", "if fold.test.min() >= boundary", "if fold.test.min() >= 0",
        "tests/tune/test_block.py", "folds that test what parameters were chosen on are evidence",
    ),
    Mutation(
        "tune/block.py", "early[-1] if early else starts[0]", "starts[0]",
        "tests/tune/test_block.py", "parameters are chosen on the first window alone, however short",
    ),
    Mutation(
        "tune/samplers.py", "copy.deepcopy(given)", "given",
        "tests/tune/test_search.py", "a second search goes on where the first one ended",
    ),
    Mutation(
        "tune/search.py", "mean > CLEARLY * error", "mean > 0",
        "tests/tune/test_search.py", "a trial ends as soon as it is worse at all",
    ),
    Mutation(
        "tune/search.py", "study.enqueue_trial(", "dict(",
        "tests/tune/test_search.py", "a search does not begin with what the model was given",
    ),
    Mutation(
        "results/identity.py", 'EVIDENCE = ("data", "cv", "tune")', 'EVIDENCE = ("data", "cv")',
        "tests/tune/test_tuned_runs.py", "a search with another seed is the same trial",
    ),
    Mutation(
        "results/identity.py", "if not (is_off and key in SEARCH)", "if key not in SEARCH",
        "tests/tune/test_tuned_runs.py", "what is looked for, and where, is no part of a run",
    ),
    Mutation(
        "training/rebuild.py", 'as_found(self.run.record.get("tuning") or (), ', "as_found((), ",
        "tests/tune/test_tuned_runs.py", "folds are fitted again without what was found for them",
    ),
    Mutation(
        "training/tuning.py", "replace(plan, folds=block.folds), search.told", "plan, search.told",
        "tests/tune/test_tuned_runs.py", "every fold is evidence, those that parameters were chosen on, too",
    ),
    Mutation(
        "training/label_warnings.py", "prepared.data.events.iloc[prepared.plan.development]", "prepared.data.events",
        "tests/training/test_label_warnings.py", "a warning tells what the sealed test part touches",
    ),
)  # fmt: skip


class Copy:
    """A copy of the tree in which faults may be made."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "tree"
        self.root.mkdir()
        for name in ("smc", "conf", "tests"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(REPOSITORY / name, self.root / name, ignore=ignored)
        for name in ("pyproject.toml", "README.md", "LICENSE", "multirun.sh"):
            shutil.copy(REPOSITORY / name, self.root / name)

    @contextmanager
    def with_fault(self, mutation: Mutation) -> Iterator[None]:
        path = mutation.find(self.root)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")

    def passes(self, tests: str, timeout: float | None = None) -> bool:
        """Run tests, and tell whether all passed.

        Raises
        ------
        LookupError
            pytest ran no test, or could not start.
        """
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests.split()]
        data = os.environ.get("SMC_TEST_DATA", str(REPOSITORY.parent / "shared"))
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.root),
            "PYTHONDONTWRITEBYTECODE": "1",  # a file of the same second and length would hide the fault
            "SMC_TEST_DATA": data,
        }
        try:
            done = subprocess.run(
                command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=timeout, check=False
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        if done.returncode > 2 or "error during collection" in done.stdout:
            raise LookupError(f"pytest {tests}: {done.stdout[-500:]}")
        return done.returncode == 0


def judge(mutation: Mutation, copy: Copy) -> str:
    with copy.with_fault(mutation):
        return SURVIVED if copy.passes(mutation.tests, TIMEOUT) else KILLED


def chosen(words: list[str]) -> list[Mutation]:
    return [
        mutation
        for mutation in MUTATIONS
        if not words or any(word in mutation.room or word in mutation.fault for word in words)
    ]


def errors(mutations: list[Mutation]) -> Iterator[str]:
    """Say which mutations cannot be made, and which tests are not there."""
    for mutation in mutations:
        try:
            mutation.find(REPOSITORY)
        except LookupError as error:
            yield str(error)
        for test in mutation.tests.split():
            if not (REPOSITORY / test.partition("::")[0]).exists():
                yield f"no {test}, which is to see that {mutation.fault}"


def main() -> int:
    """Make every fault that was not judged before, and print what became of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="only mutations that hold one of these")
    parser.add_argument("--check", action="store_true", help="only look whether each mutation can be made")
    given = parser.parse_args()
    mutations = chosen(given.words)
    problems = list(errors(mutations))
    sys.stdout.writelines(f"error: {problem}\n" for problem in problems)
    if problems or given.check:
        return 2 if problems else 0
    answers = json.loads(ANSWERS.read_text(encoding="utf-8")) if ANSWERS.is_file() else {}
    with tempfile.TemporaryDirectory(prefix="smc-mutations-") as folder:
        copy = Copy(Path(folder))
        keys = {mutation: mutation.key(copy.root) for mutation in mutations}
        unknown = [mutation for mutation, key in keys.items() if key not in answers]
        tests = " ".join(sorted({test for mutation in unknown for test in mutation.tests.split()}))
        if unknown and not copy.passes(tests):
            sys.stdout.write(f"error: a test fails without any fault: {tests}\n")
            return 2
        for mutation, key in keys.items():
            if mutation in unknown:
                answers[key] = judge(mutation, copy)
                ANSWERS.write_text(json.dumps(answers, indent=1), encoding="utf-8")
            sys.stdout.write(f"{answers[key]:<9} {mutation.room:<12} {mutation.fault}\n")
            sys.stdout.flush()
    results = [answers[key] for key in keys.values()]
    n_rooms = len({mutation.room for mutation in mutations})
    sys.stdout.write(
        f"{results.count(KILLED)} of {len(results)} killed in {n_rooms} rooms, {results.count(SURVIVED)} survived\n"
    )
    return int(SURVIVED in results)


if __name__ == "__main__":
    sys.exit(main())
