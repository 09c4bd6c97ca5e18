"""Composition: from files and overrides to checked, plain configuration and to the objects that it names."""
