"""The demonstration: persons and projects that every part of the environment can be shown with.

Dates follow from a given day, so that it works on any day, and so that one project has always expired
yesterday. Written as the YAML an administrator would write, and applied like any other file. Invented people.
"""

from datetime import date, timedelta
from string import Template

PERSON = Template("""\
  - id: $id
    name: $name
    organisation: $organisation
$extra    training:
      - {course: research-data-protection, valid: {start: $begin, end: $end}}
    agreements:
      - {text: terms-of-use-1, signed: $begin}
$roles""")

PROJECT = Template("""\
---
schema: tre.project/1
id: $id
title: $title
purpose: $purpose
sponsor: Hospital de la Demostración
legal_basis: GDPR Art. 6(1)(e) and 9(2)(j)
risk_tier: $tier
valid: {start: $begin, end: $end}
ethics:
  committee: CEIm de la Demostración
  reference: $reference
  valid: {start: $begin, end: $ethics_end}
disclosure: {profile: $profile}
compute_profiles: [$compute]
quotas: {cores: 8, memory_gib: 16, storage_gib: 20, jobs: 6}
intended_outputs: [Frequency tables]
grants:
  - snapshot: demo
    valid: {start: $begin, end: $end}
    agreement:
      reference: DSA-$id
      controller: Hospital de la Demostración
      valid: {start: $begin, end: $ethics_end}
    tables:
$tables
$filters
members:
$members""")

DEMOGRAPHIC = "[person_id, gender_concept_id, year_of_birth]"

DIABETES_TABLES = f"""\
      person: {DEMOGRAPHIC}
      observation_period: all
      visit_occurrence: [visit_occurrence_id, person_id, visit_concept_id, visit_start_date, visit_end_date]
      condition_occurrence: all
      drug_exposure: all
      measurement: all
      death: [person_id, death_date]
      concept: all
      concept_ancestor: all"""

ADULTS_TABLES = f"""\
      person: {DEMOGRAPHIC}
      condition_occurrence: [condition_occurrence_id, person_id, condition_concept_id, condition_start_date]
      concept: all"""

ADULTS_FILTERS = """\
    rows:
      - {table: person, column: year_of_birth, op: "<=", value: 2000}"""


def render(today: date) -> str:
    """Return the demonstration as one YAML file of ``tre.people/1`` and ``tre.project/1`` documents."""
    return _people(today) + _diabetes(today) + _adults(today) + _expired(today)


def _people(today: date) -> str:
    year = _span(today)
    roles = {
        # Whoever is root on one machine can read its warehouse anyway: root's person is custodian as well.
        "marta": ("Marta Administradora", "    os_user: root\n", ("administrator", "custodian")),
        "diego": ("Diego Custodio", "", ("custodian",)),
        "ines": ("Inés Revisora", "", ("output_checker",)),
        "carlos": ("Carlos Revisor", "", ("output_checker", "senior_checker")),
        "elena": ("Elena Auditora", "", ("auditor",)),
        "ana": ("Ana Investigadora", "", ()),
        "luis": ("Luis Investigador", "", ()),
    }
    persons = [_person(id_, name, extra, held, year) for id_, (name, extra, held) in roles.items()]
    return "---\nschema: tre.people/1\npeople:\n" + "".join(persons)


def _person(id_: str, name: str, extra: str, roles: tuple[str, ...], year: dict[str, date]) -> str:
    terms = [
        f"      - {{role: {role}, valid: {{start: {year['begin']}, end: {year['end']}}}}}\n" for role in roles
    ]
    held = "    house_roles:\n" + "".join(terms) if terms else ""
    place = "Hospital de la Demostración"
    return PERSON.substitute(id=id_, name=name, organisation=place, extra=extra, roles=held, **year)


def _diabetes(today: date) -> str:
    span = _span(today)
    return PROJECT.substitute(
        id="p001",
        title="Diabetes care pathways",
        purpose="How people with type 2 diabetes move through care, and with what outcome.",
        tier=2,
        reference="CEIM-0001",
        profile="acro",
        compute="small, medium",
        tables=DIABETES_TABLES,
        filters="",
        members=_member("ana", "lead, researcher", span),
        ethics_end=span["end"],
        **span,
    )


def _adults(today: date) -> str:
    span = _span(today)
    return PROJECT.substitute(
        id="p002",
        title="Conditions of adults, counted",
        purpose="Frequencies of diagnoses among adults, rounded.",
        tier=1,
        reference="CEIM-0002",
        profile="opensafely",
        compute="small",
        tables=ADULTS_TABLES,
        filters=ADULTS_FILTERS,
        members=_member("luis", "lead, researcher", span),
        ethics_end=span["end"],
        **span,
    )


def _expired(today: date) -> str:
    span = {"begin": today - timedelta(days=90), "end": today - timedelta(days=1)}
    return PROJECT.substitute(
        id="p003",
        title="A project that ended yesterday",
        purpose="Shows what expiry does.",
        tier=1,
        reference="CEIM-0003",
        profile="acro",
        compute="small",
        tables=ADULTS_TABLES,
        filters="",
        members=_member("ana", "lead, researcher", span),
        ethics_end=today + timedelta(days=90),
        **span,
    )


def _member(person: str, roles: str, span: dict[str, date]) -> str:
    valid = f"{{start: {span['begin']}, end: {span['end']}}}"
    return f"  - {{person: {person}, roles: [{roles}], valid: {valid}}}\n"


def _span(today: date) -> dict[str, date]:
    # Whole years, so that setting up again tomorrow changes nothing here.
    return {"begin": date(today.year, 1, 1), "end": date(today.year + 1, 12, 31)}
