"""Watches over a fit: one class a file."""
