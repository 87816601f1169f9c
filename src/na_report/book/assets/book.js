// What a page does beyond showing text: the menu on a narrow screen, and light or dark.
"use strict";
(() => {
  const root = document.documentElement;
  const narrow = window.matchMedia("(max-width: 63.99rem)");
  const boxed = window.matchMedia("(max-width: 79.99rem)");

  const menu = document.querySelector(".menuknop");
  const showMenu = (open) => {
    menu.setAttribute("aria-expanded", String(open));
    root.classList.toggle("menu-open", open);
  };
  menu.addEventListener("click", () => showMenu(menu.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.classList.contains("menu-open")) {
      showMenu(false);
      menu.focus();
    }
  });
  narrow.addEventListener("change", () => showMenu(false));

  // The chapter that one reads is in sight in the list of chapters.
  const chapters = document.querySelector(".hoofdstukken"), here = chapters.querySelector("[aria-current=page]");
  if (here && here.offsetTop + here.offsetHeight > chapters.clientHeight) chapters.scrollTop = here.offsetTop - chapters.clientHeight / 2;

  // The contents of the page: a box to open, or beside the text with the heading marked that the reader is at.
  const contents = document.querySelector(".opdezepagina details");
  const fold = () => { if (contents) contents.open = !boxed.matches; };
  boxed.addEventListener("change", fold);
  fold();
  const entries = [...document.querySelectorAll(".opdezepagina a")].map((link) => (
    { link, heading: document.getElementById(decodeURIComponent(link.hash.slice(1))) }
  )).filter((entry) => entry.heading);
  let at = null, waiting = false;
  const follow = () => {
    waiting = false;
    if (boxed.matches) return;
    const line = window.innerHeight / 4;
    const shown = entries.filter((entry) => entry.heading.checkVisibility());
    const foot = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
    const passed = shown.filter((entry) => entry.heading.getBoundingClientRect().top <= line);
    const now = (foot && window.scrollY > 0 ? shown : passed).at(-1) || null;
    if (now === at) return;
    if (at) at.link.removeAttribute("aria-current");
    at = now;
    if (!at) return;
    at.link.setAttribute("aria-current", "location");
    const nav = contents.parentElement, { offsetTop, offsetHeight } = at.link;
    if (offsetTop < nav.scrollTop || offsetTop + offsetHeight > nav.scrollTop + nav.clientHeight) {
      nav.scrollTop = offsetTop - nav.clientHeight / 2;
    }
  };
  const followSoon = () => {
    if (!waiting) requestAnimationFrame(follow);
    waiting = true;
  };
  for (const event of ["scroll", "resize"]) window.addEventListener(event, followSoon, { passive: true });
  if (entries.length) followSoon();

  const button = document.querySelector("[data-weergave-knop]");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.weergave ? root.dataset.weergave === "donker" : system.matches);
  const showMode = () => button.setAttribute("aria-pressed", String(isDark()));
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.weergave = isDark() ? "licht" : "donker";
    try { localStorage.setItem("weergave", root.dataset.weergave); } catch (error) { /* not kept, still changed */ }
    showMode();
  });
  system.addEventListener("change", showMode);
  showMode();

  // What scrolls is a stop for the keyboard and has a name; what fits is neither.
  const frames = document.querySelectorAll(".tabel, .figuur");
  const stops = () => frames.forEach((frame, place) => {
    const scrolls = frame.scrollWidth > frame.clientWidth + 1;
    const title = frame.closest("figure, .tabel").querySelector("figcaption, caption");
    if (title) title.id ||= `titel-${place}`;
    const extra = { tabindex: "0", role: "region", ...(title && { "aria-labelledby": title.id }) };
    for (const [name, value] of Object.entries(extra)) {
      if (scrolls) frame.setAttribute(name, value);
      else frame.removeAttribute(name);
    }
  });
  window.addEventListener("resize", stops);
  stops();
  if (document.fonts) document.fonts.ready.then(stops);

  // On paper a fold can't be opened.
  const folds = document.querySelectorAll("article details");
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...folds].filter((item) => !item.open);
    closed.forEach((item) => { item.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((item) => { item.open = false; }));

  // A link to a place inside a fold opens it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const around = target && target.closest("details");
    if (around && !around.open) {
      around.open = true;
      target.scrollIntoView();
    }
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // Another edition shows the same place, and the same choice of rows.
  document.querySelectorAll(".edities a, .talen a").forEach((link) => link.addEventListener("click", () => {
    if (link.pathname.split("/").pop() !== location.pathname.split("/").pop()) return;
    link.search = location.search;
    link.hash = location.hash;
  }));

  // A reference can be copied. The button comes with the script, because it does nothing without.
  const said = document.getElementById("melding");
  const select = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  const copy = async (source) => {
    const text = source.href || source.textContent;
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      select(source);  // no clipboard on this address: the old way, or by hand
      return document.execCommand("copy");
    }
  };
  const addButton = (place) => {
    const source = place.firstElementChild, name = place.previousElementSibling.textContent;
    const button = document.createElement("button"), about = document.createElement("span");
    const shown = document.createTextNode(said.dataset.knop);
    button.type = "button";
    button.className = "kopieer";
    about.className = "verborgen";
    about.textContent = ` ${name}`;
    button.append(shown, about);
    button.addEventListener("click", async () => {
      const done = await copy(source);
      shown.data = done ? said.dataset.klaar : said.dataset.knop;
      // Emptied first: the same sentence twice is otherwise said once.
      said.textContent = "";
      setTimeout(() => { said.textContent = done ? said.dataset.gelukt.replace("%s", name) : said.dataset.mislukt; }, 50);
      setTimeout(() => { shown.data = said.dataset.knop; }, 3000);
    });
    place.append(button);
  };
  document.querySelectorAll("[data-kopie]").forEach(addButton);
  if (location.protocol !== "file:") {
    document.querySelectorAll("[data-kopie] > a").forEach((link) => { link.textContent = link.href; });
  }
})();
