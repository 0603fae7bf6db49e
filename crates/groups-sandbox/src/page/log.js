// The live log: asks for what is new and waits for it, newest on top. Bodies are written out when somebody opens an entry.

import { control, shortened } from "./api.js";
import { byId, el, setText, show } from "./dom.js";

const SHOWN = 300;
const WAIT_S = 25;
const RETRY_MS = 2_000;
/** News are fetched at most this often, so that a crowd does not keep the page from everything else. */
const BATCH_MS = 200;
/** News are read out at most this often. */
const READ_OUT_MS = 3_000;
const OUTCOMES = {
  delivered: ["delivered", "good"],
  dropped: ["lost on purpose", "warn"],
  given_up: ["given up after seven days", "bad"],
};

const names = new Set();
let seen = 0;
let paused = false;
let unread = [];

/** `onNews()` is called when something has happened. */
export function start({ onNews }) {
  for (const id of ["log-kind", "log-name"]) byId(id).addEventListener("change", filter);
  byId("log-pause").addEventListener("click", () => {
    paused = !paused;
    setText(byId("log-pause"), paused ? "Go on" : "Pause");
    wake();
  });
  byId("log-clear").addEventListener("click", () => {
    byId("log-list").replaceChildren();
    filter();
  });
  setInterval(readOut, READ_OUT_MS);
  filter();
  follow(onNews);
}

let wake = () => {};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function follow(onNews) {
  // What is there already is fetched without waiting, and is no news.
  let first = true;
  for (;;) {
    if (paused) {
      await new Promise((resolve) => {
        wake = resolve;
      });
      continue;
    }
    try {
      const { entries, next } = await control("GET", `/log?after=${seen}&wait=${first ? 0 : WAIT_S}&last=${SHOWN}`);
      // What came meanwhile is fetched again when it goes on.
      if (paused) continue;
      // A sandbox that was started anew counts from nothing.
      const again = next < seen;
      seen = again ? 0 : next;
      if (!again && entries.length > 0) {
        add(entries, next - entries.length);
        if (!first) unread.push(...entries);
        onNews();
      }
      first = false;
      await pause(BATCH_MS);
    } catch {
      await pause(RETRY_MS);
    }
  }
}

function add(entries, before) {
  const fragment = document.createDocumentFragment();
  entries.forEach((entry, index) => fragment.prepend(makeEntry(entry, before + index + 1)));
  const list = byId("log-list");
  list.prepend(fragment);
  // The oldest go, but not under the hands of somebody who reads one.
  while (list.children.length > SHOWN && !list.lastElementChild.contains(document.activeElement)) list.lastElementChild.remove();
  offerNames(entries);
  filter();
}

const nameOf = (entry) => (entry.kind === "call" ? (entry.operation ?? "no operation") : eventOf(entry));

function eventOf(entry) {
  const value = entry.body?.entry?.[0]?.changes?.[0]?.value;
  return value?.groups?.[0]?.type ?? "webhook";
}

function offerNames(entries) {
  for (const name of entries.map(nameOf).filter((name) => !names.has(name)).sort()) {
    if (names.has(name)) continue;
    names.add(name);
    byId("log-name").append(el("option", { value: name }, name));
  }
}

function makeEntry(entry, number) {
  const [verdict, tone] = entry.kind === "call" ? verdictOfCall(entry) : verdictOfWebhook(entry);
  const title = entry.kind === "call" ? `${entry.method} ${shortened(entry.path)}` : eventOf(entry);
  const bodies = el("div", { class: "inside" });
  const fault = entry.fault ? el("span", { class: "badge warn" }, "Fault") : null;
  const details = el("details", {},
    el("summary", {},
      el("span", { class: "entry-head" },
        el("span", { class: `badge ${entry.kind}` }, entry.kind === "call" ? "Call" : "Webhook"),
        el("span", { class: "entry-title" }, title)),
      el("span", { class: "facts" },
        el("span", { class: `verdict ${tone}` }, verdict), fault,
        el("time", { datetime: new Date(entry.at_ms).toISOString() }, timeOf(entry.at_ms)))),
    bodies);
  details.addEventListener("toggle", () => {
    if (details.open && bodies.childElementCount === 0) bodies.append(...(entry.kind === "call" ? partsOfCall(entry) : partsOfWebhook(entry)));
  });
  return el("li", { "data-kind": entry.kind, "data-name": nameOf(entry), value: String(number) }, details);
}

function verdictOfCall({ status }) {
  if (status === null) return ["no answer", "bad"];
  if (status < 300) return [`${status} ${status === 206 ? "in part" : "OK"}`, status === 206 ? "warn" : "good"];
  if (status < 500) return [`${status} refused`, "warn"];
  return [`${status} failed`, "bad"];
}

function verdictOfWebhook({ outcome, attempt }) {
  const known = OUTCOMES[outcome];
  const again = attempt > 1 ? ` at try ${attempt}` : "";
  if (known) return [`${known[0]}${again}`, known[1]];
  if (outcome.refused) return [`receiver answered ${outcome.refused}${again}`, "bad"];
  return [`not delivered: ${outcome.failed ?? "unknown"}${again}`, "bad"];
}

function partsOfCall(entry) {
  return [
    fact("Operation", entry.operation ?? "none; nothing is there"),
    fact("Path", entry.path),
    fact("Took", `${entry.took_ms} ms`),
    entry.fault ? fact("Hit by the fault", entry.fault) : null,
    ...body("Request body", entry.request),
    ...body("Response body", entry.response),
  ].filter(Boolean);
}

function partsOfWebhook(entry) {
  return [
    fact("To", entry.url),
    fact("Delivery", `number ${entry.delivery}, try ${entry.attempt}`),
    fact("Group", entry.group_id),
    ...body("Body", entry.body),
  ];
}

function fact(name, value) {
  return el("p", { class: "fact" }, el("span", { class: "muted" }, `${name}: `), el("code", {}, value));
}

/** A body as JSON over several lines; what is none stands as it came. */
function body(title, value) {
  if (value === null) return [el("p", { class: "muted" }, `${title}: empty`)];
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  // It may scroll sideways, so the keyboard has to get there.
  return [el("p", { class: "muted" }, `${title}:`), el("pre", { tabindex: "0", role: "group", "aria-label": title }, text)];
}

function timeOf(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false });
}

function filter() {
  const [kind, name] = [byId("log-kind").value, byId("log-name").value];
  let any = false;
  for (const node of byId("log-list").children) {
    const fits = (kind === "" || node.dataset.kind === kind) && (name === "" || node.dataset.name === name);
    show(node, fits);
    any ||= fits;
  }
  const none = byId("log-list").childElementCount === 0
    ? "Nothing yet. Calls of the API and webhooks appear here as they happen."
    : "Nothing in the log matches.";
  setText(byId("log-empty"), none);
  show(byId("log-empty"), !any);
}

function readOut() {
  if (unread.length === 0) return;
  const last = unread.at(-1);
  const [verdict] = last.kind === "call" ? verdictOfCall(last) : verdictOfWebhook(last);
  const count = unread.length === 1 ? "" : `${unread.length} new in the log, the last one: `;
  setText(byId("log-news"), `${count}${last.kind} ${nameOf(last)}, ${verdict}`);
  unread = [];
}
