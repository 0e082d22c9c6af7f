// Small pieces of the page.

import { isAcknowledged, isLatched, isQuiet, marks, nameOf } from "./model.js";

export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") node.className = value;
    else if (key === "on") for (const [type, handler] of Object.entries(value)) node.addEventListener(type, handler);
    else if (key in node && !key.startsWith("aria")) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Sets a text only where it differs: the page is laid out anew with every change. */
export function put(node, text) { if (node.textContent !== text) node.textContent = text; }

/** The mark of a priority: a colour, a shape and exclamation marks, each enough by itself. */
export function mark(priority) {
  return element("span", { class: `mark ${priority}`, title: `${priority} priority` },
    element("span", {}, marks[priority] ?? "?"));
}

export function clock(time) {
  const date = typeof time === "string" ? new Date(time) : new Date(time ?? NaN);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString([], { hour12: false });
}

export function duration(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor(s / 60) % 60).padStart(2, "0")} min`;
}

export const startedAt = (event) =>
  event.onset?.time ?? event.detection?.time ?? event.wall?.publishedAt ?? null;

/** One alarm with its words and, for an operator, its button. */
export function alarmItem(event, { onAcknowledge, onOpen, canAct, withBed = true }) {
  const isDone = isAcknowledged(event);
  const words = element("div", { class: "words" },
    element("strong", {}, withBed ? `${event.stream ?? "ecgd"} ` : "", nameOf(event.condition)),
    element("span", { class: "reason" }, event.reason ?? ""),
    element("span", { class: "when" },
      `since ${clock(startedAt(event)) || "—"}`, isDone ? " · acknowledged" : "",
      isDone && event.acknowledged?.by ? ` by ${event.acknowledged.by}` : "",
      isLatched(event) ? " · over, not yet seen" : "", event.escalated ? " · raised: nobody came" : "",
      event.paused && event.condition !== "alarmsPaused" ? " · paused" : "",
      event.mode && event.mode !== "real" ? ` · ${event.mode}` : ""));
  const item = element("li", {
    class: `alarm ${event.priority} ${event.kind} ${isDone ? "acknowledged" : isQuiet(event) ? "quiet" : "open"}`, "data-alarm": event.alarm,
  }, mark(event.priority), words);
  if (onOpen && event.stream) words.addEventListener("click", () => onOpen(event.stream));
  if (canAct && !isDone) {
    item.append(element("button", {
      class: "acknowledge", title: `Acknowledge ${nameOf(event.condition)} of ${event.stream ?? "ecgd"}`,
      on: { click: (click) => { click.stopPropagation(); onAcknowledge(event); } },
    }, "Ack"));
  }
  return item;
}

/** Replaces a list's items only where something in them changed. */
export function renew(list, signature, make) {
  if (list.dataset.signature === signature) return;
  list.dataset.signature = signature;
  const focused = list.contains(document.activeElement)
    ? document.activeElement.closest("[data-alarm]")?.dataset.alarm : null;
  list.replaceChildren(...make());
  if (focused) list.querySelector(`[data-alarm="${CSS.escape(focused)}"] button`)?.focus();
}
