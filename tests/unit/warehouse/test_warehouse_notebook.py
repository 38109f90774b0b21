"""The example notebook runs from top to bottom, here outside the sandbox."""

import json
from pathlib import Path

import pandas as pd
import pytest

import warehouse_lib as wl
from warehouse_lib import session
from warehouse_lib.custodian.extract import Extracted

NOTEBOOK = Path(__file__).resolve().parents[3] / "examples" / "notebooks" / "first_look.ipynb"


def test_first_look_runs_and_writes_its_table(
    extracted: Extracted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "DEFAULT_FOLDER", str(extracted.folder))
    monkeypatch.setenv("TRE_OUTBOX", str(tmp_path))
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []  # a committed notebook carries no result
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    table = pd.read_csv(tmp_path / "diabetes_by_birth_and_sex.csv")
    assert list(table.columns) == ["born", "sex", "people"]
    assert (table.people >= 10).all()
    assert wl.open(extracted.folder).cohort(2000000121).count() >= table.people.sum()
