// What is told of a page when its scripts have run and its letters are there.
() => document.fonts.ready.then((fonts) => {
  const all = (name, inside = document) => [...inside.querySelectorAll(name)], root = document.documentElement;
  const labels = ["aria-label", "title", "placeholder", "alt"];
  const copy = document.body.cloneNode(true);
  all("#inhoud article > section:not(#zoeken), script, #zoekresultaten", copy).forEach((tag) => tag.remove());
  const looks = (name) => getComputedStyle(document.querySelector(name));
  return {
    texts: [...all("*").flatMap((tag) => labels.map((name) => tag.getAttribute(name) || "")), ...copy.innerText.split("\n")],
    drawings: all("figure img").map((image) => image.currentSrc),
    wrong: {
      "beside the screen": root.scrollWidth > root.clientWidth,
      "a figure does not fit": all(".figuur").some((frame) => frame.scrollWidth > frame.clientWidth),
      // On a narrow screen a row is a card.
      "rows of a table in several sizes": root.clientWidth > 1000 && all("article table").some((table) =>
        new Set(all("tbody > tr > td", table).map((cell) => getComputedStyle(cell).fontSize)).size > 1),
      "no script": root.className !== "js" || document.querySelector(".weergave").hidden,
      "no style": looks(".kop").backgroundColor === looks("body").backgroundColor,
      "no letters of its own": ![...fonts].some((font) => font.status === "loaded"),
      "not Dutch": root.lang !== "nl",
    },
  };
})
