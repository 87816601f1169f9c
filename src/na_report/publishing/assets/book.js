// What a page does beyond showing text: the menu on a narrow screen, and light or dark.
"use strict";
(() => {
  const root = document.documentElement;
  const narrow = window.matchMedia("(max-width: 63.99rem)");
  const twoColumns = window.matchMedia("(max-width: 84.99rem)");

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

  const contents = document.querySelector(".opdezepagina details");
  const fold = () => { if (contents) contents.open = !twoColumns.matches; };
  twoColumns.addEventListener("change", fold);
  fold();

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
  const stops = () => frames.forEach((frame) => {
    const scrolls = frame.scrollWidth > frame.clientWidth + 1;
    const extra = { tabindex: "0", role: "region", "aria-labelledby": frame.dataset.titel };
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
})();
