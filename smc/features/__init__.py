"""Causal features: one family a file, put together by `FeatureSet`."""
