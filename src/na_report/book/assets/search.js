// Finds places by the stem of words. The data is a script, so that it works from a folder without a server too.
"use strict";
(() => {
  const SHOWN = 20;
  const status = document.getElementById("zoekstand");
  const target = document.getElementById("zoekresultaten");
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
  // Dutch writes compounds as one word: the longer word counts too, but less.
  const weight = (word, sought) => {
    if (word === sought) return 3;
    if (sought.length > 2 && word.startsWith(sought)) return 2;
    return sought.length > 4 && word.includes(sought) ? 1 : 0;
  };
  const places = SEARCH.map((place) => ({ place, title: words(place.title), text: words(place.text) }));
  // Every word of the book with how often it is there, for who mistypes one.
  const known = new Map();
  for (const { title, text } of places) {
    for (const word of [...title, ...text]) {
      const entry = known.get(word.stem) || { stem: word.stem, text: word.text.toLowerCase(), count: 0 };
      entry.count += 1;
      known.set(word.stem, entry);
    }
  }

  // How many letters are wrong, missing, too many or changed places; more than the limit is all the same.
  const distance = (a, b, limit) => {
    if (Math.abs(a.length - b.length) > limit) return limit + 1;
    let before = [], row = Array.from({ length: b.length + 1 }, (_, at) => at);
    for (let i = 1; i <= a.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= b.length; j += 1) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      if (Math.min(...next) > limit) return limit + 1;
      before = row;
      row = next;
    }
    return row[b.length];
  };
  const mistakes = (length) => (length < 4 ? 0 : length < 8 ? 1 : 2);
  const near = (word, limit) => {
    const text = word.text.toLowerCase();
    return [...known.values()].filter((entry) => entry.text.length > 3 && !/\d/.test(entry.text)).map((entry) => ({
      entry, far: Math.min(distance(text, entry.text, limit), distance(word.stem, entry.stem, limit)),
    })).filter(({ far }) => far <= limit).sort((a, b) => a.far - b.far || b.entry.count - a.entry.count).map(({ entry }) => entry);
  };

  const all = words(query);
  const wanted = all.filter((word) => !stopwords.includes(word.text.toLowerCase()));
  const isKnown = (word) => known.has(word.stem) || [...known.keys()].some((stem) => weight(stem, word.stem));
  const asked = (wanted.length ? wanted : all).map((word) => {
    const other = isKnown(word) ? undefined : near(word, mistakes(word.text.length))[0];
    return other ? { text: other.text, stem: other.stem, was: word.text } : word;
  });

  const scored = ({ place, title, text }) => {
    const hits = new Set();
    let score = 0, found = 0;
    for (const sought of new Set(asked.map((word) => word.stem))) {
      let best = 0;
      for (const word of title) best = Math.max(best, 20 * weight(word.stem, sought));
      let inText = 0;
      for (const word of text) {
        const fits = weight(word.stem, sought);
        if (fits) {
          hits.add(word.at);
          inText += fits;
        }
      }
      found += best || inText ? 1 : 0;
      score += best + Math.min(inText, 12);
    }
    return { place, score, found, text: text.filter((word) => hits.has(word.at)) };
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

  const shown = (found) => {
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
    return item;
  };

  // All words first; where no place has them all, those that have most.
  const scores = places.map(scored).filter((found) => found.found);
  const most = Math.max(0, ...scores.map((found) => found.found));
  const results = scores.filter((found) => found.found === most).sort((a, b) => b.score - a.score);
  const count = new Set(asked.map((word) => word.stem)).size;

  // In the order of the menu: chapters before what stands behind them.
  const parts = [...document.querySelectorAll(".hoofdstukken .caption")].map((heading) => heading.textContent);
  const groups = parts.map((part, at) => [part, results.filter((found) => (
    found.place.part === part || (at === 0 && !parts.includes(found.place.part))
  ))]).filter(([, found]) => found.length);
  for (const [part, found] of groups) {
    const heading = document.createElement("h2"), list = document.createElement("ol");
    heading.textContent = `${part} (${found.length})`;
    list.className = "zoekresultaten";
    list.append(...found.slice(0, SHOWN).map(shown));
    target.append(heading, list);
  }

  const say = status.dataset;
  const fixed = asked.filter((word) => word.was);
  const sought = fixed.reduce((text, word) => text.replace(word.was, word.text), query);
  const sentence = !results.length ? say.geen : most < count ? say.deels : results.length === 1 ? say.een : say.meer;
  status.textContent = (fixed.length && results.length ? `${say.hersteld.replace("%s", query)} ` : "")
    + sentence.replace("%n", results.length).replace("%s", sought)
    + (groups.some(([, found]) => found.length > SHOWN) ? ` ${say.eerste.replace("%n", SHOWN)}` : "");

  // What is near: other words that look like what was typed, or that it is put together from.
  const unknown = (wanted.length ? wanted : all).filter((word) => !isKnown(word));
  const within = (word) => [...known.values()].filter((entry) => entry.stem.length > 4 && word.text.toLowerCase().includes(entry.stem))
    .sort((a, b) => b.stem.length - a.stem.length);
  const others = unknown.flatMap((word) => {
    const isFixed = fixed.some((item) => item.was === word.text);
    const alike = near(word, isFixed ? mistakes(word.text.length) : Math.min(3, Math.floor(word.text.length / 2)));
    return isFixed ? alike.slice(1) : [...new Set([...within(word), ...alike])];
  }).slice(0, 5);
  if (others.length) {
    const line = document.getElementById("zoeknabij");
    line.append(`${line.dataset.nabij} `);
    others.forEach((entry, at) => {
      const link = document.createElement("a");
      link.href = `?q=${encodeURIComponent(entry.text)}`;
      link.textContent = entry.text;
      line.append(at ? ", " : "", link);
    });
    line.hidden = false;
  }
})();
