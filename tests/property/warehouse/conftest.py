"""Gives these tests the small warehouse that all of the warehouse's tests share."""

from tests.unit.warehouse.warehouse_world import csv_source, extracted, fresh, omop_data, own, world

__all__ = ["csv_source", "extracted", "fresh", "omop_data", "own", "world"]
