"""The checks behind the claims on sectors, figures, initiatives and people: edition in, verdict out."""

from __future__ import annotations

from na_report.evidence.claims import GOALS, SECTORS, Fact, Verdict, verdict_if
from na_report.evidence.edition import Edition
from na_report.evidence.predicates import FRONT_RUNNER_RANK, NEARLY_ALL, fact

_CHALLENGES = ("need", "bottleneck", "priority")


def _sectors_with_findings(edition: Edition, categories: tuple[str, ...], kinds: tuple[str, ...]) -> list[str]:
    rows = edition["findings"]
    rows = rows[rows["category"].isin(categories)]
    if kinds:
        rows = rows[rows["kind"].isin(kinds)]
    return [sector for sector in SECTORS if sector in set(rows["sector"])]


def front_runner(edition: Edition) -> Verdict:
    """The rank is in the top, infrastructure and ICT specialists are above the EU."""
    facts = [fact(edition, key) for key in ("IND004", "IND088", "IND003")]
    rank, *directions = (fact.value for fact in facts)
    return verdict_if(rank <= FRONT_RUNNER_RANK and all(direction > 0 for direction in directions), *facts)


def sound_base(edition: Edition) -> Verdict:
    """A majority is content with infrastructure, and a majority saw quality fall."""
    infrastructure, quality = fact(edition, "IND010"), fact(edition, "IND025")
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


def low_educated_learn_less(edition: Edition) -> Verdict:
    """The low-educated take part less than all adults in the same year; another year is no comparison."""
    low = edition.observation("IND008")
    everyone, fewer = fact(edition, f"IND007-NL-{low['period']}"), fact(edition, low["id"])
    return verdict_if(fewer.value < everyone.value, everyone, fewer)


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
