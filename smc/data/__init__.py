"""Sources of bars: one class an option of `conf/data`."""
