"""The release package: one archive that describes itself, and the signature that anyone can verify offline."""
