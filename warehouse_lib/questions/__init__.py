"""Questions as immutable values: they say what is asked, know no engine, and have one canonical text."""

from warehouse_lib.questions.cohort import Cohort, Concepts

__all__ = ["Cohort", "Concepts"]
