"use strict";
// Groups are found by any part of what the page says of them; of several a reader chooses from a list.
const MOST_MATCHES = 12;
const findBox = document.getElementById("find");
const matchList = document.getElementById("matches");
const foundText = document.getElementById("found");
const searched = new Map(); // by number of data.groups, name, kind and what made each group, in small letters

function textsOf(number) {
  if (!searched.has(number)) {
    const groups = data.groups[number];
    const text = (name, place) => [`Group ${name}`, kindOf(groups, place).name, madeOf(groups, place)].join(" · ");
    searched.set(number, groups.name.map((name, place) => text(name, place).toLowerCase()));
  }
  return searched.get(number);
}

// {run, place} of the groups whose words hold what is asked: those of just that name first, then names that begin so.
function matching(asked) {
  const wanted = asked.trim().toLowerCase().replace(/\s+/g, " ");
  const bare = wanted.replace(/^group /, "");
  const found = [];
  data.groups.forEach((groups, number) => {
    const run = data.runs.findIndex((one) => one.groups === number);
    textsOf(number).forEach((text, place) => {
      if (!text.includes(wanted)) return;
      const name = groups.name[place].toLowerCase();
      found.push({run, place, rank: name === bare ? 0 : name.startsWith(bare) ? 1 : 2});
    });
  });
  return found.sort((a, b) => a.rank - b.rank);
}

function counted(found) {
  return `${counting.format(found.length)} ${found.length === 1 ? "group" : "groups"}`;
}

function matchButton({run, place}) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = describe(run, place).join(" · ");
  button.addEventListener("click", () => choose({run, place}));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function choose({run, place}) {
  closeMatches();
  mark(run, place);
  foundText.textContent = `Marked: ${describe(run, place)[0]}.`;
  findBox.focus();
}

function closeMatches() {
  matchList.hidden = true;
}

function showMatches(found) {
  matchList.replaceChildren(...found.slice(0, MOST_MATCHES).map(matchButton));
  matchList.hidden = found.length === 0;
  const more = found.length > MOST_MATCHES ? `, of which the list has the first ${MOST_MATCHES}` : "";
  foundText.textContent = found.length ? `${counted(found)} found${more}.` : "";
}

function look() {
  if (findBox.value.trim()) return showMatches(matching(findBox.value));
  closeMatches();
  foundText.textContent = "";
}

// One match is marked, and one that is named just so; of several a reader chooses; where there is none, none is marked.
function markFound() {
  const asked = findBox.value.trim();
  if (!asked) {
    closeMatches();
    foundText.textContent = `Type a part of a group's name, such as ${data.groups[0].name[0]}.`;
    return;
  }
  const found = matching(asked);
  const named = found.filter(({rank}) => rank === 0);
  if (found.length === 1) return choose(found[0]);
  if (named.length === 1) return choose(named[0]);
  showMatches(found);
  if (found.length) {
    foundText.textContent += " Choose one.";
  } else {
    unmark();
    foundText.textContent = `No group has “${asked}” in its name, its kind or what made it.`;
  }
}

// Arrows go through the list, from the box and back to it.
function stepThroughMatches(event) {
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (!step || matchList.hidden) return;
  const stops = [findBox, ...matchList.querySelectorAll("button")];
  const next = stops[stops.indexOf(document.activeElement) + step];
  event.preventDefault();
  if (next) next.focus();
}
