"use strict";
// What is drawn: effects of every group, decoded when they are first asked for, and what is said of the groups.
const data = JSON.parse(document.getElementById("plot-data").textContent);
const decoded = new Map();
const counting = new Intl.NumberFormat("en");

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

function madeOf(groups, place) {
  return groups.origins[groups.made[place]];
}

// A group in the words that name it: its name, its kind, its size, what made it where that says more than its name.
function wordsOf(groups, place) {
  const rows = groups.size[place];
  const size = `${counting.format(rows)} ${rows === 1 ? "row" : "rows"}`;
  const made = madeOf(groups, place);
  const more = made.endsWith(`=${groups.name[place]}`) ? "" : made;
  return [`Group ${groups.name[place]}`, kindOf(groups, place).name, size, more].filter(Boolean);
}

// At most so many groups, in the order of their places: those with the largest |actual|, |predicted| and
// |predicted − actual|, a sixth each, and of the others every so-manieth: groups of a kind and a size adjoin.
function thinned(actual, predicted, most) {
  if (actual.length <= most) return [...actual.keys()];
  const kept = new Uint8Array(actual.length);
  const error = predicted.map((value, place) => value - actual[place]);
  for (const values of [actual, predicted, error]) keepLargest(kept, values.map(Math.abs), Math.floor(most / 6));
  const others = [...kept.keys()].filter((place) => !kept[place]);
  const free = Math.min(others.length, most - (kept.length - others.length));
  for (let i = 0; i < free; i++) kept[others[Math.floor(((i + 0.5) * others.length) / free)]] = 1;
  return [...kept.keys()].filter((place) => kept[place]);
}

function keepLargest(kept, sizes, most) {
  const least = sizes.slice().sort()[sizes.length - most];
  sizes.forEach((size, place) => {
    if (size > least) kept[place] = 1;
  });
}
