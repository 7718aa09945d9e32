"""The gates: what comes from outside is filtered, what we computed is validated."""
