"""Where finished runs are reported to: one class an option of `conf/tracker`."""
