"""The checks behind the claims on agendas: edition in, verdict out."""

from __future__ import annotations

from collections.abc import Callable

from na_report.evidence.claims import GOALS, SECTORS, Fact, Verdict, verdict_if
from na_report.evidence.edition import Edition
from na_report.evidence.predicates import FRONT_RUNNER_RANK, NEARLY_ALL, any_of, fact


def _goals(edition: Edition) -> dict[str, set[str]]:
    """Returns per agenda the goal categories in which it has an item, by first category."""
    items = edition["agenda_items"]
    goals: dict[str, set[str]] = {key: set() for key in edition["agendas"]["id"]}
    for agenda, category in zip(items["agenda_id"], items["category"], strict=True):
        if category in GOALS:
            goals.setdefault(agenda, set()).add(category)
    return goals


def _sector_agendas(edition: Edition) -> list[str]:
    agendas = edition["agendas"]
    return list(agendas[(agendas["level"] == "sector") & (agendas["analysed"] == "yes")]["id"])


def backed_goals(edition: Edition) -> Verdict:
    """Three in four sectors have an agenda of several parties, and adult education has none."""
    agendas = edition["agendas"].set_index("id").loc[_sector_agendas(edition)]
    backed = agendas[agendas["owners"].str.contains(";")]
    sectors = {sector for cell in backed["sector"] for sector in cell.split(";") if sector in SECTORS}
    return verdict_if(
        len(sectors) >= NEARLY_ALL * len(SECTORS) and "ve" not in sectors,
        Fact(
            "sectoren met een eigen agenda van meer partijen", "sectors with an agenda of several parties", len(sectors)
        ),
        Fact("sectoren in het onderzoek", "sectors in the study", len(SECTORS)),
    )


def shared_goals(edition: Edition) -> Verdict:
    """Three in four goal categories occur in each sector agenda."""
    goals = _goals(edition)
    shared = set(GOALS).intersection(*(goals[key] for key in any_of(_sector_agendas(edition), "sector agendas")))
    return verdict_if(
        len(shared) >= NEARLY_ALL * len(GOALS),
        Fact(
            "doelcategorieën die in alle sectoragenda’s voorkomen", "goal categories in all sector agendas", len(shared)
        ),
        Fact("doelcategorieën in het raamwerk", "goal categories in the framework", len(GOALS)),
    )


def all_goals(edition: Edition) -> Verdict:
    """Three in four agendas on digital education have items in all goal categories."""
    agendas = edition["agendas"]
    about = agendas[(agendas["scope"] == "digital_education") & (agendas["analysed"] == "yes")]["id"]
    about = any_of(about, "agendas on digital education")
    goals = _goals(edition)
    full = [key for key in about if len(goals[key]) == len(GOALS)]
    everywhere = [key for key in agendas["id"] if len(goals[key]) == len(GOALS)]
    return verdict_if(
        len(full) >= NEARLY_ALL * len(about),
        Fact(
            "agenda’s over digitaal onderwijs met doelen in alle vier categorieën",
            "agendas on digital education with goals in all four categories",
            len(full),
        ),
        Fact("agenda’s over digitaal onderwijs", "agendas on digital education", len(about)),
        Fact(
            "zulke agenda’s als ook bredere agenda’s meetellen",
            "such agendas when wider ones count too",
            len(everywhere),
        ),
        Fact("alle agenda’s met doelen", "all agendas with items", edition["agenda_items"]["agenda_id"].nunique()),
    )


def other_questions(edition: Edition) -> Verdict:
    """The Netherlands is a front-runner with good infrastructure, and the cabinet rates connections low."""
    rank, infrastructure = fact(edition, "IND004"), fact(edition, "IND088")
    low = edition.row("agenda_items", "A02.12")["item_type"] == "rated_low"
    connection = Fact(
        "kabinet noemt betere internetverbinding minder belangrijk",
        "cabinet rates better connections less important",
        int(low),
        yes_no=True,
    )
    holds = rank.value <= FRONT_RUNNER_RANK and infrastructure.value > 0 and low
    return verdict_if(holds, rank, infrastructure, connection)


