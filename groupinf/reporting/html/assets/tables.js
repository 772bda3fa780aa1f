"use strict";
// What tables do: sort; on a narrow screen become cards or, with few columns, close up, where they are short and without
// drawings; say where more of them is hidden; unfold on paper.
const MOST_CARDS = 16;
const MOST_CLOSE = 6; // columns that stand side by side on a phone
const MOST_LINES = 10; // of a card: columns of the table

// Tables sort by the button that was pressed: first downwards for numbers, upwards for words; then the other way.
function sortKey(row, column) {
  const cell = row.cells[column];
  const order = cell.dataset.order;
  return order === undefined ? cell.textContent : order === "" ? null : Number(order);
}

function compared(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", {numeric: true});
}

function sortBy(header) {
  const column = header.cellIndex;
  const table = header.closest("table");
  const numeric = header.matches(".number, .wide");
  const before = header.getAttribute("aria-sort");
  const downwards = before === null ? numeric : before === "ascending";
  const keyed = [...table.tBodies[0].rows].map((row) => [sortKey(row, column), row]);
  const known = keyed.filter(([key]) => key !== null);
  const unknown = keyed.filter(([key]) => key === null);
  known.sort(([a], [b]) => (downwards ? compared(b, a) : compared(a, b)));
  table.tBodies[0].append(...[...known, ...unknown].map(([, row]) => row));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", downwards ? "descending" : "ascending");
}

for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
  button.disabled = button.closest("table").tBodies[0].rows.length < 2;
}

// page.css makes the rows of such a table cards on a narrow screen: each cell brings the heading of its column.
// The roles keep it a table for screen readers, whatever is displayed.
function allowCards(table) {
  const headings = [...table.tHead.rows[0].cells];
  table.classList.add("cards");
  table.setAttribute("role", "table");
  for (const part of [table.tHead, ...table.tBodies]) part.setAttribute("role", "rowgroup");
  for (const heading of headings) heading.setAttribute("role", "columnheader");
  for (const row of table.rows) row.setAttribute("role", "row");
  for (const cell of table.querySelectorAll("tbody th, tbody td")) {
    cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
    cell.dataset.heading = headings[cell.cellIndex].querySelector("button").firstChild.textContent;
  }
}

// Its long headings may break.
function closeUp(table) {
  table.classList.add("close");
  for (const button of table.tHead.querySelectorAll("button")) {
    const heading = button.firstChild;
    heading.textContent = heading.textContent.replace(/(Spear|Under|pre)(?=man|estimated|dicted)/, "$1\u00ad");
  }
}

// A table wider than its box has a shadow on each side where more of it is, and can be scrolled with the keyboard.
function showSides(box) {
  const hidden = box.scrollWidth - box.clientWidth;
  box.classList.toggle("scrolls", hidden > 1);
  box.classList.toggle("more-left", box.scrollLeft > 1);
  box.classList.toggle("more-right", hidden - box.scrollLeft > 1);
  if (hidden > 1) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}

const sides = new ResizeObserver((entries) => {
  for (const box of new Set(entries.map(({target}) => target.closest(".scroll")))) showSides(box);
});
for (const table of document.querySelectorAll(".scroll > table")) {
  const [cards, lines] = [table.tBodies[0].rows.length, table.tHead.rows[0].cells.length];
  const short = cards <= MOST_CARDS && lines <= MOST_LINES && !table.querySelector(".wide");
  if (short && lines <= MOST_CLOSE) closeUp(table);
  else if (short) allowCards(table);
  sides.observe(table);
}
for (const box of document.querySelectorAll(".scroll")) {
  sides.observe(box);
  box.addEventListener("scroll", () => showSides(box), {passive: true});
}

// What is folded is printed too, and folded again afterwards.
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not([open])")) {
    folded.open = true;
    folded.dataset.folded = "";
  }
});
window.addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll("details[data-folded]")) {
    folded.open = false;
    delete folded.dataset.folded;
  }
});
