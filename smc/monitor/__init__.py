"""Watches over a fit: one class a file; `FitMonitor` puts together those that are on."""
