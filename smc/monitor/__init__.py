"""Watches over a fit: one class a file; `FitWatch` puts together those that are on."""
