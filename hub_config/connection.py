"""One pool of connections to the register for the whole hub process, opened when first asked for.

JupyterHub copies its configuration deeply, so settings hold the address and not the engine.
"""

from functools import cache

from sqlalchemy import Engine

from governance.database import open_engine


@cache
def engine(database_url: str) -> Engine:
    """Return this process's engine for an address."""
    return open_engine(database_url)
