"""Person buckets: the unit of work. All rows of a person lie in one bucket, in every table.

A bucket is a small value that can be sent to a Dask worker, which reads the same read-only files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import pandas as pd

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of an extract: persons with ids from ``number * width`` up to the next bucket's."""

    folder: str
    number: int
    width: int

    @property
    def first(self) -> int:
        """The smallest person id that can lie in this bucket."""
        return self.number * self.width

    @property
    def last(self) -> int:
        """The largest person id that can lie in this bucket."""
        return self.first + self.width - 1

    def file(self, table: str) -> Path:
        """Return the bucket's file of one table."""
        return Path(self.folder) / table / f"bucket={self.number:02d}.parquet"

    def to_pandas(self, table: str, columns: Sequence[str] | None = None) -> "pd.DataFrame":
        """Read one table of this bucket, sorted by person and time."""
        import pyarrow.parquet as pq

        from warehouse_lib.frames.pandas_frame import from_arrow

        wanted = None if columns is None else list(columns)
        return from_arrow(pq.ParquetFile(self.file(table)).read(columns=wanted))


class Client(Protocol):
    """The part of a Dask client that is needed here."""

    def map(self, function: Any, values: list[Any], *, pure: bool) -> Any:  # noqa: ANN401
        """Start one task per value."""

    def gather(self, futures: Any) -> Any:  # noqa: ANN401
        """Wait for the tasks' results."""


def map_buckets(
    function: Callable[[Bucket], Result], buckets: Sequence[Bucket], client: Client | None = None
) -> list[Result]:
    """Apply a function to every bucket, here or on a Dask client's workers; results in bucket order."""
    if client is None:
        return [function(bucket) for bucket in buckets]
    results: list[Result] = client.gather(client.map(function, list(buckets), pure=False))
    return results
