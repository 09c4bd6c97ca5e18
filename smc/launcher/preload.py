"""What the fork server imports once, so that no run forked from it has to: slow libraries and compiled code.

Importing this module puts some made-up bars through features and labels: the machine code is read from
Numba's cache, or made where it is not there. Without it each process would read it anew, in about 0.3 s. It
also looks up what a run asks of smc itself, whatever its configuration: 0.15 s more. It comes last, since it
looks at what is imported.
"""

import gc
import sys

import numpy as np
import pandas as pd
import skops.io  # noqa: F401 - a run imports both when it saves
import sqlalchemy.dialects.sqlite  # noqa: F401

from smc import structure
from smc.fingerprint import code_version
from smc.labels.triple_barrier import TripleBarrier
from smc.results.packages import versions_of
from smc.results.schema import record_problems
from smc.trials.tables import tables

N_BARS = 600


def warm_code() -> None:
    """Put made-up bars through features and labels."""
    path = 100 + np.cumsum(np.random.default_rng(0).normal(size=(N_BARS, 4)).cumsum(axis=1), axis=0) / 100
    columns = {"open": path[:, 0], "high": path.max(axis=1), "low": path.min(axis=1), "close": path[:, -1]}
    index = pd.date_range("2020-01-01", periods=N_BARS, freq="4h", tz="UTC", name="time")
    bars = pd.DataFrame({**columns, "volume": 1.0}, index=index)
    structure.Machine().run(bars)
    events = np.arange(N_BARS // 2, N_BARS - 1, 5)
    TripleBarrier().compute(bars, events, np.ones(len(events), dtype=np.int64))


def warm_facts() -> None:
    """Look up versions and sources of what is imported, the schema of records, and the ledger's tables."""
    code_version()
    versions_of([{"_target_": f"{name}."} for name in sys.modules if name.startswith("smc.")])
    next(record_problems({}))
    tables()


warm_code()
warm_facts()
gc.collect()
gc.freeze()  # or a collection in each process would copy every page that the objects of today are on
