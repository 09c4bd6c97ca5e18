"""Figures of the house that must hold; `python tests/house/figures.py` prints all of them."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("figures", Path(__file__).with_name("figures.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_root_holds_commands_and_what_every_room_needs(figures: ModuleType) -> None:
    assert figures.modules_at_the_root(REPOSITORY) <= 27


def test_the_layers_are_few_and_hold_every_room(figures: ModuleType) -> None:
    layers = figures.layers(REPOSITORY)
    assert len(layers) <= 15
    assert set(figures.rooms(REPOSITORY)) <= {name for layer in layers for name in layer}


def test_files_and_functions_stay_short(figures: ModuleType) -> None:
    lengths = figures.lines(REPOSITORY)
    assert figures.p95(lengths.files) <= 250
    assert figures.p95(lengths.bodies) <= 35


def test_public_signatures_say_what_they_take(figures: ModuleType) -> None:
    assert figures.any_share(REPOSITORY) < 0.02
