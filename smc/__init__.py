"""smc: reliable runs, honest estimates and a defensible choice for one small model per symbol."""

#: Registered with every run: code that gives other results has another version.
__version__ = "0.8.0"
