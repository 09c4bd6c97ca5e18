"""How far the labels of a null band are shifted."""

from types import SimpleNamespace

import pytest

from smc.training import null_band
from smc.training.null_band import NEAREST, NullBand


@pytest.fixture
def shifts(monkeypatch):
    """By how many events each draw shifts, of so many events; nothing is refitted."""
    monkeypatch.setattr(null_band, "_shifted", lambda data, by: by)
    monkeypatch.setattr(NullBand, "_score", lambda self, data, symbol: data)

    def draw(n_events: int, n_draws: int = 500) -> list[int]:
        band = object.__new__(NullBand)
        band.data = SimpleNamespace(events=[None] * n_events)
        return band.draw("S", n_draws, lambda _: None)

    return draw


def test_no_event_is_given_the_features_of_one_that_is_near(shifts):
    drawn = shifts(200)
    nearest = int(NEAREST * 200)
    assert nearest > 1
    assert (min(drawn), max(drawn)) == (nearest, 200 - nearest)  # in a circle, both ways


def test_few_events_are_shifted_all_the_same(shifts):
    assert set(shifts(4)) == {1, 2, 3}