def cabinet_differs(edition: Edition) -> Verdict:
    """The cabinet rates gender equality and AI high and assessment low; sector agendas have no item on equality."""
    items = edition["agenda_items"]
    in_sectors = any_of(items[items["agenda_id"].isin(_sector_agendas(edition))], "items of sector agendas")
    equal = int((in_sectors["category"] == "equal_opportunity").sum())
    types = {key: edition.row("agenda_items", key)["item_type"] for key in ("A02.9", "A02.11", "A02.13")}
    high = sum(types[key] == "rated_high" for key in ("A02.9", "A02.11"))
    return verdict_if(
        equal == 0 and high == len(types) - 1 and types["A02.13"] == "rated_low",
        Fact(
            "doelen in sectoragenda’s met kansengelijkheid als eerste categorie",
            "items in sector agendas with equal opportunity as first category",
            equal,
        ),
        Fact(
            "van gendergelijkheid en AI: belangrijk voor het kabinet",
            "of gender equality and AI: important to cabinet",
            high,
        ),
    )


def none_measurable(edition: Edition) -> Verdict:
    """No agenda has measurable goals."""
    measurable = edition["agendas"]["measurable_goals"]
    any_of(measurable[measurable != "not_stated"], "agendas of which it is known whether goals are measurable")
    return verdict_if(
        int((measurable == "yes").sum()) == 0,
        Fact("agenda’s met meetbare doelen", "agendas with measurable goals", int((measurable == "yes").sum())),
        Fact("agenda’s zonder meetbare doelen", "agendas without measurable goals", int((measurable == "no").sum())),
        Fact(
            "agenda’s waarvan dit niet bekend is",
            "agendas of which this is not known",
            int((measurable == "not_stated").sum()),
        ),
    )


def points_to_erasmus(edition: Edition) -> Verdict:
    """The DEAP names Erasmus+ and the cabinet asks for concrete actions."""
    explicit = edition.row("agendas", "A01")["link_abroad"] == "explicit"
    asks = "A02.5" in set(edition["agenda_items"]["id"])
    return verdict_if(
        explicit and asks,
        Fact("DEAP noemt Erasmus+", "DEAP names Erasmus+", int(explicit), yes_no=True),
        Fact("kabinet vraagt om concrete acties", "cabinet asks for concrete actions", int(asks), yes_no=True),
    )


def no_single_plan(edition: Edition) -> Verdict:
    """There are several national documents, none a measurable plan for digital education."""
    agendas = edition["agendas"]
    national = agendas[(agendas["level"] == "national") & (agendas["sector"] == "all") & (agendas["analysed"] == "yes")]
    plans = national[(national["scope"] == "digital_education") & (national["measurable_goals"] == "yes")]
    return verdict_if(
        len(national) > 1 and plans.empty,
        Fact("landelijke stukken voor alle sectoren", "national documents for all sectors", len(national)),
        Fact(
            "daarvan een plan voor digitaal onderwijs met meetbare doelen",
            "of these a plan for digital education with measurable goals",
            len(plans),
        ),
    )


def silent_on_abroad(edition: Edition) -> Verdict:
    """No sector agenda makes a link abroad; together they have items in all goal categories."""
    keys = any_of(_sector_agendas(edition), "sector agendas")
    silent = [key for key in keys if edition.row("agendas", key)["link_abroad"] == "none"]
    found = _goals(edition)
    goals = set().union(*(found[key] for key in keys))
    return verdict_if(
        len(silent) == len(keys) and goals == set(GOALS),
        Fact(
            "sectoragenda’s zonder verband met internationalisering",
            "sector agendas without a link abroad",
            len(silent),
        ),
        Fact("sectoragenda’s", "sector agendas", len(keys)),
        Fact(
            "doelcategorieën waarin zij samen doelen hebben",
            "goal categories in which they have items together",
            len(goals),
        ),
    )


def no_agenda_for_adults(edition: Edition) -> Verdict:
    """Adult education has no sector agenda."""
    agendas = edition["agendas"]
    of_sectors = any_of(agendas[agendas["level"] == "sector"], "sector agendas")
    own = int(of_sectors["sector"].map(lambda cell: "ve" in cell.split(";")).sum())
    return verdict_if(
        own == 0, Fact("sectoragenda’s voor de volwasseneneducatie", "sector agendas for adult education", own)
    )


def counted(indicator: str, agenda: str, item_type: str) -> Callable[[Edition], Verdict]:
    """Returns a predicate: the number that the report gives is the number of items of that kind in the edition."""

    def predicate(edition: Edition) -> Verdict:
        items = edition["agenda_items"]
        items = items[(items["agenda_id"] == edition.row("agendas", agenda)["id"]) & (items["item_type"] == item_type)]
        # A letter behind the number makes parts of one item: 2a and 2b are one.
        count = items["item_no"].str.rstrip("abcdefgh").nunique()
        stated = fact(edition, indicator)
        return verdict_if(count == stated.value, stated, Fact("rijen in de data", "rows in the data", count))

    return predicate
