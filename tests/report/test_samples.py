"""What the report says of bars as they were read."""

from types import SimpleNamespace

from smc.report.run.sections.samples import sample_loss_section

STEPS = [
    {"row": 3, "time": "2006-04-10T04:00:00+00:00", "factor": 1133.333, "near": None},
    {"row": 9, "time": "2020-04-29T04:00:00+00:00", "factor": 8.4514, "near": "x8"},
]


def points(account: dict) -> list[str]:
    record = {"sample_loss": {"symbols": {"USO": {"bars": 20, "events_untraded": 2, "events": 5}}}}
    view = SimpleNamespace(record={**record, "bars": {"USO": {"account": account}}})
    section = sample_loss_section(view)  # type: ignore[arg-type]
    assert ("in bars with trades", "3", "2") in section.tables[0].rows
    return [point for point in section.points if point.startswith("USO")]


def test_steps_of_price_are_named_and_untraded_bars_counted():
    assert points({"bars": 20, "untraded": 4, "steps": 2, "largest_steps": STEPS}) == [
        "USO, as read: untraded 4, steps 2.",
        "USO, large steps of price: 2006-04-10 x1133, 2020-04-29 x8.451, near x8.",
    ]


def test_an_account_of_before_has_none():
    assert points({"bars": 20}) == []
