"""Feature selection inside the fold: one selector an option of `conf/feature_selection`."""
