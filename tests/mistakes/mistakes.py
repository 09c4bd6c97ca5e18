"""Mistakes that people type, and what must be said of each: python tests/mistakes/mistakes.py [WORD ...]

Each line is typed in a process of its own, in an empty folder; its answer, exit code and CPU seconds are printed.
Words choose the lines that hold one of them. Exit code 1 if a line is answered otherwise than it should be.
"""

import re
import resource
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

#: What composes nothing that is right answers within so many CPU seconds.
FAST = 0.5

#: Command line -> what is said of it, in one line; the parser or the composition finds these.
QUICK = {
    # commands
    "trian": "there is no command trian; did you mean train?",
    "train.py": "did you mean train?",
    "--trian": "did you mean train?",
    # shell habits
    "train model = lstm": "model = lstm: an override has no spaces; type model=lstm",
    "train model =lstm": "type model=lstm",
    "train model= lstm": "type model=lstm",
    "train -m seed=0, 1": "seed=0, 1: an override has no spaces; type seed=0,1",
    "train --model lstm": "--model: no such option; an override has no dashes: model=...",
    "train --model=lstm": "an override has no dashes: model=lstm",
    "train -model=lstm": "an override has no dashes: model=lstm",
    "train -model": "an override has no dashes: model=...",
    "train -cv=kfold": "an override has no dashes: cv=kfold",
    "train --multi-run seed=0,1": "--multi-run: no such option; did you mean --multirun?",
    "train -m=1 seed=0,1": "--multirun: takes no value, got '1'",
    "train -mr seed=0,1": "--run, --multirun: one of the two",
    "train --outptu x": "did you mean --output?",
    "train --verbose": "--verbose: no such option",
    "train –m seed=0,1": "begins with a dash of typeset text; type -m",
    "train seed=0,1 –multirun": "type --multirun",
    # signs
    "train model==xgboost": "model==xgboost: the value cannot be read; did you mean model=xgboost?",
    "train model:=xgboost": "did you mean model=xgboost?",
    "train model:xgboost": "did you mean model=xgboost?",
    "train model=“xgboost”": "did you mean model=xgboost?",
    "train model=‘xgboost’": "did you mean model=xgboost?",
    "train model＝xgboost": "did you mean model=xgboost?",
    "train model=xgboost,": "did you mean model=xgboost?",
    "train 'model=xgboost;'": "did you mean model=xgboost?",
    "train {model=xgboost}": "did you mean model=xgboost?",
    "train model={xgboost}": "did you mean model=xgboost?",
    "train [model=xgboost]": "did you mean model=xgboost?",
    "train 'model=(xgboost)'": "did you mean model=xgboost?",
    "train model/xgboost": "did you mean model=xgboost?",
    "train model.xgboost": "did you mean model=xgboost?",
    "train /reg=tiny": "did you mean reg=tiny?",
    "train 'model=xgboost reg=tiny'": "did you mean model=xgboost reg=tiny?",
    "train 'model=xgboost&reg=tiny'": "did you mean model=xgboost reg=tiny?",
    "train 'model[max_depth]=3'": "did you mean model.max_depth=3?",
    "train model..max_depth=3": "did you mean model.max_depth=3?",
    "train xgboost": "did you mean model=xgboost?",
    "train model": "model: not of the form key=value, such as model=averaging (options:",
    "train 3f2a": "3f2a: not of the form key=value, such as model=xgboost or seed=1",
    "train =": "no such key",
    "train ''": "'': not of the form key=value",
    "train -m 'seed=range(0,3'": "a bracket is open",
    # groups, options, keys
    "train modle=xgboost": "modle: no such key; did you mean model?",
    "train Model=xgboost": "did you mean model?",
    "train model=xgbost": "model=xgbost: no such option; did you mean xgboost? (options:",
    "train model=random-forest": "did you mean random_forest?",
    "train model=": "model=: no such option (options:",
    "train model=null": "model=null: a group needs an option",
    "train reg=tinny": "did you mean tiny?",
    "train +model=logistic": "leave the + out",
    "train ~model=logistic": "a run needs the group; choose another option with model=...",
    "train model.max_dept=3": "model.max_dept: no such key; did you mean max_depth?",
    "train model.max-depth=3": "did you mean max_depth?",
    "train model/max_depth=3": "did you mean model.max_depth?",
    "train max_depth=3": "did you mean model.max_depth?",
    "train test_frac=0.2": "did you mean split.test_frac?",
    "train split.test_fraction=0.2": "did you mean test_frac?",
    "train paths.outptu=x": "did you mean output?",
    "train foo=1": "foo: no such key",
    "train data.root=bars": "data.root: no such key; data=files has it",
    "train data.n_bars=100": "data=simulated has it",
    "train monitor.watches=[]": "monitor.watches: must be a section of keys, got []",
    "train reg@foo=tiny": "reg@foo: no such key",
    # Hydra's own
    "train hydra.launcher.jobs=4": "hydra.launcher.jobs: no such key; hydra/launcher=processes has it",
    "train hydra/launcher=process": "did you mean processes?",
    "train hydra/sweeper=optuna": "hydra/sweeper=optuna: searches with many runs; add -m",
    "train -m hydra/sweeper=optun seed=0,1": "hydra/sweeper=optun: no such option; did you mean optuna?",
    "train -m hydra/sweeper=optuna": "nothing to search for; name where",
    "train -m hydra/sweeper=optuna 'model.max_depth=interval(9,2)'": "low must be under high, got 9.0 and 2.0",
    "train hydra.job.name=a": "hydra.job.name: names nothing here; a run is called run.name=NAME",
    "train hydra.run.dir=.": "hydra.run.dir: has no effect here",
    "train hydra.job.chdir=true": "hydra.job.chdir: has no effect here",
    "train hydra.foo=1": "hydra.foo: no such key",
    "train --config-name=train": "--config-name: has no effect here",
    "train -cp conf": "--config-path: has no effect here",
    "train --cfg": "--cfg: a value is needed",
    "train --cfg jobs": "--cfg: must be one of",
    "train --info foo": "--info: must be one of",
    "train --resolve": "--resolve: has no effect without --cfg job",
    "train --package x": "--package: has no effect without --cfg job",
    "train --experimental-rerun x": "python -m smc.reproduce RUN repeats a run",
    "train --shell-completion install=bash": "--shell-completion: has no effect here",
    "train --config-dir": "--config-dir: a value is needed",
    "train --config-dir nowhere": "there is no folder nowhere",
    # sweeps
    "train -m 'seed=range(0,0)'": "seed=range(0,0): stands for no value",
    "train -m 'seed=glob(*)'": "stands for no value",
    "train -m 'seed=interval(0,1)'": "an interval has no end; use a list, choice(...) or range(...)",
    # the other commands
    "select --selection classic": "an override has no dashes: selection=...",
    "select --dfif": "did you mean --diff?",
    "select --null": "--null: a value is needed",
    "select --null a": "--null: must be a whole number, got 'a'",
    "select --diff=1": "--diff: takes no value, got '1'",
    "select -m selection=classic,honest": "-m: no such option",
    "show --lst": "--lst: no such option; did you mean --list?",
    "show –list": "type --list",
    "show --list=3": "--list: takes no value",
    "show foo bar": "bar: one word too many",
    "show --tag": "--tag: a value is needed",
    "runs model=xgboost": "model=xgboost: one word too many",
    "runs --head a": "--head: must be a whole number, got 'a'",
    "runs --head 1.5": "--head: must be a whole number, got '1.5'",
    "runs --sort": "--sort: a value is needed",
    "runs --cvs x.csv": "did you mean --csv?",
    "diff": "something is missing: one, other",
    "diff 684e": "something is missing: other",
    "diff a b c": "c: one word too many",
    "diff a b --seeds a": "--seeds: must be a whole number",
    "explain --evnets 5": "did you mean --events?",
    "explain --events 1e3": "--events: must be a whole number, got '1e3'",
    "reproduce --tolernce 1": "did you mean --tolerance?",
    "reproduce --tolerance a": "--tolerance: must be a number, got 'a'",
    "reproduce --all": "--all: no such option (options:",
    "audit --drwas 5": "did you mean --draws?",
    "audit --draws 1": "--draws: must be 2 or more, got 1",
    "audit --draws a": "--draws: must be a whole number, got 'a'",
    "audit --only": "--only: a value is needed",
    "audit -m model=xgboost,logistic": "-m: no such option",
    "audit --modle xgboost": "an override has no dashes: modle=...",
    "audit model = xgboost": "type model=xgboost",
    "audit model=xgbost": "did you mean xgboost?",
    "selftest --sybols 3": "did you mean --symbols?",
    "selftest --symbols 0": "--symbols: must be 1 or more, got 0",
    "selftest --events a": "--events: must be a whole number",
    "selftest --best 60%": "--best: must be a number, got '60%'",
    "selftest --preset foo": "--preset: must be one of 'short', 'long', got 'foo'",
    "selftest --jobs 0": "--jobs: must be 1 or more, got 0",
    "selftest model=xgboost": "a self-test sets model itself, as its option says: --models MODEL",
    "ledger verfiy": "must be one of",
    "ledger --ulr x": "did you mean --url?",
}
#: What the classes of a run find, for which they are imported.
DEAR = {
    "train seed=1e3": "seed: must be int, got 1000.0; type seed=1000",
    "train split.test_frac=20%": "type split.test_frac=0.2",
    "train split.test_frac=nan": "split.test_frac: must be finite, got nan",
    "train keep_bars=yes": "keep_bars: must be bool, got 'yes'; type keep_bars=true",
    "train ~seed": "seed: missing, and a run needs it",
    "train 'seed=${oc.env:NO_SUCH_VARIABLE}'": "seed: the environment variable NO_SUCH_VARIABLE is not set",
    "train 'seed=${oc.env:PATH}'": "a variable is text: 'seed=${oc.decode:${oc.env:PATH}}'",
    "train model.learning_rate=0,1": "a decimal has a point: model.learning_rate=0.1",
    "train model=mlp model.hidden_dims=[a]": "model.hidden_dims: must be list[int], got ['a']",
    "train -m hydra/launcher=processes hydra.launcher.jobs=a seed=0,1": "hydra.launcher.jobs: must be int or null",
    "select ~selection": "selection: missing, and a selection needs it",
    "select selection = classic": "type selection=classic",
    "select classic": "did you mean selection=classic?",
    "select hydra.run.dir=x": "a selection has no settings of Hydra's",
    "select paths.output=": "paths.output: missing",
    "show zzzz": "no run 'zzzz' under outputs",
    "explain zzzz": "no run 'zzzz' under outputs",
    "reproduce zzzz": "no run 'zzzz' under outputs",
    "diff zzzz yyyy": "no run 'zzzz' under outputs",
    "audit --only futrue": "--only futrue: no such check; did you mean future?",
    "ledger import": "import: name a folder of results or a CSV file",
    "features smc.features.trend.Trnd": "`smc.features.trend.Trnd` cannot be built",
}
#: What belongs to Python, Hydra or argparse and not to what a person typed.
UGLY = re.compile(
    r"Traceback|hydra\.cc|usage:|token recognition|expecting \{|\w+Error\b|<class|collections\.abc"
)


