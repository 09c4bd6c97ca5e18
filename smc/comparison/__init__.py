"""What differs between two runs, two configurations, two states of the same data."""
