"""What a sweep costs beside its fits: one file a part of smc, each a list of rows for `bench_speed.py`."""
