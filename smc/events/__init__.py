"""Bars at which a decision is taken: one class an option of `conf/events`."""
