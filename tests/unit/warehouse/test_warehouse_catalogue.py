import pytest

from warehouse_lib.catalogue import Group, Sensitivity, catalogue
from warehouse_lib.catalogue.model import DOMAIN_TABLES

TEXT_THAT_MAY_TRAVEL = {
    ("location", "state"),
    ("location", "zip"),
    ("cdm_source", "cdm_source_name"),
    ("cdm_source", "cdm_source_abbreviation"),
    ("cdm_source", "cdm_version"),
    ("cdm_source", "vocabulary_version"),
}


def test_text_outside_the_vocabulary_is_dropped_unless_named_here() -> None:
    kept = {
        (column.table, column.name)
        for table in catalogue().tables.values()
        for column in table.columns
        if table.group is not Group.VOCABULARY
        and column.type == "text"
        and column.sensitivity is not Sensitivity.DROP
    }
    assert kept == TEXT_THAT_MAY_TRAVEL


def test_every_coarsened_column_says_how() -> None:
    columns = [column for table in catalogue().tables.values() for column in table.columns]
    assert all((c.sensitivity is Sensitivity.COARSEN) == (c.coarsening is not None) for c in columns)


def test_every_named_column_of_a_table_exists() -> None:
    for table in catalogue().tables.values():
        if table.group is not Group.EXCLUDED:
            for name in (table.key, table.start, table.end, table.concept):
                assert name == "" or table.column(name) is not None, (table.name, name)


def test_every_rename_leads_to_a_column_of_5_4() -> None:
    known = catalogue()
    assert known.renames
    for (table, old), new in known.renames.items():
        assert known.tables[table].column(new) is not None
        assert known.tables[table].column(old) is None


def test_every_pseudonym_domain_has_a_table_with_that_key() -> None:
    tables = catalogue().tables
    assert all(tables[name].key == f"{name}_id" for name in DOMAIN_TABLES.values())
    used = {c.domain for t in tables.values() for c in t.columns if c.domain} - {"event"}
    assert used == set(DOMAIN_TABLES)


def test_a_table_s_own_line_wins_over_the_general_rule() -> None:
    known = catalogue()
    assert known.rule("person_missing", "observation_period").severity == "quarantine"
    assert known.rule("person_missing", "measurement").severity == "error"


def test_a_rule_that_is_not_data_does_not_exist() -> None:
    with pytest.raises(KeyError):
        catalogue().rule("invented", "person")
