"""Symbols of a pool that a part of the run knows nothing of."""

from collections.abc import Iterable, Iterator

import pandas as pd

#: Parts as the table of predictions calls them -> what it means that a symbol has no event there.
MEANING = {
    "train": "the model has not learned from it",
    "out_of_fold": "it has no out-of-fold figures",
    "val": "it has no validation figures",
    "test": "it has no test figures",
}


def empty_parts(predictions: pd.DataFrame, symbols: Iterable[str]) -> Iterator[dict[str, str]]:
    """Warn of each symbol that has no event in a part in which others have; the parts are cut in time.

    >>> rows = pd.DataFrame({"symbol": ["EURUSD", "GBPUSD", "EURUSD"], "part": ["train", "train", "test"]})
    >>> [each["sentence"] for each in empty_parts(rows, ["EURUSD", "GBPUSD"])]
    ['No event of GBPUSD lies in the test part: it has no test figures.']
    """
    names = list(symbols)
    for part, meaning in MEANING.items():
        present = set(predictions.loc[predictions["part"] == part, "symbol"])
        for symbol in names if present else ():
            if symbol not in present:
                sentence = f"No event of {symbol} lies in the {part.replace('_', '-')} part: {meaning}."
                yield {"reason": "no_events_of_symbol", "sentence": sentence, "symbol": symbol, "part": part}
