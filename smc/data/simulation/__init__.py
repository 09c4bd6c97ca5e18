"""Markets with a known truth: their calendar, their law of prices, and the edge that is planted in it."""
