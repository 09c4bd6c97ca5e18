"""Probabilities that come true as often as they say: one calibrator an option of `conf/calibrate`."""
