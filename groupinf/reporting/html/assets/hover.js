"use strict";
// The box beside the pointer: what a group is, and its effects in the plot that is pointed at. Text only, never markup.
const hoverBox = document.createElement("div");
hoverBox.className = "hover";
hoverBox.setAttribute("role", "status");
hoverBox.hidden = true;
document.body.append(hoverBox);
const pointedAt = {plot: null};

function describe(runNumber, place) {
  const run = data.runs[runNumber];
  const [title, ...about] = wordsOf(groupsOf(run), place);
  return [[run.label, title].filter(Boolean).join(": "), ...about];
}

// [what, how much] of the actual effect and of each prediction.
function effectsOf(panel, place) {
  const predicted = Object.keys(panel.predicted).map(
    (method) => [data.methods[method], written(predictedIn(panel, method)[place])],
  );
  return [["Actual", written(actualIn(panel)[place])], ...predicted];
}

function line(text, name) {
  const element = document.createElement("div");
  element.textContent = text;
  element.className = name;
  return element;
}

function showHover(plot, event) {
  const place = event.points[0].customdata;
  const [title, ...about] = describe(Number(plot.dataset.run), place);
  hoverBox.replaceChildren(
    line(title, "title"),
    ...about.map((text) => line(text, "")),
    ...effectsOf(panelOf(plot), place).map(([what, value]) => line(`${what}: ${value}`, "effect")),
  );
  hoverBox.hidden = false;
  pointedAt.plot = plot;
  const left = Math.min(event.event.clientX + 14, document.documentElement.clientWidth - hoverBox.offsetWidth - 4);
  const below = event.event.clientY + 14;
  const above = event.event.clientY - hoverBox.offsetHeight - 8;
  const top = below + hoverBox.offsetHeight > window.innerHeight ? above : below;
  hoverBox.style.left = `${Math.max(4, left)}px`;
  hoverBox.style.top = `${Math.max(4, top)}px`;
}

function hideHover() {
  hoverBox.hidden = true;
  pointedAt.plot = null;
}

// Where the page moves under a resting pointer: plotly has to forget the point too, or it would not tell of it again.
function forgetHover() {
  if (pointedAt.plot) Plotly.Fx.unhover(pointedAt.plot);
  hideHover();
}
