"""The `renewals` command, one file per command; the only place that reads clock, environment and settings file."""
