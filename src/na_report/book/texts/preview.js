// Loads an open page of the preview again when the book was made again, and shows what is wrong. A file, because the
// pages allow no script in themselves. Leads to the PDF, which is made anew as well.
(() => {
  const { made, events, paper } = document.currentScript.dataset;
  const box = document.createElement("pre");
  box.setAttribute("role", "alert");
  Object.assign(box.style, {
    position: "fixed", inset: "auto 0 0 0", zIndex: "9999", margin: "0", padding: "1rem", maxHeight: "60vh",
    overflow: "auto", background: "#7a0000", color: "#fff", font: "1rem/1.4 monospace", whiteSpace: "pre-wrap",
  });
  const link = document.createElement("a");
  link.href = paper;
  link.target = "_blank";
  link.textContent = "PDF";
  Object.assign(link.style, {
    position: "fixed", inset: "auto 1rem 1rem auto", zIndex: "9998", padding: "0.4rem 0.8rem", background: "#0b3d63",
    color: "#fff", borderRadius: "4px",
  });
  (document.querySelector("footer") || document.body).append(link);
  new EventSource(events).onmessage = (event) => {
    const now = JSON.parse(event.data);
    if (now.version !== Number(made)) location.reload();
    box.textContent = now.error;
    if (now.error) document.body.append(box);
    else box.remove();
  };
})();
