"""Arrow to pandas without losing whole numbers: a missing value must not turn an id into a float."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def from_arrow(table: Any) -> "pd.DataFrame":  # noqa: ANN401  (pyarrow ships no types)
    """Return a frame with nullable whole numbers and dates as timestamps, the same types every time."""
    import pandas as pd
    import pyarrow as pa

    nullable = {pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=nullable.get, date_as_object=False)
    return frame
