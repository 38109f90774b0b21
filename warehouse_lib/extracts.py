"""What custodian and workspace both know about an extract's folder."""

SCHEMA = "tre.extract/1"
CURRENT = "current"
"""Symbolic link beside a project's extracts, naming the one that new sessions get."""
