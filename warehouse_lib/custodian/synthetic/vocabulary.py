"""The made-up population's own small vocabulary: concepts, Spanish synonyms and the hierarchy of each domain.

Clinical concepts have ids above two billion, the range that OMOP leaves to local vocabularies; the few
standard ids (sex, visit kinds, units) are those that any OMOP tool expects.
"""

from typing import Any

from warehouse_lib.custodian.synthetic.parameters import lines

OWN_VOCABULARY = "TRE"
SPANISH = 4_182_511
VALID_FROM, VALID_TO = 0, 47_481  # 1970-01-01 and 2099-12-31 as days
DOMAINS = {
    "conditions.csv": ("Condition", "Clinical finding"),
    "drugs.csv": ("Drug", "Medicinal product"),
    "measurements.csv": ("Measurement", "Observable"),
    "procedures.csv": ("Procedure", "Procedure"),
}
Rows = dict[str, list[Any]]


def vocabulary_tables() -> dict[str, Rows]:
    """Return the vocabulary tables as columns of values."""
    concepts = _concepts()
    parents = {c["id"]: c["parent"] for c in concepts if c["parent"] is not None}
    return {
        "concept": _concept_table(concepts),
        "concept_synonym": _synonyms(concepts),
        "concept_ancestor": _ancestors([c["id"] for c in concepts if c["id"]], parents),
        "concept_relationship": _relationships(parents),
        "vocabulary": _named("vocabulary", sorted({c["vocabulary"] for c in concepts})),
        "domain": _named("domain", sorted({c["domain"] for c in concepts})),
    }


def _concepts() -> list[dict[str, Any]]:
    found = [
        {**line, "id": int(line["id"]), "parent": None, "class": line["class"]}
        for line in lines("context.csv")
    ]
    for file, (domain, kind) in DOMAINS.items():
        found += [
            {
                "id": int(line["id"]),
                "parent": int(line["parent"]) if line["parent"] else None,
                "domain": domain,
                "class": kind,
                "vocabulary": OWN_VOCABULARY,
                "name": line["name"],
                "name_es": line["name_es"],
            }
            for line in lines(file)
        ]
    return sorted(found, key=lambda concept: int(concept["id"]))


def _concept_table(concepts: list[dict[str, Any]]) -> Rows:
    return {
        "concept_id": [c["id"] for c in concepts],
        "concept_name": [c["name"] for c in concepts],
        "domain_id": [c["domain"] for c in concepts],
        "vocabulary_id": [c["vocabulary"] for c in concepts],
        "concept_class_id": [c["class"] for c in concepts],
        "standard_concept": ["S" if c["id"] else None for c in concepts],
        "concept_code": [f"T{c['id'] % 1_000_000_000:06d}" for c in concepts],
        "valid_start_date": [VALID_FROM] * len(concepts),
        "valid_end_date": [VALID_TO] * len(concepts),
    }


def _synonyms(concepts: list[dict[str, Any]]) -> Rows:
    return {
        "concept_id": [c["id"] for c in concepts],
        "concept_synonym_name": [c["name_es"] for c in concepts],
        "language_concept_id": [SPANISH] * len(concepts),
    }


def _ancestors(ids: list[int], parents: dict[int, int]) -> Rows:
    pairs = sorted((up, code, level) for code in ids for level, up in enumerate(_line_of(code, parents)))
    return {
        "ancestor_concept_id": [up for up, _, _ in pairs],
        "descendant_concept_id": [code for _, code, _ in pairs],
        "min_levels_of_separation": [level for _, _, level in pairs],
        "max_levels_of_separation": [level for _, _, level in pairs],
    }


def _line_of(code: int, parents: dict[int, int]) -> list[int]:
    line = [code]
    while line[-1] in parents:
        line.append(parents[line[-1]])
    return line


def _relationships(parents: dict[int, int]) -> Rows:
    pairs = sorted(
        [(code, up, "Is a") for code, up in parents.items()]
        + [(up, code, "Subsumes") for code, up in parents.items()]
    )
    return {
        "concept_id_1": [a for a, _, _ in pairs],
        "concept_id_2": [b for _, b, _ in pairs],
        "relationship_id": [name for _, _, name in pairs],
        "valid_start_date": [VALID_FROM] * len(pairs),
        "valid_end_date": [VALID_TO] * len(pairs),
    }


def _named(kind: str, names: list[str]) -> Rows:
    return {f"{kind}_id": names, f"{kind}_name": names, f"{kind}_concept_id": [0] * len(names)}
