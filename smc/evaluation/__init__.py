"""From out-of-sample predictions to the figures of a run."""