def is_well_said(text: str, code: object, phrase: str) -> bool:
    """Tell whether an answer is one line with a phrase, in nobody's jargon, and ends as a mistake does."""
    return code == 2 and phrase in text and len(text.splitlines()) == 1 and not UGLY.search(text)


def answer(line: str) -> tuple[str, int, float, bool]:
    """Type a line in a process of its own: what was said, exit code, CPU seconds, and whether files appeared."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        words = [sys.executable, "-m", "smc", *shlex.split(line)]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return (done.stdout + done.stderr).strip(), done.returncode, seconds, any(Path(folder).iterdir())


def main() -> None:
    """Type every line that is asked for."""
    n_wrong = 0
    for line, phrase in {**QUICK, **DEAR}.items():
        if sys.argv[1:] and not any(word in line for word in sys.argv[1:]):
            continue
        text, code, seconds, has_written = answer(line)
        is_right = is_well_said(text, code, phrase) and not has_written
        is_fast = line in DEAR or seconds < FAST
        n_wrong += not is_right
        marks = ("" if is_right else "  <- WRONG") + ("" if is_fast else "  <- SLOW")
        sys.stdout.write(f"{line}\n  {code}  {seconds:.2f} s{marks}\n  {text}\n")
    sys.stdout.write(f"{n_wrong} answered otherwise than they should be\n")
    sys.exit(bool(n_wrong))


if __name__ == "__main__":
    main()
