"""Purged splitters in scikit-learn's form: one class an option of `conf/cv`."""
