"""Everything that was tried, counted for good: an append-only chain of events, and what follows from it."""
