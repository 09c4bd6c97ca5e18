"""smc: reliable runs, honest estimates and a defensible choice for one small model per symbol."""

__version__ = "0.2.0"
