"use strict";
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
}
