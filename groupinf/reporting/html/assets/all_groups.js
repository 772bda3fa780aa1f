"use strict";
// All groups in a table: what is measured is chosen, rows are found by any part of their words and sorted by a column,
// a page of them is shown at a time. It is built when it is first unfolded, from the numbers that the plots have.
const ROWS_SHOWN = 25;
const wholeTable = document.getElementById("all-groups");
const listing = {run: 0, panel: null, asked: "", column: "actual", downwards: true, page: 0, marked: null};
const rankings = new Map(); // by place in data.arrays
const collator = new Intl.Collator("en", {numeric: true});

function made(name, attributes, ...children) {
  const element = Object.assign(document.createElement(name), attributes);
  element.append(...children);
  return element;
}

function listedRun() {
  return data.runs[listing.run];
}

function listedGroups() {
  return groupsOf(listedRun());
}

function listedPanel() {
  return listedRun().panels[listing.panel];
}

function wholeName(groups, place) {
  return groups.long_names[place] ?? groups.name[place];
}

function wholeOrigin(groups, place) {
  return groups.long_origins[groups.made[place]] ?? groups.origins[groups.made[place]];
}

// 1 is the largest rise; equal effects share the best of their ranks.
function ranksOf(arrayPlace) {
  if (!rankings.has(arrayPlace)) {
    const values = arrayAt(arrayPlace);
    const order = Uint32Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
    const ranks = new Uint32Array(values.length);
    order.forEach((place, i) => {
      ranks[place] = i > 0 && values[place] === values[order[i - 1]] ? ranks[order[i - 1]] : i + 1;
    });
    rankings.set(arrayPlace, ranks);
  }
  return rankings.get(arrayPlace);
}

// What the columns are: a heading, the key in the CSV file, the value of a group there, for numbers how it is shown, and
// whether it is a rank, of which the best comes first.
function listedColumns() {
  const groups = listedGroups();
  const panel = listedPanel();
  const whole = (value) => value.toLocaleString("en");
  const effects = [["actual", "Actual", panel.actual], ...Object.entries(panel.predicted).map(
    ([method, place]) => [method, data.methods[method], place],
  )];
  return [
    {key: "name", heading: "Group", of: (place) => wholeName(groups, place)},
    {key: "kind", heading: "Kind", of: (place) => kindOf(groups, place).name},
    {key: "size", heading: "Size", of: (place) => groups.size[place], shown: whole},
    {key: "made_from", heading: "What made it", of: (place) => wholeOrigin(groups, place), words: true},
    ...effects.flatMap(([key, heading, at]) => [
      {key, heading, of: seven(at), shown: written},
      {key: `${key}_rank`, heading: `${heading}: rank`, of: (place) => ranksOf(at)[place], shown: whole, rank: true},
      ...(key === "actual" && panel.ends ? endColumns(panel.ends, whole) : []),
    ]),
  ];
}

function seven(at) {
  return (place) => Number(arrayAt(at)[place].toPrecision(7));
}

// The ends of the intervals over test rows of the actual effect and of its rank.
function endColumns([low, high, rankLow, rankHigh], whole) {
  return [
    {key: "actual_low", heading: "Actual: from", of: seven(low), shown: written},
    {key: "actual_high", heading: "Actual: to", of: seven(high), shown: written},
    {key: "actual_rank_low", heading: "Rank: from", of: (place) => arrayAt(rankLow)[place], shown: whole, rank: true},
    {key: "actual_rank_high", heading: "Rank: to", of: (place) => arrayAt(rankHigh)[place], shown: whole, rank: true},
  ];
}

function listedPlaces() {
  const groups = listedGroups();
  const asked = listing.asked.trim().toLowerCase().replace(/\s+/g, " ").replace(/^group /, "");
  const texts = (place) => [wholeName(groups, place), kindOf(groups, place).name, wholeOrigin(groups, place)];
  const places = [...groups.name.keys()].filter(
    (place) => !asked || texts(place).some((text) => text.toLowerCase().includes(asked)),
  );
  const columns = listedColumns();
  const {of, shown} = columns.find(({key}) => key === listing.column) ?? columns[0];
  const keys = places.map(of);
  const compare = shown ? (a, b) => keys[a] - keys[b] : (a, b) => collator.compare(keys[a], keys[b]);
  const order = [...places.keys()].sort(listing.downwards ? (a, b) => compare(b, a) : compare);
  return order.map((i) => places[i]);
}

function headingCell(column) {
  const sign = made("span", {className: "order", ariaHidden: "true"});
  const button = made("button", {type: "button"}, column.heading, sign);
  const cell = made("th", {scope: "col", className: classOf(column)}, button);
  if (listing.column === column.key) cell.ariaSort = listing.downwards ? "descending" : "ascending";
  button.addEventListener("click", () => {
    const again = listing.column === column.key;
    listing.downwards = again ? !listing.downwards : Boolean(column.shown) && !column.rank;
    listing.column = column.key;
    showListing({page: 0});
    [...wholeTable.querySelectorAll("thead button")][listedColumns().findIndex(({key}) => key === column.key)].focus();
  });
  return cell;
}

function classOf(column) {
  return column.shown ? "number" : column.words ? "words" : "";
}

function isListedMark(place) {
  const {run, group} = listing.marked ?? {};
  return run !== undefined && listedGroups().number[place] === group && data.runs[run].groups === listedRun().groups;
}

function nameCell(place, name) {
  const about = {type: "button", className: "marks-group", ariaPressed: String(isListedMark(place))};
  const button = made("button", about, name);
  Object.assign(button.dataset, {run: listing.run, group: listedGroups().number[place], measure: listing.panel});
  return made("th", {scope: "row"}, wholeTable.dataset.marks ? button : name);
}

