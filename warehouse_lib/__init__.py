"""Safe data: from OMOP sources over immutable snapshots to the one view that a project's grant allows.

In a notebook: ``import warehouse_lib as wl; wh = wl.open()``. Heavy libraries load when they are needed.
"""

from warehouse_lib.questions import Cohort, Concepts
from warehouse_lib.session import BoundCohort, HierarchyMissingWarning, Warehouse, open  # noqa: A004

__all__ = ["BoundCohort", "Cohort", "Concepts", "HierarchyMissingWarning", "Warehouse", "open"]
