"""The tables of a new edition: columns, types, code lists and references.

The same definitions check a draft, describe it in `datapackage.json` when it is sealed, and fill the drop-downs of the
workbook. A sealed edition is read by what its own descriptor says (`schema.read_schema`). What came after the first edition
was sealed is marked `later`.
"""

from __future__ import annotations

from na_report.evidence.schema import LANGUAGES, Column, Schema, Table

ITEM = r"A\d{2}\.\d+[a-z]?"
CATEGORY = "categories.code"
SECTOR = "sectors.id"
EVIDENCE = (
    "agendas.id",
    "agenda_items.id",
    "findings.id",
    "conclusions.id",
    "indicators.id",
    "observations.id",
)
SUBJECTS = ("initiatives.id", "organisations.id", "agendas.id")
ANY_ROW = (*EVIDENCE, "recommendations.id", "sources.id", "organisations.id", "initiatives.id", "contradictions.id")


def _key(pattern: str) -> Column:
    return Column("id", pattern=pattern, unique=True)


def _both(name: str, required: bool = True, later: bool = False) -> tuple[Column, Column]:
    nl, en = (Column(f"{name}_{language}", required=required, later=later, text=True) for language in LANGUAGES)
    return nl, en


def _code(name: str, codes: str, required: bool = True) -> Column:
    return Column(name, codes=codes, required=required)


def _ref(name: str, *places: str, many: bool = False, required: bool = True) -> Column:
    return Column(name, refers_to=places, many=many, required=required)


def _free(name: str, pattern: str = "", required: bool = False, many: bool = False) -> Column:
    return Column(name, pattern=pattern, required=required, many=many)


def _integer(name: str, required: bool = False, minimum: float = 0) -> Column:
    return Column(name, "integer", required=required, minimum=minimum)


_SECTION = _free("section")
_SECTIONS = _free("sections", many=True)
_LINE = _integer("source_line", minimum=1)

