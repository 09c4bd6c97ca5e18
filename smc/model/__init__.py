"""Models as scikit-learn estimators: one class an option of `conf/model`."""
