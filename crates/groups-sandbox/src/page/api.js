// The two ways to the sandbox: the control API, which needs no key, and the API itself, called as any client calls it.

/** Something the sandbox would not do, in its own words; `kind` is one word for it. */
export class Refused extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

const NO_ANSWER = "The sandbox does not answer.";
/** A scripted fault may keep an answer back for good. */
const PATIENCE_MS = 15_000;

const reach = new EventTarget();
let key = "";

/** Hears whether the sandbox answers, each time that is found out. */
export function onReach(listener) {
  reach.addEventListener("change", (event) => listener(event.detail));
}

export function setKey(value) {
  key = value;
}

/** A call of the control API: what it answers, or a `Refused`. */
export async function control(method, path, body, signal) {
  let response;
  try {
    response = await fetch(`/sandbox${path}`, request(method, {}, body, signal));
  } catch (error) {
    if (error.name === "AbortError") throw error;
    reach.dispatchEvent(new CustomEvent("change", { detail: false }));
    throw new Refused("gone", NO_ANSWER);
  }
  reach.dispatchEvent(new CustomEvent("change", { detail: true }));
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.error.kind, answer.error.message);
  return answer;
}

/** A call of the API with the key. Gives a sentence about the answer, or throws one. */
export async function call(method, path, body) {
  const what = `${method} ${shortened(path)}`;
  let response, text;
  try {
    const options = request(method, { "D360-API-KEY": key }, body, AbortSignal.timeout(PATIENCE_MS));
    response = await fetch(path, options);
    text = await response.text();
  } catch (error) {
    const why = error.name === "TimeoutError" ? "was not answered in time" : "lost its connection";
    throw new Refused("no_answer", `${what} ${why}; see the log.`);
  }
  if (!response.ok) throw new Refused("api", `${what} was answered ${response.status}: ${reason(text)}`);
  return `${what} was answered ${response.status}${receipt(text)}.`;
}

function request(method, headers, body, signal) {
  if (body === undefined) return { method, headers, signal };
  return { method, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body), signal };
}

/** A path with its long ids cut. */
export function shortened(path) {
  return path.replace(/[A-Za-z0-9_%=-]{24,}/g, (id) => `${id.slice(0, 6)}…${id.slice(-4)}`);
}

/** Why the API refused, out of any of its envelopes. */
function reason(text) {
  const body = parsed(text);
  const error = body?.error ?? body?.meta?.developer_message;
  if (typeof error === "string") return error;
  const details = error?.error_data?.details;
  const message = [error?.message, details].filter(Boolean).join(": ");
  return message || text.slice(0, 200) || "an empty body";
}

function receipt(text) {
  const id = parsed(text)?.request_id;
  return id ? `, request id ${id}; the outcome follows` : "";
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
