"""Measures the warehouse's journey: synthesize, ingest, extract, open, count. Prints one JSON object.

    python -m benchmarks.warehouse [--persons 10000]

Bars, on 2 cores: 10,000 persons x about 100 events synthesized in 20 s; ``import warehouse_lib`` in 0.5 s.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from governance.grants import Grant
from governance.periods import Period
from warehouse_lib.custodian.extract import Owner, extract
from warehouse_lib.custodian.ingest import ingest
from warehouse_lib.custodian.keys import open_keyring
from warehouse_lib.custodian.store import Store
from warehouse_lib.custodian.synthesize import synthesize
from warehouse_lib.session import open as open_extract

Result = TypeVar("Result")
TODAY = date(2026, 11, 24)
DIABETES = 2_000_000_121
TABLES = (
    "person",
    "observation_period",
    "visit_occurrence",
    "condition_occurrence",
    "drug_exposure",
    "measurement",
    "procedure_occurrence",
    "death",
)


def timed(seconds: dict[str, float], name: str, act: Callable[[], Result]) -> Result:
    start = time.perf_counter()
    result = act()
    seconds[name] = round(time.perf_counter() - start, 3)
    return result


def import_seconds() -> float:
    code = "import time; t = time.perf_counter(); import warehouse_lib; print(time.perf_counter() - t)"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return round(min(float(run.stdout) for run in runs), 3)


def measure(persons: int, folder: Path) -> dict[str, Any]:
    seconds: dict[str, float] = {}
    store = Store(folder / "warehouse")
    keyring = open_keyring(store.root)
    valid = Period(date(2026, 1, 1), date(2027, 12, 31))
    grant = Grant("bench", "bench", dict.fromkeys(TABLES, "all"), (), (), valid)
    rows = timed(seconds, "synthesize", lambda: synthesize(persons, 0, folder / "source"))
    timed(seconds, "ingest", lambda: ingest(folder / "source", "bench", store, keyring, today=TODAY))
    owner = Owner("no-such-user", "no-such-group")
    done = timed(seconds, "extract", lambda: extract(grant, store, keyring, folder / "extracts", owner))
    warehouse = timed(seconds, "open, every byte verified", lambda: open_extract(done.folder))
    warehouse.cohort(DIABETES).count()  # compiler and engine load once
    counted = timed(seconds, "cohort count", lambda: warehouse.cohort(DIABETES).count())
    timed(seconds, "measurement to pandas", lambda: warehouse.to_pandas("measurement"))
    mean = warehouse.to_dask("measurement", ["value_as_number"]).groupby("person_id").value_as_number.mean()
    timed(seconds, "mean by person with Dask threads", mean.compute)
    return {
        "persons": persons,
        "rows": sum(rows.values()),
        "cohort": counted,
        "seconds": {"import": import_seconds(), **seconds},
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=10_000)
    with tempfile.TemporaryDirectory(prefix="tre-bench-") as folder:
        print(json.dumps(measure(parser.parse_args().persons, Path(folder)), indent=1))


if __name__ == "__main__":
    main()
