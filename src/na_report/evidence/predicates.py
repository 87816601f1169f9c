"""The checks behind the claims: small predicates, edition in, verdict out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sized
from typing import TypeVar

from na_report.errors import MissingRowError
from na_report.evidence.claims import (
    GOALS,
    NOT_TESTABLE,
    SECTORS,
    Fact,
    Verdict,
    verdict_if,
)
from na_report.evidence.edition import Edition

Rows = TypeVar("Rows", bound=Sized)

# "Nearly all" and "largely" in the report: three quarters or more. Our choice.
NEARLY_ALL = 0.75
# A front-runner is among the first three of an index. Our choice.
FRONT_RUNNER_RANK = 3
_CHALLENGES = ("need", "bottleneck", "priority")


def _fact(edition: Edition, key: str) -> Fact:
    row = edition.observation(key)
    if math.isnan(row["value"]):
        raise MissingRowError(f"The observation {row['id']} has no number.", hint="A claim on it can't be tested.")
    indicator = edition.row("indicators", row["indicator_id"])
    return Fact(indicator["label_nl"], indicator["label_en"], float(row["value"]), row["id"])


def _goals(edition: Edition) -> dict[str, set[str]]:
    """Returns per agenda the goal categories in which it has an item, by first category."""
    items = edition["agenda_items"]
    goals: dict[str, set[str]] = {key: set() for key in edition["agendas"]["id"]}
    for agenda, category in zip(items["agenda_id"], items["category"], strict=True):
        if category in GOALS:
            goals.setdefault(agenda, set()).add(category)
    return goals


def _any_of(rows: Rows, what: str) -> Rows:
    """Returns rows of which a claim says that all or none are so, which of no rows at all would hold by itself."""
    if not len(rows):
        raise MissingRowError(f"The edition has no {what}.", hint="A claim on all of them can't be tested.")
    return rows


def _sector_agendas(edition: Edition) -> list[str]:
    agendas = edition["agendas"]
    return list(agendas[(agendas["level"] == "sector") & (agendas["analysed"] == "yes")]["id"])


def _sectors_with_findings(edition: Edition, categories: tuple[str, ...], kinds: tuple[str, ...]) -> list[str]:
    rows = edition["findings"]
    rows = rows[rows["category"].isin(categories)]
    if kinds:
        rows = rows[rows["kind"].isin(kinds)]
    return [sector for sector in SECTORS if sector in set(rows["sector"])]


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
    shared = set(GOALS).intersection(*(goals[key] for key in _any_of(_sector_agendas(edition), "sector agendas")))
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
    about = _any_of(about, "agendas on digital education")
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
    rank, infrastructure = _fact(edition, "IND004"), _fact(edition, "IND088")
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
    in_sectors = _any_of(items[items["agenda_id"].isin(_sector_agendas(edition))], "items of sector agendas")
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
    _any_of(measurable[measurable != "not_stated"], "agendas of which it is known whether goals are measurable")
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
    keys = _any_of(_sector_agendas(edition), "sector agendas")
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


def front_runner(edition: Edition) -> Verdict:
    """The rank is in the top, infrastructure and ICT specialists are above the EU."""
    facts = [_fact(edition, key) for key in ("IND004", "IND088", "IND003")]
    rank, *directions = (fact.value for fact in facts)
    return verdict_if(rank <= FRONT_RUNNER_RANK and all(direction > 0 for direction in directions), *facts)


def sound_base(edition: Edition) -> Verdict:
    """A majority is content with infrastructure, and a majority saw quality fall."""
    infrastructure, quality = _fact(edition, "IND010"), _fact(edition, "IND025")
    return verdict_if(infrastructure.value > 50 and quality.value > 50, infrastructure, quality)


def challenges_everywhere(edition: Edition) -> Verdict:
    """Each goal category has challenges, and three in four sectors look at the principles."""
    per_goal = {goal: len(_sectors_with_findings(edition, (goal,), _CHALLENGES)) for goal in GOALS}
    principles = len(_sectors_with_findings(edition, ("ethics", "equal_opportunity"), ()))
    return verdict_if(
        min(per_goal.values()) > 0 and principles >= NEARLY_ALL * len(SECTORS),
        Fact(
            "doelcategorieën met een behoefte, knelpunt of prioriteit",
            "goal categories with a need, bottleneck or priority",
            sum(count > 0 for count in per_goal.values()),
        ),
        Fact(
            "sectoren met bevindingen over ethiek of kansengelijkheid",
            "sectors with findings on ethics or equal opportunity",
            principles,
        ),
    )


def professionalisation_everywhere(edition: Edition) -> Verdict:
    """Each sector has a challenge on the skills of teachers and staff."""
    sectors = _sectors_with_findings(edition, ("teacher_staff_skills",), _CHALLENGES)
    priority = _sectors_with_findings(edition, ("teacher_staff_skills",), ("priority",))
    return verdict_if(
        len(sectors) == len(SECTORS),
        Fact(
            "sectoren met een behoefte, knelpunt of prioriteit over professionalisering",
            "sectors with a need, bottleneck or priority on staff skills",
            len(sectors),
        ),
        Fact(
            "sectoren waar het rapport het een prioriteit noemt",
            "sectors where the report calls it a priority",
            len(priority),
        ),
        Fact("sectoren in het onderzoek", "sectors in the study", len(SECTORS)),
    )


def link_by_sector(edition: Edition) -> Verdict:
    """Higher education and mbo have more opportunities for Erasmus+ than primary and secondary education."""
    rows = edition["findings"]
    chances = rows[(rows["theme"] == "kansen") & (rows["kind"] == "opportunity")]["sector"].value_counts()
    po_vo, mbo, ho = (int(chances.get(sector, 0)) for sector in ("po_vo", "mbo", "ho"))
    return verdict_if(
        min(mbo, ho) > po_vo,
        Fact("kansen voor Erasmus+ in het hoger onderwijs", "opportunities for Erasmus+ in higher education", ho),
        Fact("kansen voor Erasmus+ in het mbo", "opportunities for Erasmus+ in mbo", mbo),
        Fact(
            "kansen voor Erasmus+ in het funderend onderwijs",
            "opportunities for Erasmus+ in primary and secondary",
            po_vo,
        ),
    )


def bodies_to_join(edition: Edition) -> Verdict:
    """Each sector with an agenda has running initiatives."""
    rows = edition["initiatives"]
    running = (
        rows[rows["status"].isin(["running", "ending", "in_use"])]["sector"].str.split(";").explode().value_counts()
    )
    counts = {sector: int(running.get(sector, 0)) for sector in ("po_vo", "mbo", "ho")}
    labels = {"po_vo": "het funderend onderwijs", "mbo": "het mbo", "ho": "het hoger onderwijs"}
    labels_en = {"po_vo": "primary and secondary", "mbo": "mbo", "ho": "higher education"}
    facts = [
        Fact(f"lopende initiatieven in {labels[key]}", f"running initiatives in {labels_en[key]}", count)
        for key, count in counts.items()
    ]
    return verdict_if(min(counts.values()) > 0, *facts)


def judgement(edition: Edition) -> Verdict:
    """The data can not decide."""
    return Verdict(NOT_TESTABLE)


def low_educated_learn_less(edition: Edition) -> Verdict:
    """The low-educated take part less than all adults in the same year; another year is no comparison."""
    low = edition.observation("IND008")
    everyone, fewer = _fact(edition, f"IND007-NL-{low['period']}"), _fact(edition, low["id"])
    return verdict_if(fewer.value < everyone.value, everyone, fewer)


def compare(holds: Callable[..., bool], *keys: str) -> Callable[[Edition], Verdict]:
    """Returns a predicate on the values of indicators."""

    def predicate(edition: Edition) -> Verdict:
        facts = [_fact(edition, key) for key in keys]
        return verdict_if(holds(*(fact.value for fact in facts)), *facts)

    return predicate


def counted(indicator: str, agenda: str, item_type: str) -> Callable[[Edition], Verdict]:
    """Returns a predicate: the number that the report gives is the number of items of that kind in the edition."""

    def predicate(edition: Edition) -> Verdict:
        items = edition["agenda_items"]
        items = items[(items["agenda_id"] == edition.row("agendas", agenda)["id"]) & (items["item_type"] == item_type)]
        # A letter behind the number makes parts of one item: 2a and 2b are one.
        count = items["item_no"].str.rstrip("abcdefgh").nunique()
        stated = _fact(edition, indicator)
        return verdict_if(count == stated.value, stated, Fact("rijen in de data", "rows in the data", count))

    return predicate


def top_categories(edition: Edition) -> Verdict:
    """Findings are most often on applications, then on skills of teachers."""
    counts = edition["findings"]
    counts = counts[counts["sector"].isin(SECTORS)]["category"].value_counts()
    applications, teachers = int(counts.get("digital_applications", 0)), int(counts.get("teacher_staff_skills", 0))
    others = counts.drop(["digital_applications", "teacher_staff_skills"], errors="ignore")
    most = int(others.max()) if len(others) else 0
    return verdict_if(
        applications > teachers > most,
        Fact("bevindingen over toepassingen", "findings on applications", applications),
        Fact("bevindingen over vaardigheden van leraren en docenten", "findings on skills of teachers", teachers),
        Fact("het meeste in een andere categorie", "most in any other category", most),
    )


def no_agenda_for_adults(edition: Edition) -> Verdict:
    """Adult education has no sector agenda."""
    agendas = edition["agendas"]
    of_sectors = _any_of(agendas[agendas["level"] == "sector"], "sector agendas")
    own = int(of_sectors["sector"].map(lambda cell: "ve" in cell.split(";")).sum())
    return verdict_if(
        own == 0, Fact("sectoragenda’s voor de volwasseneneducatie", "sector agendas for adult education", own)
    )


def one_interviewee_ho(edition: Edition) -> Verdict:
    """No interviewee is of Kennisnet and one is for higher education."""
    people = edition["interviewees"]
    kennisnet = int((people["organisation_id"] == edition.row("organisations", "ACT12")["id"]).sum())
    ho = int(people["sectors"].str.split(";").map(lambda sectors: "ho" in sectors).sum())
    return verdict_if(
        kennisnet == 0 and ho == 1,
        Fact("gesprekspartners van Kennisnet", "interviewees of Kennisnet", kennisnet),
        Fact("gesprekspartners voor het hoger onderwijs", "interviewees for higher education", ho),
    )


def no_hub_for_adults(edition: Edition) -> Verdict:
    """Adult education has a bottleneck on cooperation."""
    rows = edition["findings"]
    missing = rows[
        (rows["sector"] == "ve") & (rows["kind"] == "bottleneck") & (rows["category"] == "collaboration_within")
    ]
    return verdict_if(
        len(missing) > 0,
        Fact(
            "knelpunten over samenwerking in de volwasseneneducatie",
            "bottlenecks on cooperation in adult education",
            len(missing),
        ),
    )
