"use strict";
// One group at a time is marked: ringed in every plot of its run, pressed in the table, described below the controls.
const marking = {run: null, place: null};
const markedText = document.getElementById("marked");

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
  markedText.textContent = place === null ? "No group is marked." : `Marked: ${describe(run, place).join(" · ")}`;
  redraw();
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

function markByName(name) {
  for (const [number, run] of data.runs.entries()) {
    const place = groupsOf(run).name.indexOf(name);
    if (place >= 0) {
      mark(number, place);
      return;
    }
  }
  markedText.textContent = `No group is named ${name}.`;
}
