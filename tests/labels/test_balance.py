"""Class balance."""

import json

import pandas as pd

from smc.labels.label_table import class_balance


def test_shares_of_classes_in_order():
    assert class_balance(pd.DataFrame({"label": [1, -1, 0, 1]})) == {-1: 0.25, 0: 0.25, 1: 0.5}


def test_no_labels_no_classes():
    assert class_balance(pd.DataFrame({"label": []})) == {}


def test_numbers_are_plain():
    assert json.dumps(class_balance(pd.DataFrame({"label": [0, 1]}))) == '{"0": 0.5, "1": 0.5}'
