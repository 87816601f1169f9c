"""The figures of structure, which show what belongs to what, and the one that counts our own rows."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyBboxPatch

from na_report.base.colours import BLUE, GREEN, INK, ORANGE, PALE, PURPLE, WHITE
from na_report.editions.edition import Edition
from na_report.figures.figures import canvas, figure, is_narrow, wrapped
from na_report.registers import analysis
from na_report.writing.markdown import Block, escape, link
from na_report.writing.voice import Voice


def framework(edition: Edition, language: str = "nl") -> Block:
    """Draws the framework: goals, principles and ways of working."""
    voice, rows = Voice(edition, language), edition["categories"]
    frame = rows[rows["kind"].isin(["layer", "goal", "principle", "way_of_working"])]
    frame = frame[["id", "kind", f"label_{language}", f"gist_{language}", "parent_id"]]
    parts, names = frame[frame["kind"] != "layer"], frame.set_index("id")[f"label_{language}"]
    layers = {names[key]: list(names[rows["id"]]) for key, rows in parts.groupby("parent_id", sort=False)}

    def draw(width_inch: float) -> Canvas:
        """Draws per layer a row of boxes, or a column of them where there is less room."""
        narrow = is_narrow(width_inch)
        y = sum(0.65 + 0.46 * len(labels) for labels in layers.values()) if narrow else 4.2
        drawing, axes = _field(width_inch, width_inch, y, room=0.4 if narrow else 0.0)
        for (layer, labels), colour in zip(layers.items(), (BLUE, GREEN, ORANGE), strict=True):
            head = (0, y - 0.45, width_inch, 0.4) if narrow else (0, y - 1.25, 1.45, 1.25)
            _box(axes, *head, layer, colour, solid=True)
            width = width_inch - 0.25 if narrow else 5.0 / len(labels) - 0.08
            for place, label in enumerate(labels):
                x, lower = (0.25, 0.91 + 0.46 * place) if narrow else (1.55 + place * (width + 0.09), 1.25)
                text = wrapped(label, 42 if narrow else int(width * 13))
                _box(axes, x, y - lower, width, 0.41 if narrow else 1.25, text, colour, solid=False)
            y -= 0.65 + 0.46 * len(labels) if narrow else 1.45
        return drawing

    shown = voice.frame(
        {
            "layer": link(row["parent_id"], escape(names[row["parent_id"]])),
            "what": link(row["id"], escape(names[row["id"]])),
            "means": voice.shown(row, "gist"),
        }
        for row in parts.to_dict("records")
    )
    said = ". ".join(f"{layer}: {', '.join(labels).lower()}" for layer, labels in layers.items())
    caption, alt = voice.words("diagrams.framework"), voice.words("diagrams.framework_alt", layers=said)
    return figure(voice, draw, frame, shown, "fig-raamwerk", caption, alt, voice.words("figures.report"))


def four_in_balance(edition: Edition, language: str = "nl") -> Block:
    """Draws Kennisnet's model anew: two human and two material conditions."""
    voice, factors = Voice(edition, language), edition.rows("categories", kind="factor")
    factors = factors[["id", f"label_{language}", f"gist_{language}"]]
    labels = list(factors[f"label_{language}"])
    sides = {"human": (labels[:2], PURPLE), "material": (labels[2:], BLUE)}

    def draw(width_inch: float) -> Canvas:
        drawing, axes = _field(width_inch, 6.6, 2.7)
        letters = 15 if is_narrow(width_inch) else 40
        for x, (side, (conditions, colour)) in zip((0, 3.4), sides.items(), strict=True):
            title = wrapped(voice.words(f"diagrams.{side}"), letters)
            axes.text(x + 1.6, 2.52, title, ha="center", va="center", weight="semibold", color=colour, linespacing=1.0)
            for y, label in zip((1.32, 1.32 - 1.02), conditions, strict=True):
                _box(axes, x, y, 3.2, 0.88, wrapped(label, letters), colour, solid=True)
        axes.plot([0.6, 6.0], [0.16, 0.16], color=INK, lw=2)
        axes.plot([3.3], [0.06], marker="^", color=INK, markersize=10)
        return drawing

    rows = factors.to_dict("records")
    shown = voice.frame({"what": voice.shown(row, "label"), "means": voice.shown(row, "gist")} for row in rows)
    said = {side: ", ".join(conditions).lower() for side, (conditions, _) in sides.items()}
    caption = voice.words("diagrams.balance", source=voice.source("kennisnetvierinbalans"))
    alt, source = voice.words("diagrams.balance_alt", **said), voice.words("diagrams.balance_source")
    return figure(voice, draw, factors, shown, "fig-vier-in-balans", caption, alt, source)


