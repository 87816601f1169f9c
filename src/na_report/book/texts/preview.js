// Loads an open page of the preview again when the book was made again, and shows what is wrong. A file, because the
// pages allow no script in themselves.
(() => {
  const box = document.createElement("pre");
  box.setAttribute("role", "alert");
  Object.assign(box.style, {
    position: "fixed", inset: "auto 0 0 0", zIndex: "9999", margin: "0", padding: "1rem", maxHeight: "60vh",
    overflow: "auto", background: "#7a0000", color: "#fff", font: "1rem/1.4 monospace", whiteSpace: "pre-wrap",
  });
  const ask = async () => {
    try {
      const page = await fetch(location.href, { method: "HEAD" });
      const made = Date.parse(page.headers.get("Last-Modified"));
      if (page.ok && made !== Date.parse(document.lastModified)) location.reload();
      box.textContent = await (await fetch("../error.txt")).text();
    } catch {
      // The preview was stopped.
    }
    if (box.textContent) document.body.append(box);
    else box.remove();
    setTimeout(ask, 200);
  };
  ask();
})();