TABLES: Schema = (
    Table(
        "sources",
        "Bronnen",
        (
            _key(r"[a-z0-9]+"),
            _free("author", required=True),
            *_both("title"),
            Column("year", "integer", required=False, minimum=1900),
            _code("year_basis", "year_basis"),
            Column("url", "url", required=False),
            _free("pages_cited"),
            _code("source_type", "source_type"),
            _code("cited_how", "cited_how"),
            _free("footnotes", r"\d+", many=True),
            _SECTIONS,
            *_both("note", required=False),
        ),
    ),
    Table(
        "notes",
        "Voetnoten met uitleg",
        (
            _key(r"N\d{2}"),
            Column("footnote", "integer", minimum=1, unique=True),
            _SECTION,
            _code("kind", "note_kind"),
            _ref("source_id", "sources.id", required=False),
            *_both("text"),
        ),
    ),
    Table(
        "sectors",
        "Sectoren",
        (
            _key(r"[a-z_]+"),
            *_both("label"),
            *_both("short"),
            Column("slug", required=False, pattern=r"[a-z-]+", unique=True),
            _code("kind", "sector_kind"),
            *_both("gist"),
        ),
    ),
    Table(
        "categories",
        "Raamwerk",
        (
            _key(r"FR-[A-Z]\d?"),
            Column("code", pattern=r"[a-z_]+", unique=True),
            _code("kind", "framework_kind"),
            *_both("label"),
            *_both("short"),
            *_both("gist"),
            _ref("parent_id", "categories.id", required=False),
            _SECTION,
        ),
    ),
    Table(
        "agendas",
        "Beleidsagenda’s",
        (
            _key(r"A\d{2}"),
            *_both("name"),
            *_both("short"),
            _code("level", "level"),
            _ref("sector", SECTOR, many=True),
            _free("owners", many=True, required=True),
            Column("period_start", "integer", required=False, minimum=1900),
            Column("period_end", "integer", required=False, minimum=1900),
            *_both("gist"),
            *_both("concreteness", required=False),
            _code("scope", "agenda_scope"),
            _code("measurable_goals", "measurable_goals"),
            _code("link_abroad", "link_abroad"),
            *_both("international_link", required=False),
            _integer("items_headline_count"),
            *_both("item_word", required=False),
            _code("analysed", "analysed"),
            _ref("source_id", "sources.id"),
            _SECTIONS,
            *_both("note", required=False),
        ),
    ),
    Table(
        "agenda_items",
        "Doelen in de agenda’s",
        (
            _key(ITEM),
            _ref("agenda_id", "agendas.id"),
            _free("item_no", required=True),
            _code("item_type", "item_type"),
            *_both("label"),
            *_both("gist"),
            _ref("category", CATEGORY),
            _ref("category_secondary", CATEGORY, many=True, required=False),
            _code("coding_basis", "coding_basis"),
            *_both("basis_note", required=False),
            _SECTION,
            _LINE,
        ),
    ),
    Table(
        "organisations",
        "Organisaties",
        (
            _key(r"ACT\d{2}"),
            *_both("name"),
            _code("type", "organisation_type"),
            *_both("role"),
            _ref("sectors", SECTOR, many=True),
            _SECTIONS,
        ),
    ),
    Table(
        "initiatives",
        "Initiatieven",
        (
            _key(r"INI\d{2}"),
            *_both("name"),
            _code("type", "initiative_type"),
            *_both("owners"),
            _ref("sector", SECTOR, many=True),
            _ref("category", CATEGORY),
            _SECTIONS,
            _code("status", "initiative_status"),
            *_both("status_note", required=False),
            *_both("gist"),
        ),
    ),
    Table(
        "statuses",
        "Wat ervan geworden is",
        (
            Column("id", refers_to=SUBJECTS, unique=True),
            _code("status", "subject_status"),
            _free("since", r"\d{4}(-\d{2}){0,2}"),
            *_both("successor", required=False),
            _ref("successor_ids", *SUBJECTS, many=True, required=False),
            *_both("note"),
            _ref("source_id", "sources.id", required=False),
            _code("confidence", "confidence", required=False),
        ),
        later=True,
    ),
    Table(
        "indicators",
        "Indicatoren",
        (
            _key(r"IND\d{3}"),
            *_both("label"),
            _code("unit", "unit"),
            _code("kind", "indicator_kind"),
            _ref("sector", SECTOR),
            *_both("comparator", required=False),
            *_both("context", required=False),
            _code("update_status", "update_status"),
            *_both("update_note", required=False),
        ),
    ),
    Table(
        "observations",
        "Waarnemingen",
        (
            _key(r"IND\d{3}-[A-Z]{2}-[0-9a-z_-]+"),
            _ref("indicator_id", "indicators.id"),
            _code("geo", "geo"),
            *_both("group", required=False),
            Column("period", "period", required=False),
            _code("period_basis", "period_basis"),
            Column("value", "number", required=False),
            _code("qualifier", "qualifier", required=False),
            *_both("text", required=False),
            _ref("source_id", "sources.id", required=False),
            _free("page"),
            _free("footnote", r"\d+"),
            _free("series", r"[a-z0-9_]+"),
            _code("confidence", "confidence"),
            Column("extracted", "date", required=False),
            _SECTION,
            _LINE,
        ),
    ),
    Table(
        "series",
        "Reeksen van statistiekbureaus",
        (
            _key(r"SER\d{3}"),
            _free("provider", r"eurostat|oecd|cbs", required=True),
            _free("dataset", r"[A-Za-z0-9_.,@-]+", required=True),
            _free("dimensions", r"[A-Za-z0-9_]+=\S+", required=True, many=True),
            _free("places", r"[A-Z]{2}=\S+", required=True, many=True),
            _free("labels", r"[A-Za-z0-9_-]+=.+", many=True),
            Column("start", "period", required=False),
            _code("unit", "unit"),
            _ref("indicator_id", "indicators.id"),
            *_both("group", required=False),
            _free("method_series", r"[a-z0-9_]+", required=True),
            _ref("source_id", "sources.id"),
        ),
        later=True,
    ),
    Table(
        "findings",
        "Bevindingen",
        (
            _key(r"F[A-Z0-9]\d{2}"),
            _ref("sector", SECTOR),
            _code("theme", "theme"),
            _code("kind", "finding_kind"),
            _ref("category", CATEGORY),
            Column("tags", codes="tag", many=True, required=False),
            *_both("text"),
            _code("evidence_type", "evidence_type"),
            _ref("source_ids", "sources.id", many=True, required=False),
            _SECTION,
            _ref("indicator_ids", "indicators.id", many=True, required=False),
            _LINE,
        ),
    ),
    Table(
        "conclusions",
        "Conclusies",
        (
            _key(r"C\d{2}"),
            _SECTION,
            *_both("title"),
            *_both("text"),
            _ref("rests_on", *EVIDENCE, many=True),
            _LINE,
        ),
    ),
    Table(
        "recommendations",
        "Aanbevelingen",
        (
            _key(r"R\d+"),
            Column("number", "integer", minimum=1, unique=True),
            _SECTION,
            *_both("title"),
            *_both("text"),
            *_both("rationale"),
            *_both("tradeoffs", required=False),
            _ref("rests_on", *EVIDENCE, many=True),
            *_both("partners"),
            _ref("organisation_ids", "organisations.id", many=True, required=False),
            _ref("sectors", SECTOR, many=True),
            _LINE,
            *_both("now", required=False, later=True),
            Column("now_sources", refers_to=("sources.id",), many=True, required=False, later=True),
        ),
    ),
    Table(
        "starting_points",
        "Aanknopingspunten voor het NA",
        (
            _key(r"AP\d"),
            _SECTION,
            *_both("text"),
            _ref("recommendation_ids", "recommendations.id", many=True),
        ),
    ),
    Table(
        "contradictions",
        "Tegenstellingen",
        (
            _key(r"X\d{2}"),
            _SECTION,
            *_both("topic"),
            *_both("parties"),
            *_both("text"),
            _ref("refs", *EVIDENCE, many=True, required=False),
            _code("basis", "contradiction_basis"),
        ),
    ),
    Table(
        "caveats",
        "Kanttekeningen bij het rapport",
        (
            _key(r"AM\d{2}"),
            _SECTION,
            *_both("text"),
            *_both("treatment"),
            _ref("refs", *ANY_ROW, many=True, required=False),
        ),
    ),
    Table(
        "interviewees",
        "Gesprekspartners",
        (
            _key(r"P\d+"),
            _free("name", required=True),
            _ref("organisation_id", "organisations.id"),
            _ref("sectors", SECTOR, many=True),
            _code("sectors_basis", "sectors_basis"),
            *_both("note", required=False),
        ),
    ),
    Table(
        "codes",
        "Codelijsten",
        (
            _key(r"[a-z_]+:[A-Za-z0-9_]+"),
            _free("list", r"[a-z_]+", required=True),
            _free("code", r"[A-Za-z0-9_]+", required=True),
            *_both("label"),
        ),
    ),
)

BY_NAME = {table.name: table for table in TABLES}
