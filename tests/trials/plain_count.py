"""The rules of counting, written out sentence by sentence over a list of what happened."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Run(NamedTuple):
    """A run of one symbol: ``n_bars`` tells the bars, of which more continue fewer."""

    trial: str
    seed: int
    n_bars: int
    version: str
    code: str
    late: bool

    @property
    def run_id(self):
        return f"{self.trial}.{self.seed}.{self.n_bars}.{self.version}.{self.code}.{self.late}"

    @property
    def unit(self):
        """What its seeds share."""
        return self.trial, self.n_bars, self.version, self.code, self.late


@dataclass
class PlainCount:
    """What happened, in order: (what, run) or ("registered", runs that were registered, name of the list)."""

    log: list = field(default_factory=list)
    lists: dict = field(default_factory=dict)
    rounds: dict = field(default_factory=dict)

    def happened(self, what, run):
        return any(entry[0] == what and entry[1] == run for entry in self.log)

    def runs(self):
        return [run for entry in self.log if entry[0] == "registered" for run in entry[1]]

    def register(self, runs, name=None):
        """A list typed again goes on; a run that was started before is only repeated."""
        if name in self.lists:
            return
        fresh = [run for run in runs if not self.happened("started", run)]
        opening = [run for run in fresh if self.is_new(run)]
        self.log.append(("registered", fresh, opening))
        for run in fresh:
            self.rounds[run] = max(self.round_of(run, run in opening), self.rounds.get(run, 1))
        if name is not None:
            self.lists[name] = set(runs)

    def start(self, run, name=None):
        is_repeat = self.happened("started", run)
        is_listed = name is not None and run in self.lists.get(name, ())
        if not is_repeat and not is_listed:
            self.register([run])
        self.log.append(("started", run))

    def say(self, what, run):
        if what == "scored" and self.happened("scored", run):
            return
        if what == "finished" and not self.happened("scored", run):
            self.log.append(("scored", run))
        self.log.append((what, run))

    def is_new(self, run):
        """It is no further seed, vintage or other version of a trial that was started."""
        return not self.kin(run)

    def kin(self, run):
        return [
            other
            for other in set(self.runs())
            if self.happened("started", other)
            and other.trial == run.trial
            and other.late == run.late
            and (other.n_bars == run.n_bars or self.continues(run.n_bars, other.n_bars))
            and (other.version != run.version or other.code == run.code)
        ]

    def continues(self, newer, older):
        """Bars continue those that are fewer; of two, the fewer were not seen later."""
        first = {}
        for position, entry in enumerate(self.log):
            if entry[0] == "registered":
                for run in entry[1]:
                    first.setdefault(run.n_bars, position)
        now = len(self.log)
        return older < newer and first.get(older, now) <= first.get(newer, now)

    def round_of(self, run, opens):
        """1 + how often trials were newly registered after a fold of an earlier one had been scored."""
        if not opens:
            return max(self.rounds[other] for other in self.kin(run))
        times, looked = 1, False
        for entry in self.log:
            if entry[0] == "scored" and entry[1].late == run.late:
                looked = True
            if entry[0] == "registered" and looked and any(new.late == run.late for new in entry[2]):
                times += 1
        return times

    def begun(self):
        return {
            run
            for jobs in self.lists.values()
            if any(self.happened("scored", job) for job in jobs)
            for run in jobs
        }

    def has_ended(self, run):
        last = [entry[0] for entry in self.log if entry[0] in ("started", "killed") and entry[1] == run]
        return bool(last) and last[-1] == "killed"

    def registration_order(self):
        """A run that is registered anew takes its place behind the others."""
        order = {}
        for position, entry in enumerate(self.log):
            if entry[0] == "registered":
                for place, run in enumerate(entry[1]):
                    order[run] = (position, place)
        return sorted(order, key=order.__getitem__)

    def standing(self, seeds):
        """The first registered seed that finished, else the first."""
        return next((run for run in seeds if self.happened("finished", run)), seeds[0])

    def is_superseded(self, unit, units):
        trial, n_bars, version, code, late = unit
        seed = self.standing(units[unit]).seed
        for other, seeds in units.items():
            if other == unit or (other[0], other[4]) != (trial, late):
                continue
            newest = self.standing(seeds)
            if not self.happened("finished", newest) or newest.seed != seed:
                continue
            same_bars, later_bars = other[1] == n_bars, self.continues(other[1], n_bars)
            if other[2] > version and (same_bars or later_bars):
                return True
            if (other[2], other[3]) == (version, code) and later_bars:
                return True
        return False

    def count(self):
        """Columns (run -> round), repeats, untold trials and trials."""
        units, columns, repeats, untold, trials = {}, {}, [], 0, 0
        for run in self.registration_order():
            units.setdefault(run.unit, []).append(run)
        for unit, seeds in units.items():
            if self.is_superseded(unit, units):
                continue
            finished = [run for run in seeds if self.happened("finished", run)]
            if finished:
                trials += 1
                columns[finished[0]] = max(self.rounds[run] for run in seeds if self.happened("started", run))
                repeats += finished[1:]
                for run in seeds[: seeds.index(finished[0])]:
                    untold += self.happened("scored", run)
            elif any(
                self.happened("scored", run) or (run in self.begun() and not self.has_ended(run))
                for run in seeds
            ):
                untold += 1
                trials += 1
        return columns, repeats, untold, trials
