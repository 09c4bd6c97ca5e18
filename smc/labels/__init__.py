"""What happened after an event: one class an option of `conf/labels`."""
