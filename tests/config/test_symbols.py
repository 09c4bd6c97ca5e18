"""Which symbols a configuration asks for."""

import pytest

from smc.errors import ConfigError
from smc.results.about import asked_symbols
from smc.training.prepare import symbols_of


class Two:
    def symbols(self):
        return ["A", "B"]


@pytest.mark.parametrize(("chosen", "expected"), [(None, ["A"]), ("B", ["B"]), (["B", "A"], ["B", "A"])])
def test_null_is_the_first_symbol_of_the_data(chosen, expected):
    assert symbols_of({"symbol": chosen}, Two()) == expected


@pytest.mark.parametrize("chosen", [[], ["A", "A"]])
def test_a_pool_is_of_symbols_that_differ(chosen):
    with pytest.raises(ConfigError, match="a pool needs symbols that differ"):
        symbols_of({"symbol": chosen}, Two())
    assert asked_symbols({"symbol": chosen}) == chosen, "what it asked for can be told all the same"
