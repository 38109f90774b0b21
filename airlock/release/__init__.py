"""The release package: one archive that describes itself, and a signature to verify offline."""
