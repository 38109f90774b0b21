"""How an instance stands: which services answer, which nodes work, which walls are missing."""
