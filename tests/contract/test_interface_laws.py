"""Every option satisfies the protocol of its group, and a class that does not is told what it lacks."""

import sys
import types
from pathlib import Path

import pytest
import yaml

from smc import interfaces
from smc.config.instantiate import instantiate, locate
from smc.config.interface import IN_MAPS, INTERFACES, attributes_of, methods_of, missing_methods
from smc.config.tree import CONF

OPTIONS = [(path.parent.name, path.stem) for group in INTERFACES for path in (CONF / group).glob("*.yaml")]
WATCHES = yaml.safe_load((CONF / "monitor/default.yaml").read_text(encoding="utf-8"))["watches"]
PROTOCOLS = {
    **{group: interface.protocols[0] for group, interface in INTERFACES.items()},
    **{protocol.__name__: protocol for interface in IN_MAPS.values() for protocol in interface.protocols},
}
METHODS = [(group, name) for group, protocol in PROTOCOLS.items() for name in methods_of(protocol)]


def target_of(path: Path) -> str:
    """Read the target of an option, or of the one that it starts from."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "_target_" in content:
        return content["_target_"]
    parent = next(name for name in content["defaults"] if name != "_self_").partition("@")[0]
    return target_of(path.with_name(f"{parent}.yaml"))


def stand_in(protocol: type) -> type:
    """Make a class that offers what a protocol asks for, and nothing else."""
    methods = {name: types.FunctionType((lambda *_: None).__code__, {}) for name in methods_of(protocol)}
    return type("StandIn", (), {**methods, **dict.fromkeys(attributes_of(protocol))})


def test_the_options_of_every_group_are_found() -> None:
    assert {group for group, _ in OPTIONS} == set(INTERFACES) - {"ledger"}
    assert len(OPTIONS) > 40
    assert len(WATCHES) == 8


@pytest.mark.parametrize(("group", "name"), OPTIONS, ids=[f"{group}/{name}" for group, name in OPTIONS])
def test_an_option_satisfies_the_protocol_of_its_group(group: str, name: str) -> None:
    cls = locate(target_of(CONF / group / f"{name}.yaml"))
    assert INTERFACES[group].lacks(cls) == ""


@pytest.mark.parametrize("name", WATCHES)
def test_a_watch_observes_a_fit_or_checks_a_record(name: str) -> None:
    watch = instantiate({"_target_": WATCHES[name]["_target_"]})
    assert IN_MAPS["monitor"].lacks(type(watch)) == ""
    assert list(IN_MAPS["monitor"].missing_attributes(watch)) == []
    satisfied = [
        protocol for protocol in IN_MAPS["monitor"].protocols if not missing_methods(type(watch), protocol)
    ]
    assert len(satisfied) == 1


def test_the_ledger_satisfies_its_protocol() -> None:
    root = yaml.safe_load((CONF / "train.yaml").read_text(encoding="utf-8"))
    assert INTERFACES["ledger"].lacks(locate(root["ledger"]["_target_"])) == ""


@pytest.mark.parametrize(("group", "name"), METHODS, ids=[f"{group}-{name}" for group, name in METHODS])
def test_a_method_that_is_left_out_or_takes_other_arguments_is_named(group: str, name: str) -> None:
    protocol = PROTOCOLS[group]
    whole, called = stand_in(protocol), f"{name}({', '.join(methods_of(protocol)[name])})"
    assert missing_methods(whole, protocol) == ()
    without = type("Without", (whole,), {name: None})
    assert missing_methods(without, protocol) == (called,)
    greedy = type("Greedy", (whole,), {name: lambda self, a, b, c, d, e, f: None})
    assert missing_methods(greedy, protocol) == (called,)


@pytest.mark.parametrize("group", INTERFACES)
def test_an_attribute_that_is_left_out_is_named(group: str) -> None:
    interface = INTERFACES[group]
    whole = stand_in(interface.protocols[0])
    assert list(interface.missing_attributes(whole())) == []
    for name in attributes_of(interface.protocols[0]):
        without = type("Without", (), {key: value for key, value in vars(whole).items() if key != name})
        assert list(interface.missing_attributes(without())) == [name]


def test_every_protocol_of_a_group_says_what_it_is_for() -> None:
    for protocol in PROTOCOLS.values():
        assert protocol.__module__ == interfaces.__name__
        assert protocol.__doc__
        for name in (*methods_of(protocol), *attributes_of(protocol)):
            assert getattr(protocol, name).__doc__, f"{protocol.__name__}.{name}"


def test_a_watch_that_is_neither_kind_is_told_both() -> None:
    message = "observe(progress) or check(record)"
    assert IN_MAPS["monitor"].lacks(sys.__class__) == message
