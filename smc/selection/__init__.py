"""From everything that was tried to one verdict a symbol, with its evidence."""
