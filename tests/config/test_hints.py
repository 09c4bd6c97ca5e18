"""A remedy that an error names is accepted when it is typed: each mistake is made, told, mended as told, and typed."""

import re
import shlex
from collections.abc import Iterator

import pytest

from smc.config.command import read_command
from smc.errors import ConfigError

#: Mistakes whose message names a remedy, one of each kind.
REMEDIED = (
    "model.max_dept=3",
    "+model.max_dept=3",
    "max_depth=3",
    "model=xgbost",
    "calibrate.part_frac=0.3",
    "monitor.watches.mine=null",
    "+model=logistic",
    "+split.test_frac=0.3",
    "-m model=random_forest,logistic model.max_depth=3",
    "-m cv=walk_forward,cpcv +cv.n_blocks=6",
    "model=mlp model.hidden_dims=32,16",
    "data=files data.root=x data.pattern={symbol}.csv",
    "trainer.precision=32",
    "features.swing_size=7",
)
#: More of each kind.
OTHERS = (
    # names that are nearly right
    "modle=xgboost",
    "-m model=logistic,xgbost",
    "model.max_dept=3 seed=1",
    "-m model=random_forest,xgboost model.max_dept=3",
    "-m seed=0,1 model.max_dept=3",
    "++model.max_dept=3",
    "split.tst_frac=0.3",
    "paths.outptu=x",
    "features.families.sesion=null",
    "reg.xgboost.max_dept=3",
    "model=mlp +reg.mlp.dropot=0.3",
    "model=voting model.members=[logistic,xgbost]",
    "++calibrate.part_frac=0.3",
    "-m hydra/launcher=procesess seed=0,1",
    # a + too few or too many
    "features.families.mine=null",
    "tracker.trackers.mine=null",
    "reg.mine.depth=3",
    "model=logistic model.task=classification",
    "+experiment=recent",
    "+seed=3",
    "-m +seed=1,2",
    "-m model=random_forest,xgboost +model.max_depth=3",
    # keys that some swept options lack
    "-m model=random_forest,logistic +model.max_depth=3",
    "-m model=random_forest,logistic ++model.max_depth=3",
    "-m model=logistic,random_forest,xgboost seed=0,1 model.max_depth=3,4",
    "-m model=mlp,logistic model.dropout=0.3",
    "-m model=mlp,logistic model.max_epochs=3",
    "-m model=random_forest,logistic model.max_features=log2",
    "-m cv=walk_forward,cpcv cv.n_blocks=6",
    "-m cv=walk_forward,holdout cv.n_splits=6",
    "-m labels=direction,triple_barrier labels.target_atr=3",
    # values
    "model=xgboost,logistic",
    "model.max_depth=3,4",
    "symbol=SP500,EURUSD",
    "labels.swing_size=7",
    # values that do not go together
    "labels=forward_return calibrate=sigmoid",
    "labels=triple_barrier_3 calibrate.threshold=class_cost",
    "labels=triple_barrier_3 calibrate.abstain=0.1",
    "model=logistic +model.task=regression",
    "labels=forward_return model=logistic +model.task=classification",
)

#: Mistakes that no + and no quotes mend: none is advised.
NOT_REMEDIED = {
    "foo=1": "foo: no such key",
    "split.foo=1": "split.foo: no such key",
    "model.foo=1": "model.foo: no such key",
    "model=logistic model.max_depth=3": "model.max_depth: no such key; "
    "model=extra_trees or model=lightgbm or model=random_forest have it",
    "monitor.watches.mine.limit=1": "monitor.watches.mine: no such key",
    "trainer.callbacks.mine=1": "trainer.callbacks.mine: no such key",
    "~model.foo": "model.foo: no such key",
    "model.max_depth=3,4": "model.max_depth=3,4: a comma list is several runs, add -m",
    "model.max_depth=[3": "model.max_depth=[3: the value cannot be read, a bracket is open",
    "-m seed=0,1 model.foo=3": "model.foo: no such key",
}


def told(line: str) -> str:
    """What is said of a command line; nothing if every run that it asks for is composed."""
    try:
        command = read_command(shlex.split(line, posix="'" in line))
        if command.is_sweep:
            command.jobs()
        else:
            command.job()
    except ConfigError as error:
        return str(error)
    return ""


