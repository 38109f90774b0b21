"""Pseudonyms, date shifts and coarsening as pure functions and SQL expressions; keys are passed in."""
