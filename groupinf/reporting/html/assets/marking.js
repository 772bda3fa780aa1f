"use strict";
// One group at a time is marked: ringed in every plot of the runs that have it, pressed wherever a button names it, and
// described on a card that stays in sight. Anything on the page marks a group by its number in the tables of a run:
//   document.dispatchEvent(new CustomEvent("mark-group", {detail: {run: 0, group: 17}}))
// run is 0 unless given, and without a group none is marked. "group-marked" tells, with the same detail, what is marked.
const marking = {run: null, place: null};
const markedCard = document.getElementById("marked-card");
const markedEffects = document.getElementById("marked-effects");

function isMarked(run, place) {
  return marking.place === place && place !== null && data.runs[marking.run].groups === data.runs[run].groups;
}

function markedIn(plot) {
  return marking.place !== null && isMarked(Number(plot.dataset.run), marking.place) ? marking.place : null;
}

function placeOf(run, group) {
  return groupsOf(data.runs[run]).number.indexOf(group);
}

function mark(run, place) {
  marking.run = run;
  marking.place = place;
  pressButtons();
  tellMarked();
  redraw();
  const group = place === null ? null : groupsOf(data.runs[run]).number[place];
  document.dispatchEvent(new CustomEvent("group-marked", {detail: {run, group}}));
}

function unmark() {
  mark(null, null);
}

function toggleMark(run, place) {
  if (isMarked(run, place)) unmark();
  else mark(run, place);
}

function pressButtons() {
  for (const button of document.querySelectorAll(".marks-group")) {
    const run = Number(button.dataset.run);
    button.setAttribute("aria-pressed", String(isMarked(run, placeOf(run, Number(button.dataset.group)))));
  }
}

function kindIsHidden(run, place) {
  return view.hidden.has(kindOf(groupsOf(data.runs[run]), place).style);
}

function tellMarked() {
  const {run, place} = marking;
  markedCard.hidden = place === null;
  if (place === null) return;
  const hidden = kindIsHidden(run, place) ? ["its kind is hidden: the plots show a ring alone"] : [];
  const [title, ...about] = wordsOf(groupsOf(data.runs[run]), place);
  const name = document.createElement("strong");
  name.textContent = title;
  document.getElementById("marked").replaceChildren(name, ` · ${[...about, ...hidden].join(" · ")}`);
  markedEffects.replaceChildren(effectsTable(title, place));
  showSides(markedEffects);
}

function cell(name, text, scope, numeric) {
  const element = document.createElement(name);
  element.textContent = text;
  if (scope) element.scope = scope;
  if (numeric) element.className = "number";
  return element;
}

// A row for each plot that shows the group, as it is chosen there.
function effectsTable(title, place) {
  const shown = plots.filter((plot) => markedIn(plot) !== null);
  const table = document.createElement("table");
  table.createCaption().append(cell("span", `Effects of ${title}`));
  const methods = Object.values(data.methods);
  const headings = ["Actual", ...methods].map((what) => cell("th", what, "col", true));
  table.createTHead().insertRow().append(cell("th", "Measured on", "col"), ...headings);
  const body = table.createTBody();
  for (const plot of shown) {
    const effects = new Map(effectsOf(panelOf(plot), place));
    const values = ["Actual", ...methods].map((what) => cell("td", effects.get(what) ?? "–", "", true));
    const on = [runOf(plot).label, panelOf(plot).words].filter(Boolean).join(" · ");
    body.insertRow().append(cell("th", on, "row"), ...values);
  }
  return table;
}

// The plots show the test point on which a table lists the group.
function markFromButton(button) {
  const run = Number(button.dataset.run);
  const place = placeOf(run, Number(button.dataset.group));
  if (button.dataset.measure) choosePoint(run, button.dataset.measure);
  toggleMark(run, place);
}

document.addEventListener("mark-group", ({detail}) => {
  const run = detail.run ?? 0;
  const place = detail.group === undefined || detail.group === null ? -1 : placeOf(run, detail.group);
  if (place < 0) unmark();
  else mark(run, place);
});
