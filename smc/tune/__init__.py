"""Parameters of a model found on rows that are no evidence."""
