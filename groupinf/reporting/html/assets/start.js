"use strict";
// What the reader may do: choose a prediction and a test point, show and hide kinds, find and mark groups, print.
for (const radio of document.querySelectorAll("[name=method]")) {
  radio.addEventListener("change", () => {
    view.method = radio.value;
    redraw();
  });
}
for (const box of document.querySelectorAll("[name=kind]")) {
  box.addEventListener("change", () => {
    if (box.checked) view.hidden.delete(Number(box.value));
    else view.hidden.add(Number(box.value));
    tellMarked();
    redraw();
  });
}
document.addEventListener("point-chosen", ({detail}) => {
  const plot = plots.find((p) => p.dataset.run === detail.run && p.dataset.panel.split(" ")[0] === detail.of);
  if (!plot || plot.dataset.panel === detail.panel) return;
  plot.dataset.panel = detail.panel;
  const words = [runOf(plot).label, panelOf(plot).words].filter(Boolean).join(" · ");
  plot.setAttribute("aria-label", `${words}: actual effect (across) and predicted effect (up) of every group`);
  tellMarked();
  if (isDrawn(plot)) draw(plot);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest(".marks-group");
  if (button) markFromButton(button);
  if (!event.target.closest("#finder")) closeMatches();
});
const finder = document.getElementById("finder");
finder.addEventListener("submit", (event) => {
  event.preventDefault();
  markFound();
});
finder.addEventListener("keydown", stepThroughMatches);
findBox.addEventListener("input", look);
document.getElementById("unmark").addEventListener("click", unmark);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  hideHover();
  if (matchList.hidden) unmark();
  else closeMatches();
});
document.addEventListener("scroll", forgetHover, {passive: true});
darkScheme.addEventListener("change", redraw);
window.addEventListener("beforeprint", () => {
  view.printing = true;
  drawAll();
});
window.addEventListener("afterprint", () => {
  view.printing = false;
  redraw();
});

// Plots in sight follow their boxes before the next picture is shown, the others one by one after it.
const resized = new ResizeObserver((entries) => {
  for (const {target} of entries) {
    const {top, bottom} = target.getBoundingClientRect();
    if (bottom > 0 && top < window.innerHeight) fit(target);
    else setTimeout(fit, 0, target);
  }
});
const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        seen.unobserve(entry.target);
        draw(entry.target);
      }
    }
  },
  {rootMargin: "300px"},
);
for (const plot of plots) {
  seen.observe(plot);
  resized.observe(plot);
}
