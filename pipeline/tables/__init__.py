"""Every table, declared once: `exports` is the contract with the vendor, `published` the promise to readers."""
