"""One run: prepared, fitted, evaluated, recorded, saved."""
