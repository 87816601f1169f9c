"""The Dutch words of the workbook: how to work with it, and what each table and column holds."""

from __future__ import annotations

from na_report.evidence.schema import Column

STEPS = (
    "Dit werkboek bevat alle gegevens van één editie van het rapport. Elk blad is een tabel; elke rij heeft een eigen id.",
    "Verander de waarden in de witte cellen. Kies een waarde uit de lijst als een cel een pijltje toont.",
    "Zet een nieuwe rij onder de laatste rij en geef haar een nieuwe id. Bestaande ids en de kopregel staan op slot: "
    "andere rijen verwijzen ernaar.",
    "Wil je een rij verwijderen of de rijen sorteren en laat Excel dat niet toe? Kies dan Controleren > Beveiliging blad "
    "opheffen. Er is geen wachtwoord.",
    "Zet meer ids in één cel met een puntkomma ertussen, zonder spaties: FM12;FM13.",
    "Schrijf een percentage als 19,5 en niet als 0,195. Gebruik geen formules, voeg geen cellen samen en laat de bladen "
    "en kolommen hun naam houden.",
    "Noem een indicator in een tekst met zijn id tussen accolades, zoals {IND007}. Het rapport vult daar het getal in.",
    "Teksten staan er in twee talen: kolommen op _nl zijn Nederlands, kolommen op _en Engels. Vul ze allebei.",
    "Eigen bladen en kolommen zonder kop mogen erbij. Het rapport leest ze niet.",
    "Klaar? Bewaar het werkboek als .xlsx en stuur het terug aan wie het je stuurde. Die maakt er een nieuwe editie van met: "
    "na-report edition import BESTAND.xlsx --as NAAM. Fouten komen terug als opmerkingen bij de cellen.",
)

COLUMN_HEADS = ("Blad", "Kolom", "Wat staat erin", "Soort", "Verplicht")

TYPES = {
    "string": "tekst",
    "integer": "geheel getal",
    "number": "getal",
    "date": "datum",
    "period": "jaar, maand of periode: 2019, 2020-11 of 2018/2022",
    "url": "webadres dat begint met https://",
}

