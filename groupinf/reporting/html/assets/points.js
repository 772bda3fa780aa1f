"use strict";
// What is measured: a choice of a test point holds for every figure of the same run and evaluation.
function choosePoint(run, panel) {
  const of = panel.split(" ")[0];
  const choices = [...document.querySelectorAll(`.chooses[data-run="${run}"][data-of="${of}"]`)];
  if (!choices.length || [...choices[0].options].every((option) => option.value !== panel)) return;
  for (const choice of choices) {
    choice.value = panel;
    for (const part of choice.closest("figure").querySelectorAll("[data-chosen]")) {
      part.hidden = part.dataset.chosen !== panel;
    }
  }
  document.dispatchEvent(new CustomEvent("point-chosen", {detail: {run: String(run), of, panel}}));
}

for (const choice of document.querySelectorAll(".chooses")) {
  choice.addEventListener("change", () => choosePoint(choice.dataset.run, choice.value));
}
