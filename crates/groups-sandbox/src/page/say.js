// Tells what became of something: in a bar at the bottom for eyes, in a live region for ears. Asks before what cannot
// be undone.

import { byId, during } from "./dom.js";

/** Says what became of something. `bad`: it did not work. */
export function say(text, bad = false) {
  const bar = byId("outcome");
  bar.hidden = false;
  bar.classList.toggle("bad", bad);
  byId("outcome-text").textContent = bad ? `That did not work: ${text}` : text;
  const live = byId("outcome-live");
  // The same sentence twice is only read out again if it has been away in between.
  live.textContent = "";
  requestAnimationFrame(() => {
    live.textContent = byId("outcome-text").textContent;
  });
}

/** Does work and says what went wrong; whether it worked. */
export async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    say(error.message, true);
    return false;
  }
}

/** Lets a form, or a button in it, do work instead of being sent. */
export function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    during(form, work);
  });
}

/** Shows what is wrong with a field beside it; an empty text takes that back. */
export function faultOf(field, place, text) {
  place.textContent = text;
  field.setAttribute("aria-invalid", String(text !== ""));
}

/** Asks yes or no. */
export function ask(question, yes) {
  const dialog = byId("question");
  byId("question-text").textContent = question;
  byId("question-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

/** Copies a text; where the browser does not allow that, it is marked, ready to be copied by hand. */
export async function copy(node, what) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    say(`${what} is copied.`);
  } catch {
    getSelection().selectAllChildren(node);
    say(`The browser does not let the page copy. ${what} is marked; press Ctrl+C.`);
  }
}

byId("outcome-hide").addEventListener("click", () => {
  byId("outcome").hidden = true;
  byId("groups-title").focus();
});
