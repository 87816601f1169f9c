// A mark in the text tells in short what it leads to, for a pointer, the keyboard and a finger; without it a mark is a link.
"use strict";
(() => {
  if (!("showPopover" in HTMLElement.prototype)) return;
  const MARKS = ".herkomst a, .opmerking a, .waarde a";
  const OPEN_MS = 200, CLOSE_MS = 300;
  const say = document.body.dataset;
  const made = (kind, name, ...inside) => {
    const tag = document.createElement(kind);
    tag.className = name;
    tag.append(...inside);
    return tag;
  };
  const text = made("span", "noot-tekst"), more = made("a", "noot-meer", say.meer);
  const box = made("span", "noot", text, more);
  box.popover = "manual";
  text.id = "noot-tekst";
  more.tabIndex = -1; // for a pointer and a finger: who uses the keyboard is on the mark, which leads to the same place

  // The notes come when the first one is asked for.
  let notes = null;
  const load = () => {
    notes = notes || new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = say.noten;
      script.addEventListener("load", () => resolve(NOTES));
      script.addEventListener("error", reject);
      document.head.append(script);
    });
    return notes;
  };

  let open = null, timer = 0;
  const close = () => {
    clearTimeout(timer);
    if (!open) return;
    open.removeAttribute("aria-describedby");
    open = null;
    if (box.matches(":popover-open")) box.hidePopover();
    box.remove();
  };
  const place = (mark) => {
    const at = mark.getBoundingClientRect(), edge = 8;
    const width = document.documentElement.clientWidth;
    const left = Math.max(edge, Math.min(at.left - 20, width - box.offsetWidth - edge));
    const isBelow = at.bottom + box.offsetHeight + edge < window.innerHeight || at.top < box.offsetHeight + edge;
    box.style.left = `${left + window.scrollX}px`;
    box.style.top = `${(isBelow ? at.bottom : at.top - box.offsetHeight) + window.scrollY}px`;
  };
  const show = async (mark) => {
    clearTimeout(timer);
    if (open === mark) return;
    close();
    open = mark;
    const { pathname, hash } = new URL(mark.href);
    const found = (await load())[`${pathname.split("/").pop()}${hash}`];
    if (open !== mark) return;
    if (!found) {
      open = null;
      return;
    }
    text.replaceChildren(...found.map(([name, told]) => {
      const line = made("span", name === "!" ? "noot-let-op" : name ? "noot-bron" : "noot-wat");
      if (name) line.append(made("b", "", `${name === "!" ? say.opmerking : name}: `));
      line.append(told);
      return line;
    }));
    more.href = mark.getAttribute("href");
    mark.closest("span").after(box);
    box.showPopover();
    place(mark);
    mark.setAttribute("aria-describedby", text.id);
  };
  const soon = (what, ms) => {
    clearTimeout(timer);
    timer = setTimeout(what, ms);
  };
  const markOf = (target) => (target.closest ? target.closest(MARKS) : null);
  const isInside = (target) => Boolean(target && (box.contains(target) || (open && open.contains(target))));

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const mark = markOf(event.target);
    if (mark && mark !== open) soon(() => show(mark), OPEN_MS);
    else if (isInside(event.target)) clearTimeout(timer);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType === "touch" || isInside(event.relatedTarget)) return;
    if (isInside(event.target) || !open) soon(() => { if (!isInside(document.activeElement)) close(); }, CLOSE_MS);
  });
  document.addEventListener("focusin", (event) => {
    const mark = markOf(event.target);
    if (mark && mark.matches(":focus-visible")) show(mark);
    else if (open && !isInside(event.target)) close();
  });
  // A finger has no hovering: the first tap tells, and the link in the box leads on.
  document.addEventListener("click", (event) => {
    const mark = markOf(event.target);
    if (mark && event.pointerType === "touch" && mark !== open) {
      event.preventDefault();
      show(mark);
    } else if (open && (event.target === more || !isInside(event.target))) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
})();
