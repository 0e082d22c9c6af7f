// The page: joins what comes over the wire, the tiles, the bed's page, keys and buttons.

import { Live } from "./wire.js";
import { Ward, isAcknowledged, isQuiet } from "./model.js";
import { Tile } from "./tile.js";
import { BedPage } from "./bed.js";
import { Sound } from "./sound.js";
import { Operator } from "./operator.js";
import { alarmItem, clock, duration, put, renew } from "./parts.js";

const $ = (id) => document.getElementById(id);
const ward = new Ward();
const tiles = new Map();
const sound = new Sound($("sound"));
const operator = new Operator({ say });
let page = null;
const actions = {
  open: (bed) => { location.hash = `bed/${encodeURIComponent(bed)}`; },
  acknowledge: (event) => operator.acknowledge(event),
  pause: (bed, seconds = 120) => operator.pause(bed, seconds),
  resume: (bed) => operator.resume(bed),
};

const live = new Live({
  onText(message) {
    if (message.type === "hello") { ward.hello = message; operator.hello(message); }
    else if (message.type === "link") ward.link = message;
    else if (message.type === "status") ward.setStatus(message.status);
    else if (message.type === "snapshot") ward.setSnapshot(message.alerts);
    else if (message.type === "alert") { ward.take(message.event); page?.alarmChanged(message.event); }
    isStale = true;
  },
  onFrame(frame) { ward.bed(frame.stream).take(frame); },
  onChange() { isStale = true; if (!live.isUp) forgetSignals(); },
});

let isStale = true;
let trendColours = readColours();

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return { limit: value("--limit"), over: value("--over"), bar: value("--bar"), text: value("--muted") };
}

/** What was seen before the connection was lost is no longer shown as if it were going on. */
function forgetSignals() {
  for (const bed of ward.beds.values()) {
    bed.heardAt = -Infinity;
    bed.recent = [];
    for (const strip of bed.strips) { strip.path = null; strip.reset(); }
  }
}

function say(text, kind = "note") {
  const node = document.createElement("p");
  node.className = kind;
  node.textContent = text;
  $("messages").append(node);
  setTimeout(() => node.remove(), 8000);
}

// Words and marks, four times a second.
function update() {
  const names = ward.bedNames;
  const isWhole = names.length === tiles.size && names.every((name) => tiles.has(name));
  if (!isWhole) layTiles(names);
  const canAct = operator.canAct;
  const alarms = ward.sortedAlarms();
  for (const [name, tile] of tiles) {
    const own = alarms.filter((event) => event.stream === name);
    tile.bed.conditions = new Set(own.map((event) => event.condition));
    tile.update(own, canAct, trendColours);
  }
  renew($("alarm-list"), alarms.map((e) => e.alarm + e.sequence).join() + canAct, () => alarms.map((event) =>
    alarmItem(event, { onAcknowledge: actions.acknowledge, onOpen: actions.open, canAct })));
  put($("alarm-count"), alarms.length ? `${alarms.length}` : "");
  $("no-alarms").hidden = alarms.length > 0;
  page?.update(ward, canAct, trendColours);
  updateBar(names, alarms);
  // A ward that is not watched is to be heard too.
  sound.update(isLost() ? "medium" : alarms.find((event) => !isQuiet(event))?.priority);
  isStale = false;
}

const isLost = () => performance.now() > 2500 && !(live.isUp && ward.link?.up === true);

function updateBar(names, alarms) {
  const learning = [...ward.beds.values()].filter((bed) => bed.state[0] === "learning").length;
  const inAlarm = new Set(alarms.map((event) => event.stream).filter(Boolean)).size;
  put($("summary"), [`${names.length} ${names.length === 1 ? "bed" : "beds"}`,
    learning ? `${learning} learning` : "", inAlarm ? `${inAlarm} in alarm` : ""].filter(Boolean).join(" · "));
  put($("clock"), clock(Date.now()));
  const isCovered = isLost(), isLive = live.isUp && ward.link?.up === true;
  $("lost").hidden = !isCovered;
  put($("connection"), isLive ? "live" : "NOT LIVE");
  $("connection").className = `connection ${isLive ? "up" : "down"}`;
  document.title = isCovered ? "NOT LIVE – ecgd ward"
    : alarms.length ? `(${alarms.length}) ecgd ward` : "ecgd ward";
  if (isCovered) {
    const since = live.isUp ? ward.link?.since : live.since;
    put($("lost-title"), live.isUp ? "THE MONITOR DOES NOT ANSWER" : "NO CONNECTION TO THE WARD SERVER");
    put($("lost-text"), "Nothing on this page is live. Look at the patients and at the bedside monitors.");
    put($("lost-since"), since ? `since ${clock(since)}, for ${duration(Date.now() - since)}` : "");
  }
}

function layTiles(names) {
  for (const [name, tile] of tiles) {
    if (!names.includes(name) || tile.bed !== ward.beds.get(name)) { tile.remove(); tiles.delete(name); }
  }
  for (const name of names) if (!tiles.has(name)) tiles.set(name, new Tile(ward.beds.get(name), actions));
  $("ward").append(...names.map((name) => tiles.get(name).node));
  layGrid();
}

