"use strict";
// What the reader may do: choose a prediction, show and hide kinds, mark groups, print.
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
for (const button of document.querySelectorAll(".marks-group")) {
  button.addEventListener("click", () => markFromTable(button));
}
document.getElementById("finder").addEventListener("submit", (event) => {
  event.preventDefault();
  markByName(document.getElementById("find").value);
});
document.getElementById("unmark").addEventListener("click", unmark);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    hideHover();
    unmark();
  }
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
