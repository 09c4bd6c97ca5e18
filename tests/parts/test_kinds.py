"""Every group of the configuration has its kinds, and every kind all that belongs to it."""

from pathlib import Path

import pytest

from smc.config.build import MAPS
from smc.config.interface import IN_MAPS, INTERFACES
from smc.config.tree import CONF
from smc.errors import ConfigError
from smc.parts.contract import contract
from smc.parts.kinds import GROUPS, KINDS, WITHOUT_PARTS, Kind, kind_of
from smc.parts.laws import LAWS, SERVES, laws_of
from smc.parts.recognise import contract_of, recognise
from smc.parts.written import TEMPLATES

IDS = [kind.name for kind in KINDS]


def test_no_group_of_the_configuration_is_forgotten() -> None:
    groups = {path.name for path in CONF.iterdir() if path.is_dir()}
    assert len(groups) > 10
    assert groups == {kind.group for kind in KINDS} | set(WITHOUT_PARTS)


def test_no_protocol_of_a_group_is_forgotten() -> None:
    protocols = {
        protocol
        for group, interface in {**INTERFACES, **IN_MAPS}.items()
        if group not in ("features", "ledger", "tune")  # a family is written; samplers are Optuna's
        for protocol in interface.protocols
    }
    assert protocols == {contract_of(kind) for kind in KINDS if kind.name != "feature"}
    assert {(kind.group, kind.entry) for kind in KINDS if kind.entry} == {
        *MAPS.values(),
        ("features", "families"),
    }


def test_every_kind_has_its_laws_and_is_written_from_files_of_its_name() -> None:
    assert set(LAWS) == set(GROUPS)
    stems = {path.stem for path in TEMPLATES.iterdir()} - {"contract"}
    assert stems == set(GROUPS)
    assert all((TEMPLATES / f"{name}{suffix}").is_file() for name in GROUPS for suffix in (".txt", ".yaml"))


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_a_contract_tells_each_member_and_each_law(kind: Kind) -> None:
    told = contract(kind)
    assert told.startswith(f"{kind.name} (in a configuration: {kind.group}")
    for member in vars(contract_of(kind)):
        assert member.startswith("_") or member in told
    for law in laws_of(kind):
        assert law.sentence in told
    assert laws_of(kind)[-1] is SERVES


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_a_kind_is_found_by_its_name_and_by_its_group(kind: Kind) -> None:
    assert kind_of(kind.name) == kind
    if sum(each.group == kind.group for each in KINDS) == 1:
        assert kind_of(kind.group) == kind
    else:
        with pytest.raises(ConfigError, match=f"{kind.group}: a group of several kinds: .*{kind.name}"):
            kind_of(kind.group)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("lable", "did you mean label?"),
        ("reg", "copy conf/reg/strong.yaml"),
        ("selection", "the same for everybody"),
        ("", "no such kind of part"),
    ],
)
def test_what_is_no_kind_is_refused_with_what_to_do(word: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        kind_of(word)
    assert told in str(error.value)


#: Classes of smc, and the kind that their methods tell.
OF_SMC = {
    "smc.labels.triple_barrier.TripleBarrier": "label",
    "smc.events.every.Every": "event",
    "smc.cv.cpcv.CPCV": "splitter",
    "smc.feature_selection.gain.Gain": "selector",
    "smc.aug.smote.Smote": "sampler",
    "smc.model.xgboost.XGBoost": "model",
    "smc.calibrate.isotonic.Isotonic": "calibrator",
    "smc.monitor.timeout.Timeout": "watch",
    "smc.monitor.gap.Gap": "run_watch",
    "smc.data.simulated.Simulated": "source",
    "smc.evaluation.default.Evaluation": "evaluation",
}


@pytest.mark.parametrize("target", OF_SMC)
def test_a_class_is_recognised_by_its_methods(target: str) -> None:
    from smc.config.instantiate import locate

    assert recognise(locate(target)).name == OF_SMC[target]


def test_a_class_of_no_kind_and_one_of_two_are_not_guessed() -> None:
    with pytest.raises(ConfigError, match="has no method of any kind"):
        recognise(Path)

    class Both:
        def log(self, run): ...
        def check(self, record): ...

    with pytest.raises(ConfigError, match=r"Both may be .* or .*: say which it is, --kind"):
        recognise(Both)
