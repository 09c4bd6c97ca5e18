"""A saved model asked about bars."""