function rowOf(place, columns) {
  const [first, ...others] = columns.map(({of, shown}) => (shown ? shown(of(place)) : of(place)));
  const cells = others.map((text, i) => made("td", {className: classOf(columns[i + 1])}, text));
  const row = made("tr", {}, nameCell(place, first), ...cells);
  row.dataset.group = listedGroups().number[place];
  return row;
}

// Anywhere on its row marks a group, or no longer; its button does so by itself.
function markByRow(event) {
  const row = event.target.closest("tbody tr");
  if (!row || event.target.closest("button")) return;
  const group = Number(row.dataset.group);
  const again = row.querySelector("[aria-pressed=true]");
  document.dispatchEvent(new CustomEvent("mark-group", {detail: again ? {} : {run: listing.run, group}}));
}

function showListing(change) {
  Object.assign(listing, change);
  const places = listedPlaces();
  const columns = listedColumns();
  const all = listedGroups().name.length;
  const from = listing.page * ROWS_SHOWN;
  const shown = places.slice(from, from + ROWS_SHOWN);
  wholeTable.querySelector("thead").replaceChildren(made("tr", {}, ...columns.map(headingCell)));
  wholeTable.querySelector("tbody").replaceChildren(...shown.map((place) => rowOf(place, columns)));
  const found = `${places.length.toLocaleString("en")}${places.length < all ? ` of ${all.toLocaleString("en")}` : ""}`;
  const [first, last] = [from + 1, from + shown.length].map((row) => row.toLocaleString("en"));
  const reach = places.length > ROWS_SHOWN ? `, shown ${first} to ${last}` : "";
  document.getElementById("all-found").textContent = `${found} ${all === 1 ? "group" : "groups"}${reach}`;
  document.getElementById("all-before").disabled = listing.page === 0;
  document.getElementById("all-after").disabled = from + ROWS_SHOWN >= places.length;
  showSides(wholeTable.querySelector(".scroll"));
}

function quoted(value) {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// All groups by their numbers, whatever is found, with what they are on the chosen measure.
function listingAsCsv() {
  const groups = listedGroups();
  const columns = listedColumns();
  const lines = [["group", ...columns.map(({key}) => key)]];
  for (const place of groups.name.keys()) lines.push([groups.number[place], ...columns.map(({of}) => of(place))]);
  return lines.map((line) => line.map(quoted).join(",") + "\n").join("");
}

function download() {
  const file = new Blob([listingAsCsv()], {type: "text/csv;charset=utf-8"});
  const name = [document.title, listedRun().label, listedPanel().file].filter(Boolean).join(" ");
  const safe = name.replace(/[^\p{L}\p{N}._=-]+/gu, "-").replace(/^[.-]+|-+$/g, "");
  const link = made("a", {href: URL.createObjectURL(file), download: `${safe}.csv`});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function chosenFrom(label, options, value, change) {
  const choices = options.map(([key, words]) => made("option", {value: key, selected: key === value}, words));
  const select = made("select", {autocomplete: "off"}, ...choices);
  select.addEventListener("change", () => change(select.value));
  return made("label", {}, label, select);
}

function listingControls() {
  const about = {type: "search", id: "all-asked", placeholder: "name, kind, what made it", autocomplete: "off"};
  const search = made("input", {...about, value: listing.asked});
  search.addEventListener("input", () => showListing({asked: search.value, page: 0}));
  const runs = data.runs.map(({label}, i) => [String(i), label]);
  const panels = Object.entries(listedRun().panels).map(([key, {words}]) => [key, words]);
  const button = made("button", {type: "button", id: "all-download"}, "Download all as CSV");
  button.addEventListener("click", download);
  const choices = runs.length > 1 ? [chosenFrom("Run ", runs, String(listing.run), chooseListedRun)] : [];
  choices.push(chosenFrom("Measured on ", panels, listing.panel, (panel) => showListing({panel, page: 0})));
  return [...choices, made("label", {}, "Search ", search), button];
}

function chooseListedRun(value) {
  const panels = Object.keys(data.runs[Number(value)].panels);
  const panel = panels.includes(listing.panel) ? listing.panel : panels[0];
  Object.assign(listing, {run: Number(value), panel, page: 0});
  wholeTable.querySelector(".controls").replaceChildren(...listingControls());
  showListing({});
  wholeTable.querySelector("select").focus();
}

function pageButton(id, words, step) {
  const button = made("button", {type: "button", id}, words);
  button.addEventListener("click", () => showListing({page: listing.page + step}));
  return button;
}

function buildListing() {
  if (wholeTable.childElementCount) return;
  listing.panel = Object.keys(listedRun().panels)[0];
  const caption = made("caption", {className: "unseen"}, "All groups");
  const table = made("table", {}, caption, made("thead", {}), made("tbody", {}));
  const box = made("div", {className: "scroll", role: "region", ariaLabel: "All groups"}, table);
  box.addEventListener("scroll", () => showSides(box), {passive: true});
  if (wholeTable.dataset.marks) table.addEventListener("click", markByRow);
  const found = made("output", {id: "all-found"});
  const steps = [pageButton("all-before", "Previous", -1), pageButton("all-after", "Next", 1)];
  const pager = made("p", {className: "pager"}, ...steps, found);
  wholeTable.append(made("div", {className: "controls"}, ...listingControls()), box, pager);
  sides.observe(table);
  showListing({});
}

document.addEventListener("group-marked", ({detail}) => {
  listing.marked = detail.group === null ? null : detail;
});
wholeTable.closest("details").addEventListener("toggle", buildListing);
