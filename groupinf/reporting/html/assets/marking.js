"use strict";
// One group at a time is marked: ringed in every plot of its run, pressed in the table, described below the controls.
const marking = {run: null, place: null};
const markedText = document.getElementById("marked");
const markedEffects = document.getElementById("marked-effects");

function markedIn(plot) {
  return marking.run === Number(plot.dataset.run) ? marking.place : null;
}

function mark(run, place) {
  marking.run = run;
  marking.place = place;
  for (const button of document.querySelectorAll(".marks-group")) {
    const pressed = Number(button.dataset.run) === run && Number(button.dataset.place) === place && place !== null;
    button.setAttribute("aria-pressed", String(pressed));
  }
  tellMarked();
  redraw();
}

function kindIsHidden(run, place) {
  const {kind, kinds} = groupsOf(data.runs[run]);
  return view.hidden.has(kinds[kind[place]].style);
}

// A few words are announced; the numbers stand below them in a table, which readers go through at their own pace.
function tellMarked() {
  const {run, place} = marking;
  markedEffects.hidden = place === null;
  markedEffects.replaceChildren(...(place === null ? [] : [effectsTable(run, place)]));
  showSides(markedEffects);
  const about = place === null ? [] : describe(run, place);
  const hidden = place !== null && kindIsHidden(run, place) ? ["its kind is hidden: the plots show a ring alone"] : [];
  markedText.textContent = place === null ? "No group is marked." : `Marked: ${[...about, ...hidden].join(" · ")}`;
}

function cell(name, text, scope, numeric) {
  const element = document.createElement(name);
  element.textContent = text;
  if (scope) element.scope = scope;
  if (numeric) element.className = "number";
  return element;
}

function effectsTable(runNumber, place) {
  const panels = Object.values(data.runs[runNumber].panels);
  const table = document.createElement("table");
  table.createCaption().append(cell("span", `Effects of ${describe(runNumber, place)[0]}`));
  const headings = effectsOf(panels[0], place).map(([what]) => cell("th", what, "col", true));
  table.createTHead().insertRow().append(cell("th", "Measured on", "col"), ...headings);
  const body = table.createTBody();
  for (const panel of panels) {
    const values = effectsOf(panel, place).map(([, value]) => cell("td", value, "", true));
    body.insertRow().append(cell("th", panel.words, "row"), ...values);
  }
  return table;
}

function unmark() {
  mark(null, null);
}

function toggleMark(run, place) {
  if (marking.run === run && marking.place === place) unmark();
  else mark(run, place);
}

function markFromTable(button) {
  toggleMark(Number(button.dataset.run), Number(button.dataset.place));
  const plot = plots.find((p) => p.dataset.run === button.dataset.run && p.dataset.panel === button.dataset.measure)
    || plots.find((p) => p.dataset.run === button.dataset.run);
  if (marking.place !== null && plot) {
    draw(plot);
    plot.parentElement.scrollIntoView({block: "center"});
  }
}

// By its name, or as the page calls it: "Group 42".
function markByName(asked) {
  const name = asked.trim();
  if (!name) {
    markedText.textContent = `Type the name of a group, such as ${data.groups[0].name[0]}.`;
    return;
  }
  const bare = name.replace(/^group\s+/i, "");
  for (const wanted of [name, bare]) {
    const run = data.runs.findIndex((one) => groupsOf(one).name.includes(wanted));
    if (run >= 0) {
      mark(run, groupsOf(data.runs[run]).name.indexOf(wanted));
      return;
    }
  }
  markedText.textContent = `No group is named ${bare}.`;
}
