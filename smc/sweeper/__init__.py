"""A search over whole runs, which looks at their out-of-fold results and pays for it.

Each of its trials is an ordinary run, registered with its batch before the first fit of any. What a search
reads of a run is out of fold; test parts stay sealed.
"""

from smc.sweeper.search import run_search

__all__ = ["run_search"]
