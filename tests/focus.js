// What has the focus, and whether it shows; nothing when it had it before.
() => {
  const tag = document.activeElement;
  if (tag === document.body || tag.dataset.seen) return null;
  tag.dataset.seen = "1";
  const style = getComputedStyle(tag), box = tag.getBoundingClientRect();
  const shows = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [tag.outerHTML.slice(0, 120), shows && box.width > 0 && box.bottom > 0 && box.top < innerHeight];
}
