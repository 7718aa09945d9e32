"""Files → raw text → (mapped by a profile) → typed tables + quarantine."""
