"""A table as a Dask frame: one partition per person bucket, divisions known, so no shuffle by person."""

from collections.abc import Sequence
from typing import Any

from warehouse_lib.frames.buckets import Bucket


def to_dask(table: str, columns: Sequence[str], buckets: Sequence[Bucket]) -> Any:  # noqa: ANN401  (Dask ships no types)
    """Return a lazy frame indexed by ``person_id`` whose partitions are the person buckets.

    Grouping or joining by person needs no shuffle, because every person is within one partition.
    """
    import dask.dataframe as dd

    wanted = [name for name in dict.fromkeys(columns) if name != "person_id"]
    ends = (*(bucket.first for bucket in buckets), buckets[-1].last)
    meta = _partition(buckets[0], table, wanted).iloc[:0]
    # Dask narrows `columns` by itself when a computation needs fewer of them.
    return dd.from_map(_partition, list(buckets), table=table, columns=wanted, meta=meta, divisions=ends)


def _partition(bucket: Bucket, table: str, columns: list[str]) -> Any:  # noqa: ANN401
    frame = bucket.to_pandas(table, ["person_id", *columns])
    # Person ids are never missing: plain int64 keeps the index comparable with the divisions.
    return frame.astype({"person_id": "int64"}).set_index("person_id")
