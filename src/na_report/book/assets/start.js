// Runs before the page shows, so that it doesn't appear in the other colours first.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let mode = null;
  try { mode = localStorage.getItem("weergave"); } catch (error) { /* no storage over file:// in some browsers */ }
  if (mode === "licht" || mode === "donker") root.dataset.weergave = mode;
})();