/** As many columns as make the tiles fit the screen without getting too flat. */
function layGrid() {
  const box = $("ward"), count = tiles.size;
  if (!count || box.hidden) return;
  // The section itself grows with its tiles; what is seen of it does not.
  const width = box.clientWidth, height = box.parentElement.clientHeight - 12;
  let best = 1, bestFit = -Infinity;
  for (let columns = 1; columns <= Math.min(count, 10); columns++) {
    const w = width / columns, h = height / Math.ceil(count / columns);
    if (w < 170 && columns > 1) break;
    const isFilled = columns * Math.ceil(count / columns) === count;
    const fit = -Math.abs(Math.log(w / Math.max(h, 104) / 2.1)) - (isFilled ? 0 : 0.25) - (h < 100 ? 1 : 0);
    if (fit > bestFit) { bestFit = fit; best = columns; }
  }
  const rows = Math.ceil(count / best);
  box.style.setProperty("--columns", best);
  box.style.setProperty("--row", `${Math.max(104, Math.min(300, Math.floor(height / rows) - 6))}px`);
  box.classList.toggle("small", height / rows < 150);
  for (const tile of tiles.values()) tile.resize();
}

// The waveforms, with every picture of the screen.
let last = performance.now();
const pictures = [];
function picture(now) {
  const begun = performance.now();
  const elapsed = Math.min(0.25, (now - last) / 1000);
  last = now;
  if (page) page.advance(elapsed);
  else for (const tile of tiles.values()) if (!tile.bed.isSilent) tile.strip.advance(elapsed);
  pictures.push([now, performance.now() - begun]);
  if (pictures.length > 1200) pictures.splice(0, 600);
  requestAnimationFrame(picture);
}

function route() {
  const match = location.hash.match(/^#bed\/(.+)$/);
  page?.close();
  page = match ? new BedPage(ward, decodeURIComponent(match[1]), actions, $("bed")) : null;
  $("ward").hidden = Boolean(page);
  $("bed").hidden = !page;
  $("back").hidden = !page;
  put($("title"), page ? page.id : "Ward");
  if (!page) layGrid();
  page?.resize();
  update();
}

function focusedBed() {
  return page?.id ?? document.activeElement?.closest?.(".tile")?.dataset.bed ?? null;
}

function move(key) {
  const names = [...tiles.keys()].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  const columns = Number($("ward").style.getPropertyValue("--columns")) || 1;
  const at = names.indexOf(focusedBed());
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  const next = at < 0 ? 0 : Math.max(0, Math.min(names.length - 1, at + step));
  if (page) actions.open(names[next]); else tiles.get(names[next])?.node.focus();
}

/** Goes to the next bed, from `bed` on, whose alarm nobody has taken notice of. */
function nextAlarm(bed) {
  const names = ward.bedNames, at = names.indexOf(bed);
  const order = names.map((_, i) => names[(at + 1 + i) % names.length]);
  const next = order.find((name) => ward.sortedAlarms(name).some((event) => !isQuiet(event)));
  if (!next) say("No bed has an alarm that nobody has taken notice of.");
  else if (page) actions.open(next);
  else tiles.get(next)?.node.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input") || document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const bed = focusedBed();
  if (event.key.startsWith("Arrow")) { move(event.key); event.preventDefault(); }
  else if (event.key === "Enter" && event.target.matches(".tile")) actions.open(bed);
  else if (event.key === "Escape" && page) location.hash = "";
  else if (event.key === "?") $("help").showModal();
  else if (event.key === "s") sound.toggle();
  else if (event.key === "a" && bed) {
    const first = ward.sortedAlarms(bed).find((alarm) => !isAcknowledged(alarm));
    if (first) actions.acknowledge(first);
  } else if (event.key === "p" && bed) actions.pause(bed);
  else if (event.key === "r" && bed) actions.resume(bed);
  else if (event.key === "n") nextAlarm(bed);
});

$("ask").addEventListener("click", () => $("help").showModal());
$("back").addEventListener("click", () => { location.hash = ""; });
$("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "night" ? "paper" : "night"));

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  put($("theme"), theme === "night" ? "Day" : "Night");
  try { localStorage.setItem("theme", theme); } catch { /* a browser that keeps nothing */ }
  trendColours = readColours();
  for (const tile of tiles.values()) tile.drawnTrend = null;
  if (page) page.drawnTrend = null;
  for (const bed of ward.beds.values()) for (const strip of bed.strips) strip.colours();
}

try { setTheme(localStorage.getItem("theme") ?? "paper"); } catch { setTheme("paper"); }
let resizing = 0;
new ResizeObserver(() => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => { if (page) page.resize(); else layGrid(); });
}).observe(document.querySelector("main"));
window.addEventListener("hashchange", route);
setInterval(() => { update(); }, 250);
setInterval(() => { if (isStale) update(); }, 60);
route();
requestAnimationFrame(picture);
// For tests and for those who wonder.
window.ecgdash = { ward, live, pictures };
