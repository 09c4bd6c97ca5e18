"""What comes from outside: read up to a bound, hidden where it is a secret, escaped where it is shown."""
