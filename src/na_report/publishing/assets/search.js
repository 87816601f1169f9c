// Finds places by the stem of words. The data is a script, so that it works from a folder without a server too.
"use strict";
(() => {
  const SHOWN = 40;
  const status = document.getElementById("zoekstand");
  const list = document.getElementById("zoekresultaten");
  const query = (new URLSearchParams(location.search).get("q") || "").trim();
  document.getElementById("zoekterm").value = query;
  if (!query) return;

  const stemmer = new Stemmer();
  const stems = new Map();
  const stem = (word) => {
    if (!stems.has(word)) stems.set(word, stemmer.stemWord(word));
    return stems.get(word);
  };
  const WORD = /[\p{L}\p{N}]+/gu;
  const words = (text) => [...text.matchAll(WORD)].map((match) => ({
    text: match[0], at: match.index, stem: stem(match[0].toLowerCase()),
  }));
  const all = words(query);
  const wanted = all.filter((word) => !stopwords.includes(word.text.toLowerCase()));
  const asked = [...new Set((wanted.length ? wanted : all).map((word) => word.stem))];
  // Dutch writes compounds as one word: the longer word counts too, but less.
  const weight = (word, sought) => {
    if (word === sought) return 3;
    if (sought.length > 2 && word.startsWith(sought)) return 2;
    return sought.length > 4 && word.includes(sought) ? 1 : 0;
  };

  const scored = (place) => {
    const title = words(place.title), text = words(place.text), hits = new Set();
    let score = 0;
    for (const sought of asked) {
      let best = 0;
      for (const word of title) best = Math.max(best, 20 * weight(word.stem, sought));
      let inText = 0;
      for (const word of text) {
        const found = weight(word.stem, sought);
        if (found) {
          hits.add(word.at);
          inText += found;
        }
      }
      if (!best && !inText) return null;
      score += best + Math.min(inText, 12);
    }
    return { place, score, text: text.filter((word) => hits.has(word.at)) };
  };

  const snippet = (found) => {
    const paragraph = document.createElement("p");
    const { text } = found.place;
    const first = found.text.length ? found.text[0].at : 0;
    let start = Math.max(0, first - 70);
    if (start) start = text.indexOf(" ", start) + 1;
    let end = Math.min(text.length, start + 210);
    if (end < text.length) end = text.lastIndexOf(" ", end);
    let at = start;
    paragraph.append(start ? "… " : "");
    for (const word of found.text) {
      if (word.at < at || word.at + word.text.length > end) continue;
      const mark = document.createElement("mark");
      mark.textContent = word.text;
      paragraph.append(text.slice(at, word.at), mark);
      at = word.at + word.text.length;
    }
    paragraph.append(text.slice(at, end), end < text.length ? " …" : "");
    return paragraph;
  };

  const results = SEARCH_PLACES.map(scored).filter(Boolean);
  results.sort((a, b) => b.score - a.score);
  const say = status.dataset;
  const sentence = results.length === 0 ? say.geen : results.length === 1 ? say.een : say.meer;
  status.textContent = sentence.replace("%n", results.length).replace("%s", query)
    + (results.length > SHOWN ? ` ${say.eerste.replace("%n", SHOWN)}` : "");
  for (const found of results.slice(0, SHOWN)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = found.place.address;
    link.textContent = found.place.title;
    item.append(link);
    if (found.place.page !== found.place.title) {
      const page = document.createElement("span");
      page.className = "waar";
      page.textContent = found.place.page;
      item.append(" ", page);
    }
    if (found.place.text) item.append(snippet(found));
    list.append(item);
  }
})();