def mended(line: str, message: str) -> Iterator[str]:
    """Give the command line as each remedy of a message would have it."""
    typed = line.split()

    def with_(new: str | None, key: str) -> str:
        """Put an override in the place of the one that sets a key."""
        kept = [text for text in typed if text.lstrip("+~").partition("=")[0] != key]
        assert len(kept) < len(typed), f"{key} was not typed: {line}"
        return " ".join([*kept, new or ""]).strip()

    def typed_at(key: str) -> str:
        (text,) = (text for text in typed if text.lstrip("+~").partition("=")[0] == key)
        return text

    nearest = r"^([\w.]+): no such (?:key|argument of \w+); did you mean ([\w.]+)\?( Then leave the \+ out)?"
    for where, name, unsigned in re.findall(nearest, message, re.M):
        right = name if "." in name or "." not in where else f"{where.rpartition('.')[0]}.{name}"
        line_right = " ".join(text.replace(f"{where}=", f"{right}=") for text in typed)
        yield line_right.replace(f"+{right}=", f"{right}=") if unsigned else line_right
    for where, name in re.findall(
        r"^([\w.]+): no such (?:key|argument of \w+); it is called (\w+) today", message, re.M
    ):
        yield " ".join(text.replace(where, f"{where.rpartition('.')[0]}.{name}") for text in typed)
    for wrong, right in re.findall(r"(\w+): no such option; did you mean (\w+)", message):
        yield line.replace(wrong, right)
    for key in re.findall(r"to add a new one: \+([\w.]+)=", message):
        yield with_(f"+{typed_at(key)}", key)
    for key in re.findall(r"^\+([\w./]+)=\S+: the (?:key|group) .* leave the \+ out", message, re.M):
        yield with_(typed_at(key).lstrip("+"), key)
    for key, value in re.findall(r"\+\+([\w.]+)=(\S+) sets it in every job", message):
        assert value in typed_at(key)
        yield with_("++" + typed_at(key).lstrip("+"), key)
    for key, names in re.findall(r"^([\w.]+): .*; (reg[^;]*) in its place", message, re.M):
        value = typed_at(key).partition("=")[2]
        yield with_(names.replace("...", value), key)
    for key, unsigned in re.findall(r"^([\w.]+): .*; (without the \+, )?bad_jobs=skip", message, re.M):
        yield with_(typed_at(key).lstrip("+") if unsigned else typed_at(key), key) + " bad_jobs=skip"
    if ", add -m" in message:
        yield f"-m {line}"
    for key, new in re.findall(r"^([\w.]+)=.*(?:one list is|leaves alone:) '(.*)'", message, re.M):
        yield with_(f"'{new}'", key)
    for key, new in re.findall(r"^([\w.]+): .*; as text: '(.*)'", message, re.M):
        yield with_(f"'{new}'", key)
    for first, second in re.findall(r"; (?:set|use) ([\w.]+=\w+)(?: and ([\w.]+=\w+))?$", message, re.M):
        new = [text for text in (first, second) if text]
        keys = [text.partition("=")[0] for text in new]
        signs = {text.lstrip("+").partition("=")[0]: "+" for text in typed if text.startswith("+")}
        kept = [text for text in typed if text.lstrip("+").partition("=")[0] not in keys]
        yield " ".join([*kept, *(signs.get(key, "") + text for key, text in zip(keys, new, strict=True))])
    for key, new in re.findall(r"^([\w.]+): .*; set (\S+) for all of them", message, re.M):
        yield with_(new, key)


@pytest.mark.parametrize(
    "line", [*REMEDIED, *(pytest.param(line, marks=pytest.mark.slow) for line in OTHERS)]
)
def test_a_remedy_is_accepted_when_it_is_typed(line):
    message = told(line)
    lines = list(dict.fromkeys(mended(line, message)))
    assert message, "this is no mistake"
    assert lines, f"no remedy is told: {message}"
    for remedy in lines:
        assert told(remedy) == "", f"{message}\n-> {remedy}"


@pytest.mark.parametrize("line", NOT_REMEDIED)
def test_what_would_be_refused_is_not_advised(line):
    assert told(line) == NOT_REMEDIED[line]


def test_a_remedy_is_tried_beside_the_other_overrides():
    """The class that is chosen in the same line takes the key, the default's does not."""
    own = "model._target_=sklearn.ensemble.ExtraTreesClassifier"
    assert told("model.min_weight_fraction_leaf=0.1") == "model.min_weight_fraction_leaf: no such key"
    assert "+model.min_weight_fraction_leaf=..." in told(f"{own} model.min_weight_fraction_leaf=0.1")


def test_a_key_that_no_swept_option_has_is_no_reason_to_leave_jobs_out():
    message = told("-m model=random_forest,logistic model.max_iters=3")
    assert "model.max_iters: no such key; did you mean max_iter? [model=logistic" in message
    assert len(message.splitlines()) == 2
    assert "bad_jobs" not in message
