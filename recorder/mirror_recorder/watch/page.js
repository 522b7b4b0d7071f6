"use strict";
// Each event is a pair: a request as the primary received it, and its copies at the shadow.

const MOST = 200;
const TITLES = ["time, id", "original, at the primary", "copy, at the shadow", "differences"];
const list = document.getElementById("pairs");
const state = document.getElementById("state");
const rows = new Map();

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text; // never HTML: it is what strangers sent
  if (kind) made.className = kind;
  return made;
}

function size(bytes) {
  return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
}

function described(entry) {
  const part = element("div");
  part.append(element("div", `${entry.method} ${entry.target}`, "request mono"));
  part.append(element("div", `${size(entry.length)}, sha256 ${entry.sha256.slice(0, 12)}…, ${entry.state}`, "quiet"));
  const more = element("details");
  more.append(element("summary", `${entry.headers.length} headers`));
  for (const [name, value] of entry.headers) more.append(element("div", `${name}: ${value}`, "mono"));
  part.append(more);
  return part;
}

function side(entries, nothing) {
  const cell = element("td");
  if (!entries.length) cell.append(element("span", nothing, "quiet"));
  for (const entry of entries) cell.append(described(entry));
  return cell;
}

function compared(pair) {
  const cell = element("td");
  if (pair.shadow.length > 1) cell.append(element("p", `${pair.shadow.length} copies`, "other"));
  if (!pair.primary.length || !pair.shadow.length) return cell;
  if (!pair.differences.length) cell.append(element("span", "none", "same"));
  const found = element("ul");
  for (const each of pair.differences) {
    const line = element("li");
    line.append(element("span", each, "other"));
    found.append(line);
  }
  cell.append(found);
  return cell;
}

function first(pair) {
  const cell = element("td");
  cell.append(element("div", new Date(pair.at * 1000).toLocaleTimeString([], { hour12: false })));
  cell.append(element("code", pair.id || "no id", "quiet"));
  return cell;
}

function show(pair) {
  const row = element("tr");
  row.append(first(pair), side(pair.primary, "none"), side(pair.shadow, "no copy"), compared(pair));
  [...row.cells].forEach((cell, n) => { cell.dataset.title = TITLES[n]; });
  const old = rows.get(pair.key);
  if (old) {
    const open = [...old.row.querySelectorAll("details")].map((each) => each.open);
    row.querySelectorAll("details").forEach((each, n) => { each.open = Boolean(open[n]); });
    old.row.replaceWith(row);
  } else {
    list.prepend(row);
  }
  rows.set(pair.key, { row, pair });
  while (rows.size > MOST) {
    const [oldest, { row: last }] = rows.entries().next().value;
    last.remove();
    rows.delete(oldest);
  }
}

let silent = [];
function count() {
  const pairs = [...rows.values()].map((each) => each.pair);
  const originals = pairs.filter((pair) => pair.primary.length).length;
  const copied = pairs.filter((pair) => pair.primary.length && pair.shadow.length);
  const other = copied.filter((pair) => pair.differences.length).length;
  const answers = silent.map((name) => ` The ${name} does not answer.`).join("");
  state.textContent = `Originals: ${originals}, with a copy: ${copied.length}, with differences: ${other}.${answers}`;
  document.getElementById("none").hidden = rows.size > 0;
}

const events = new EventSource("events");
events.addEventListener("pair", (event) => { show(JSON.parse(event.data)); count(); });
events.addEventListener("silent", (event) => { silent = JSON.parse(event.data); count(); });
events.addEventListener("error", () => { state.textContent = "The page's server does not answer; trying again."; });
document.getElementById("clear").addEventListener("click", () => {
  list.replaceChildren();
  rows.clear();
  count();
});