# A column with _nl or _en has the words of its name without the language.
_COLUMNS = {
    "agenda_id": "de agenda waar het doel bij hoort",
    "analysed": "hoe ver het rapport de agenda uitwerkt",
    "author": "wie de bron maakte",
    "basis": "of het rapport de tegenstelling zelf noemt",
    "basis_note": "waarop de indeling rust",
    "category": "het onderdeel van het raamwerk",
    "category_secondary": "andere onderdelen van het raamwerk die passen",
    "cited_how": "hoe het rapport de bron noemt",
    "code": "de korte code",
    "coding_basis": "wie de indeling koos: het rapport of wij",
    "comparator": "waarmee je het cijfer vergelijkt",
    "concreteness": "hoe concreet de agenda is",
    "confidence": "hoe zeker de waarde is",
    "context": "wat je moet weten om het cijfer te begrijpen",
    "dataset": "de code van de tabel bij het statistiekbureau",
    "dimensions": "de codes waarmee het bureau de reeks aanwijst, als dimensie=code; * voor de plaatsen",
    "evidence_type": "het soort onderzoek achter de bevinding",
    "extracted": "de dag waarop de waarde uit de bron kwam",
    "footnote": "het nummer van de voetnoot",
    "footnotes": "de nummers van de voetnoten",
    "geo": "het land of gebied",
    "gist": "de kern in één of twee zinnen",
    "group": "om welke groep mensen of instellingen het gaat",
    "id": "de vaste naam van de rij; komt in de tabel één keer voor",
    "indicator_id": "de indicator waarvan dit een waarde is",
    "indicator_ids": "de indicatoren die de tekst noemt",
    "international_link": "hoe de agenda aansluit op het buitenland",
    "item_no": "het nummer van het doel in de agenda",
    "item_type": "het soort doel",
    "item_word": "hoe de agenda haar doelen noemt",
    "items_headline_count": "het aantal hoofddoelen",
    "kind": "de soort",
    "label": "de naam die de lezer ziet",
    "labels": "hoe het bureau zijn codes noemt, als code=naam",
    "level": "het niveau: Europees, landelijk of sector",
    "link_abroad": "of er een band met het buitenland is",
    "list": "de naam van de codelijst",
    "measurable_goals": "of de doelen meetbaar zijn",
    "method_series": "de naam van de reeks van waarden; na een breuk begint een nieuwe",
    "name": "de naam",
    "note": "een opmerking voor de lezer",
    "now": "wat er voor dit advies veranderde sinds het rapport",
    "now_sources": "de bronnen daarvan",
    "number": "het nummer",
    "organisation_id": "de organisatie waar de persoon werkt",
    "organisation_ids": "de organisaties die meedoen",
    "owners": "de makers of eigenaren",
    "page": "de bladzijde in de bron",
    "pages_cited": "de bladzijden die het rapport noemt",
    "parent_id": "het onderdeel waar dit onder valt",
    "parties": "de partijen die van elkaar verschillen",
    "partners": "met wie het NA dit doet",
    "period": "de tijd waarover de waarde gaat",
    "period_basis": "hoe we die tijd kennen",
    "period_end": "het laatste jaar",
    "period_start": "het eerste jaar",
    "places": "de plaatsen, als code=code van het bureau",
    "provider": "het statistiekbureau: eurostat, oecd of cbs",
    "qualifier": "een beperking, zoals ‘ongeveer’ of ‘meer dan’",
    "rationale": "waarom dit advies er is",
    "recommendation_ids": "de aanbevelingen die hieruit volgen",
    "refs": "de rijen waar dit over gaat",
    "rests_on": "de rijen waarop dit rust",
    "role": "wat de organisatie doet",
    "scope": "waar de agenda over gaat",
    "section": "de paragraaf van het rapport",
    "sections": "de paragrafen van het rapport",
    "sector": "de onderwijssector",
    "sectors": "de onderwijssectoren",
    "sectors_basis": "hoe we de sectoren kennen",
    "series": "de reeks van waarden die je met elkaar mag vergelijken",
    "short": "een korte naam voor figuren en tabellen",
    "since": "sinds wanneer: jaar, maand of dag",
    "slug": "de naam in het webadres",
    "source_id": "de bron",
    "source_ids": "de bronnen",
    "source_line": "de regel in onze uitgeschreven tekst van het rapport",
    "source_type": "het soort bron",
    "start": "de eerste periode die we willen",
    "status": "hoe het ermee staat",
    "status_note": "een toelichting op die stand",
    "successor": "wat ervoor in de plaats kwam",
    "successor_ids": "de rijen daarvan",
    "tags": "trefwoorden",
    "text": "de tekst die de lezer ziet",
    "theme": "het thema",
    "title": "de titel",
    "topic": "het onderwerp",
    "tradeoffs": "wat ertegenover staat",
    "treatment": "hoe deze editie ermee omgaat",
    "type": "de soort",
    "unit": "de eenheid van de waarde",
    "update_note": "een toelichting op de vernieuwing",
    "update_status": "of er sinds de vorige editie een nieuwe waarde is",
    "url": "het webadres",
    "value": "de waarde als getal; een percentage als 19,5",
    "year": "het jaar",
    "year_basis": "hoe we het jaar kennen",
}


def explain(column: Column) -> str:
    """Returns what a column holds, in Dutch, with the language where the column has one; its name where no words are here.

    Example:
        >>> from na_report.evidence.tables import BY_NAME
        >>> explain(BY_NAME["findings"].column("text_en"))
        'de tekst die de lezer ziet (Engels)'
    """
    for ending, language in (("_nl", "Nederlands"), ("_en", "Engels")):
        if column.name.endswith(ending):
            stem = column.name.removesuffix(ending)
            return f"{_COLUMNS.get(stem, stem)} ({language})"
    return _COLUMNS.get(column.name, column.name)


def kind(column: Column) -> str:
    """Returns the kind of value of a column, in Dutch, with the list or the tables that it comes from.

    Example:
        >>> from na_report.evidence.tables import BY_NAME
        >>> kind(BY_NAME["findings"].column("source_ids"))
        'ids uit sources, met ; ertussen'
    """
    if column.codes:
        what = f"{'codes' if column.many else 'code'} uit de lijst {column.codes}"
    elif column.refers_to:
        tables = ", ".join(place.split(".")[0] for place in column.refers_to)
        what = f"{'ids' if column.many else 'id'} uit {tables}"
    else:
        what = TYPES[column.type]
    return f"{what}, met ; ertussen" if column.many else what
