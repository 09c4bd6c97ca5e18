"""As many threads as there are cores, over all processes."""

import contextlib
import os
from collections.abc import Iterator

#: What the libraries underneath read when they are loaded.
VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def n_cores() -> int:
    """Count the cores that this process may use: affinity and container limits taken into account."""
    from joblib import cpu_count

    return cpu_count()


@contextlib.contextmanager
def thread_limits(n_threads: int) -> Iterator[None]:
    """Have processes that are started inside the block use so many threads; what you set yourself stands."""
    added = [name for name in VARIABLES if name not in os.environ]
    os.environ.update(dict.fromkeys(added, str(n_threads)))
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]
