"""Text → a contract table: types, keys and references, corrections, and the quarantine of what is refused."""
