"""What the warehouse knows about the OMOP CDM: tables, columns, sensitivity, rules and the 5.3 names."""

from warehouse_lib.catalogue.load import catalogue
from warehouse_lib.catalogue.model import Catalogue, Column, Group, Sensitivity, Severity, Table

__all__ = ["Catalogue", "Column", "Group", "Sensitivity", "Severity", "Table", "catalogue"]