def _field(width_inch: float, width: float, height: float, room: float = 0.0) -> tuple[Canvas, Axes]:
    """Returns a drawing of a height in inches, and of units, without axes; with room for the line of its source."""
    drawing, axes = canvas(width_inch, height + room)
    axes.set(xlim=(-0.05, width + 0.05), ylim=(-0.05, height + 0.05))
    axes.set_axis_off()
    return drawing, axes


def _box(axes: Axes, x: float, y: float, width: float, height: float, text: str, colour: str, *, solid: bool) -> None:
    """Draws a box with text; solid boxes have white text on the colour."""
    fill, ink = (colour, "white") if solid else ("white", INK)
    form = "round,pad=0,rounding_size=0.06"
    box = FancyBboxPatch((x, y), width, height, boxstyle=form, facecolor=fill, edgecolor=colour, linewidth=1.3)
    axes.add_patch(box)
    axes.text(x + width / 2, y + height / 2, text, ha="center", va="center", color=ink, linespacing=1.15)


def coding(edition: Edition, language: str = "nl") -> Block:
    """Draws agendas against categories: a full dot per explicit item, a ring per inferred one."""
    voice, counts = Voice(edition, language), analysis.coding(edition)
    kinds, coded = analysis.categories(edition, language), set(counts["agenda_id"])
    agendas = {row["id"]: voice.said(row, "short") for row in edition.records("agendas") if row["id"] in coded}
    columns, lines = list(kinds), list(agendas)
    total = counts["explicit"] + counts["inferred"]
    fields = counts.assign(
        total=total, x=counts["category"].map(columns.index), y=-counts["agenda_id"].map(lines.index)
    )
    dots = fields.loc[fields.index.repeat(total)]
    nth = dots.groupby(level=0).cumcount()

    def draw(width_inch: float) -> Canvas:
        narrow = is_narrow(width_inch)
        in_line, pitch = (2, 0.5) if narrow else (4, 0.155)
        drawing, axes = canvas(width_inch, pitch * len(lines) + (1.7 if narrow else 1.2))
        axes.bar(fields["x"], 0.84, 0.92, fields["y"] - 0.42, color=PALE, edgecolor=PALE, zorder=0)
        row, heights = nth // in_line, -(-dots["total"] // in_line)
        in_row = (dots["total"] - in_line * row).clip(upper=in_line)
        # Smaller where the rows of dots in a field, which is `pitch` inches high, would run into each other.
        placed = dots.assign(
            x=dots["x"] + 0.8 / in_line * (nth % in_line - (in_row - 1) / 2),
            y=dots["y"] + 0.8 / heights * ((heights - 1) / 2 - row),
            size=((0.75 * 0.8 * pitch * 72 / heights) ** 2).clip(upper=34),
            fill=(nth < dots["explicit"]).map({True: BLUE, False: WHITE}),
        )
        for (size, fill), alike in placed.groupby(["size", "fill"]):
            thick = 1.4 if size > 20 else 0.8
            axes.scatter(alike["x"], alike["y"], size, fill, edgecolors=BLUE, linewidths=thick, zorder=2)
        axes.set_xticks(
            range(len(columns)), [wrapped(kind, 30 if narrow else 13) for kind in kinds.values()], rotation=90
        )
        axes.xaxis.tick_top()
        names = [wrapped(name, 15 if narrow else 44) for name in agendas.values()]
        axes.set_yticks([-y for y in range(len(lines))], names)
        axes.set(xlim=(-0.55, len(columns) - 0.45), ylim=(-len(lines) + 0.45, 0.55))
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(axis="y", labelsize=10.5 if narrow else 9)
        return drawing

    ranking = total.groupby(counts["category"]).sum().sort_values(ascending=False)
    alt = voice.words(
        "diagrams.coding_alt",
        agendas=len(lines),
        categories=len(columns),
        explicit=counts["explicit"].sum(),
        inferred=counts["inferred"].sum(),
        ranking=", ".join(f"{kinds[code].lower()} {count}" for code, count in ranking.items()),
    )
    # How many, and how many of them we coded ourselves.
    ours = counts["inferred"].map(lambda count: f" ({count} {voice.words('inferred')})" if count else "")
    shown = counts.assign(text=total.astype(str) + ours).pivot(index="agenda_id", columns="category", values="text")
    shown = shown.reindex(lines, columns=columns).fillna("–").set_axis(list(kinds.values()), axis=1)
    shown.insert(0, voice.words("agenda"), [escape(name) for name in agendas.values()])
    source = voice.words("figures.own_count")
    return figure(voice, draw, counts, shown, "fig-codering", voice.words("diagrams.coding"), alt, source)
