"""Reports that warn others: taken by text without a name, found in memory, released by people."""
