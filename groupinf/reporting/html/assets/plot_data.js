"use strict";
// What is drawn: effects of every group, decoded when they are first asked for, and what is said of the groups.
const data = JSON.parse(document.getElementById("plot-data").textContent);
const decoded = new Map();

function arrayAt(place) {
  if (!decoded.has(place)) {
    const text = atob(data.arrays[place]);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    decoded.set(place, Float64Array.from(new Float32Array(bytes.buffer)).map((value) => value * data.units[place]));
  }
  return decoded.get(place);
}

function actualIn(panel) {
  return arrayAt(panel.actual);
}

function predictedIn(panel, method) {
  return arrayAt(panel.predicted[method]);
}

function groupsOf(run) {
  return data.groups[run.groups];
}

function kindOf(groups, place) {
  return groups.kinds[groups.kind[place]];
}

// A group in the words that name it: its name, its kind, its size, what made it.
function wordsOf(groups, place) {
  const rows = groups.size[place];
  const size = `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;
  const made = groups.origins[groups.made[place]];
  return [`Group ${groups.name[place]}`, kindOf(groups, place).name, size, made].filter(Boolean);
}

// At most so many groups, in the order of their places: those with the largest |actual|, |predicted| and
// |predicted − actual|, a sixth each, and the others evenly along the actual effects.
function thinned(actual, predicted, most) {
  const places = Uint32Array.from(actual.keys());
  if (places.length <= most) return places;
  const kept = new Set();
  const sizes = [actual, predicted, predicted.map((value, place) => value - actual[place])];
  for (const size of sizes.map((values) => values.map(Math.abs))) {
    for (const place of largestOf(size, Math.floor(most / 6))) kept.add(place);
  }
  const others = places.filter((place) => !kept.has(place)).sort((a, b) => actual[a] - actual[b]);
  const free = most - kept.size;
  for (let i = 0; i < free; i++) kept.add(others[Math.floor(((i + 0.5) * others.length) / free)]);
  return Uint32Array.from(kept).sort();
}

function largestOf(values, most) {
  const least = values.slice().sort()[values.length - most];
  return [...values.keys()].filter((place) => values[place] >= least).slice(0, most);
}
