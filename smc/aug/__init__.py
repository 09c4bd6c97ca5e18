"""Augmentation inside the fold: one sampler an option of `conf/aug`."""
