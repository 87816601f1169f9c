// Filters and sorts the tables with the class `filterbaar`. The address holds the choice, so that a link opens it again.
// A header in a span `keuze` makes a column to filter by; each span `keuze` in its cells is a value. A class `rang-3`, `rang-m3` or
// `rang-3_5` is the number that a cell or value sorts by, where that is not the alphabet.
"use strict";
(() => {
  // A longer table shows its first rows, and the rest on demand.
  const FIRST = 20, LITTLE_MORE = 5;
  const block = document.querySelector(".filterblok");
  document.querySelector("table.filterbaar").closest("section").before(block);
  const say = block.dataset;
  const form = block.querySelector("form");
  const status = block.querySelector("[role=status]");
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, { numeric: true });
  const written = (number) => number.toLocaleString(language);
  const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const slug = (text) => text.normalize("NFKD").replace(/[^\x00-\x7f]/g, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const rankOf = (tag) => {
    const found = tag && /rang-(m?)(\d+(?:_\d+)?)/.exec(tag.className);
    return found && Number(found[2].replace("_", ".")) * (found[1] ? -1 : 1);
  };

  // A list per column to filter by, and one for the tables themselves where there are more.
  const ofTable = document.querySelectorAll("table.filterbaar").length > 1 ? slug(say.part) : "";
  const input = form.querySelector("[type=search]");
  input.name = slug(say.words);
  const columns = new Map(ofTable ? [[ofTable, say.part]] : []);
  for (const mark of document.querySelectorAll("table.filterbaar thead .keuze")) {
    const head = mark.closest("th");
    head.dataset.filter = slug(head.textContent);
    if (!columns.has(head.dataset.filter)) columns.set(head.dataset.filter, head.textContent.trim());
  }
  const lists = [...columns].map(([name, title]) => {
    const field = document.createElement("p"), label = document.createElement("label"), list = document.createElement("select");
    field.className = "veld";
    label.htmlFor = list.id = `filter-${name}`;
    label.textContent = title;
    list.name = name;
    list.append(new Option(say.none, ""));
    field.append(label, list);
    input.parentElement.before(field);
    return list;
  });

  // What there is: rows with the values that they can be found by, and per list all values.
  const known = new Map(lists.map((list) => [list.name, new Map()]));
  const valuesOf = (row, heads) => {
    const values = new Map();
    for (const head of heads.filter((cell) => cell.dataset.filter)) {
      const spans = [...row.cells[head.cellIndex].querySelectorAll(".keuze")];
      const name = head.dataset.filter;
      values.set(name, spans.map((span) => slug(span.textContent)));
      for (const span of spans) {
        known.get(name).set(slug(span.textContent), { text: span.textContent, rank: rankOf(span) || 0 });
      }
    }
    return values;
  };
  const tables = [...document.querySelectorAll("table.filterbaar")].map((table, rank) => {
    const section = table.closest("section"), part = section.id, title = section.querySelector("h1, h2, h3").textContent.replace(/#$/, "").trim();
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows].map((row, place) => ({ row, place, at: place, values: valuesOf(row, heads) }));
    if (ofTable) {
      known.get(ofTable).set(part, { text: title, rank });
      rows.forEach((item) => item.values.set(ofTable, [part]));
    }
    const entry = document.querySelector(`.opdezepagina a[href="#${section.id}"]`);
    return { table, part, title, heads, rows, section, entry: entry && entry.parentElement, sorted: null, whole: false };
  });
  for (const item of tables) {
    const keys = new Map(lists.map(({ name }) => [name, new Set(item.rows.flatMap((row) => row.values.get(name) || []))]));
    item.keys = (name) => keys.get(name);
  }
  const all = tables.flatMap((item) => item.rows);

  // Filtering
  const choice = () => ({
    values: lists.filter((list) => list.value).map((list) => [list.name, list.value]),
    words: bare(input.value).split(/\s+/).filter(Boolean),
  });
  const fits = (item, { values, words }, except) => {
    const found = values.every(([name, value]) => name === except || (item.values.get(name) || []).includes(value));
    if (!found || !words.length) return found;
    item.text = item.text || bare(item.row.textContent);
    return words.every((word) => item.text.includes(word));
  };
  // Many values: under the name of the table that they are of. What more than one table has comes first.
  const grouped = (name, made) => {
    const single = made.map((item) => item.option);
    if (made.length <= FIRST) return single;
    const own = new Map(tables.map((table) => [table, document.createElement("optgroup")]));
    const shared = [];
    for (const { key, option } of made) {
      const owners = tables.filter((table) => table.keys(name).has(key));
      if (owners.length === 1) own.get(owners[0]).append(option);
      else shared.push(option);
    }
    const groups = [...own].filter(([, group]) => group.children.length);
    if (groups.length < 2) return single;
    groups.forEach(([table, group]) => { group.label = table.title; });
    return [...shared, ...groups.map(([, group]) => group)];
  };
  // A list offers what the other filters leave, with the number of rows. It shows where it divides more than one of the
  // tables that are left, or the only one.
  const offer = (list, chosen) => {
    const counts = new Map(list.value ? [[list.value, 0]] : []);
    const left = tables.filter((table) => {
      const rows = table.rows.filter((item) => fits(item, chosen, list.name));
      for (const key of rows.flatMap((item) => item.values.get(list.name) || [])) {
        counts.set(key, (counts.get(key) || 0) + 1);
      }
      return rows.length;
    });
    const among = left.length ? left : tables;
    const divided = among.filter(({ heads }) => (
      list.name === ofTable || heads.some((head) => head.dataset.filter === list.name)
    )).length;
    const options = [...counts].map(([key, count]) => ({ text: key, rank: 0, ...known.get(list.name).get(key), key, count }));
    options.sort((a, b) => a.rank - b.rank || collator.compare(a.text, b.text));
    const made = options.map(({ key, text, count }) => (
      { key, option: new Option(`${text} (${written(count)})`, key, false, key === list.value) }
    ));
    const texts = (items) => items.map((option) => option.text).join();
    if (texts(made.map((item) => item.option)) !== texts([...list.options].slice(1))) {
      list.replaceChildren(list.options[0], ...grouped(list.name, made));
    }
    list.parentElement.hidden = !list.value && divided < 2 && divided < among.length;
    list.parentElement.classList.toggle("gekozen", Boolean(list.value));
  };
  const address = () => {
    const query = new URLSearchParams(choice().values);
    if (input.value.trim()) query.set(input.name, input.value.trim());
    for (const { part, heads, sorted } of tables) {
      if (sorted) query.append(say.order, [part, slug(heads[sorted.column].dataset.kop), ...(sorted.down ? ["-"] : [])].join("."));
    }
    const text = String(query);
    return `${location.pathname}${text ? "?" : ""}${text}${location.hash}`;
  };
  const limit = (item) => {
    const fitting = item.rows.filter((row) => !row.row.hidden).sort((a, b) => a.at - b.at);
    const count = item.whole || fitting.length <= FIRST + LITTLE_MORE ? fitting.length : FIRST;
    fitting.forEach((row, at) => row.row.classList.toggle("verder", at >= count));
    item.table.classList.add("geteld");
    item.more.hidden = count === fitting.length;
    item.more.firstChild.textContent = say.shown.replace("%n", written(count)).replace("%m", written(fitting.length));
    item.more.lastChild.textContent = say.more.replace("%n", written(fitting.length));
    return fitting.length;
  };
  const makeLimited = (item) => {
    item.more = document.createElement("p");
    item.more.className = "toonalles";
    const button = document.createElement("button"), text = document.createElement("span");
    button.type = "button";
    button.addEventListener("click", () => {
      const next = item.table.querySelector("tr.verder:not([hidden])");
      item.whole = true;
      show();
      next.querySelector("a").focus();
    });
    item.more.append(text, button);
    item.table.closest(".tabel").after(item.more);
  };
  // A link to a place in a row that does not show yet shows it.
  const revealRow = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const item = target && tables.find(({ table }) => table.contains(target));
    if (!item || !target.closest("tr.verder")) return;
    item.whole = true;
    show();
    target.scrollIntoView();
  };
  const show = () => {
    const chosen = choice();
    const totals = [];
    let total = 0;
    for (const item of tables) {
      item.rows.forEach((row) => { row.row.hidden = !fits(row, chosen); });
      const count = limit(item);
      item.section.hidden = !count;
      if (item.entry) item.entry.hidden = !count;
      if (count) totals.push(`${item.title.toLowerCase()} ${written(count)}`);
      total += count;
    }
    lists.forEach((list) => offer(list, chosen));
    input.parentElement.classList.toggle("gekozen", chosen.words.length > 0);
    const filtered = chosen.values.length + chosen.words.length > 0;
    form.querySelector("[data-doe=wis]").hidden = !filtered && !tables.some((item) => item.sorted);
    block.querySelector(".filterleeg").hidden = total > 0;
    block.querySelector(".filterlink").hidden = true;
    const sentence = !filtered ? say.all : !total ? say.nothing : totals.length > 1 ? say.parts : say.some;
    status.textContent = sentence.replace("%n", written(total)).replace("%m", written(all.length))
      .replace("%t", totals.join(", "));
    try {
      history.replaceState(null, "", address());
    } catch (error) { /* a browser may refuse it for a file; the filters work without */ }
    window.dispatchEvent(new Event("resize")); // a table that is smaller now may no longer scroll
  };

  // Sorting: by rank where a column has ranks, else by text. What has neither comes last whichever way.
  const sort = (item, column, down = false) => {
    item.sorted = column === null ? null : { column, down };
    const keys = item.rows.map((row) => {
      const cell = row.row.cells[column || 0];
      return { row, rank: rankOf(cell.querySelector("[class*=rang-]")), text: cell.textContent.trim() };
    });
    const ranked = keys.some((key) => key.rank !== null);
    const last = (key) => (ranked ? key.rank === null : key.text === "–");
    keys.sort((a, b) => {
      if (column === null) return a.row.place - b.row.place;
      const order = ranked ? a.rank - b.rank : collator.compare(a.text, b.text);
      return last(a) - last(b) || (down ? -order : order) || a.row.place - b.row.place;
    });
    keys.forEach((key, at) => { key.row.at = at; });
    item.table.tBodies[0].append(...keys.map((key) => key.row.row));
    item.heads.forEach((head, at) => {
      if (at === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    item.list.value = column === null ? "" : `${column}${down ? "-" : ""}`;
  };
  const direction = (item, column, down) => say[down ? "down" : "up"].replace("%s", item.heads[column].dataset.kop);
  const sortAndSay = (item, column, down) => {
    sort(item, column, down);
    show();
    const how = column === null ? say.own : direction(item, column, down);
    status.textContent += ` ${say.sorted.replace("%t", item.title).replace("%s", how.toLowerCase())}`;
  };
  // Headers become buttons. Rows that are blocks have no headers to see: there a list does the same.
  const makeSortable = (item) => {
    item.list = document.createElement("select");
    item.list.append(new Option(say.own, ""));
    item.heads.forEach((head, column) => {
      head.dataset.kop = head.textContent.trim();
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sorteer";
      button.append(...head.childNodes);
      button.addEventListener("click", () => {
        sortAndSay(item, column, head.getAttribute("aria-sort") === "ascending");
      });
      head.append(button);
      item.list.append(
        new Option(direction(item, column, false), column), new Option(direction(item, column, true), `${column}-`),
      );
    });
    item.list.addEventListener("change", () => {
      const column = parseInt(item.list.value, 10);
      sortAndSay(item, Number.isNaN(column) ? null : column, item.list.value.endsWith("-"));
    });
    const label = document.createElement("label");
    label.className = "veld sorteerlijst";
    label.append(say.sort, item.list);
    item.table.closest(".tabel").before(label);
  };
  const narrow = window.matchMedia("(max-width: 47.99rem)");
  const reach = () => document.querySelectorAll(".sorteer").forEach((button) => {
    button.tabIndex = narrow.matches ? -1 : 0;
  });

  // From the address, and back to nothing
  const choose = (query) => {
    for (const list of lists) {
      const value = slug(query.get(list.name) || "");
      // A value that is not there is shown as such: without it the link would seem to mean everything.
      if (value && ![...list.options].some((option) => option.value === value)) list.add(new Option(value, value));
      list.value = value;
    }
    input.value = query.get(input.name) || "";
    const wishes = query.getAll(say.order).map((wish) => wish.toLowerCase().split("."));
    for (const item of tables) {
      const [, name, down] = wishes.find(([part]) => part === item.part) || [];
      const column = item.heads.findIndex((head) => slug(head.dataset.kop) === name);
      if (column >= 0 || item.sorted) sort(item, column < 0 ? null : column, down === "-");
    }
    show();
  };
  const read = () => choose(new URLSearchParams(location.search));
  const clear = () => {
    choose(new URLSearchParams());
    lists[0].focus();
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      status.textContent = say.copied;
    } catch (error) {
      const field = block.querySelector(".filterlink input");
      field.parentElement.hidden = false;
      field.value = location.href;
      field.focus();
      field.select();
    }
  };

  let waiting;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", show);
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 200);
  });
  block.querySelectorAll("[data-doe=wis]").forEach((button) => button.addEventListener("click", clear));
  block.querySelector("[data-doe=kopieer]").addEventListener("click", copy);
  window.addEventListener("popstate", read);
  narrow.addEventListener("change", reach);
  tables.forEach(makeSortable);
  tables.forEach(makeLimited);
  reach();
  form.hidden = false;
  read();
  window.addEventListener("hashchange", revealRow);
  revealRow();
})();
