// Builds and updates the document. Text is only ever set as text, never read as HTML: subjects come from strangers.

export const byId = (id) => document.getElementById(id);

/** An element with attributes, listeners (`onclick` and the like) and children; a child may be text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") node.toggleAttribute(name, value);
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A button whose name may say more than what is seen; it keeps the focus while its work is under way. */
export function button(label, work, attributes = {}) {
  const node = el("button", { type: "button", ...attributes }, label);
  node.addEventListener("click", () => during(node, work));
  return node;
}

/** Does work, once at a time. A disabled button would lose the focus, so it only says that it is busy. */
export async function during(node, work) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

/** Sets a text where it differs, so that nothing flickers and no selection is lost. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** Shows or hides. What has the focus hands it on before it is hidden. */
export function show(node, visible) {
  if (node.hidden !== visible) return;
  if (!visible && node.contains(document.activeElement)) passFocus(node);
  node.hidden = !visible;
}

/** Sets the value of a field, but not under the hands of somebody who is at it. */
export function setValue(field, value) {
  if (document.activeElement !== field && field.value !== value) field.value = value;
}

/** Text with parts in backticks, as code. */
export function withCode(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? el("code", {}, part) : part));
}

const updates = new WeakMap();

/**
 * Makes the children of a list those of `items`, in this order, and keeps the nodes of those that stay.
 * `make(item)` gives a node, and what brings it up to date with a later item of the same key.
 */
export function keyed(list, items, keyOf, make) {
  const nodes = new Map();
  const wanted = new Set(items.map((item) => String(keyOf(item))));
  for (const node of [...list.children]) {
    if (wanted.has(node.dataset.key)) nodes.set(node.dataset.key, node);
    else remove(node);
  }
  let place = list.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let node = nodes.get(key);
    if (!node) {
      const [made, update] = make(item);
      node = made;
      node.dataset.key = key;
      updates.set(node, update);
    }
    updates.get(node)(item);
    if (node === place) place = place.nextElementSibling;
    else list.insertBefore(node, place);
  }
}

function remove(node) {
  if (node.contains(document.activeElement)) passFocus(node);
  node.remove();
}

/** Whoever works with the keyboard goes on nearby, not at the top of the page. */
function passFocus(node) {
  const near = node.nextElementSibling ?? node.previousElementSibling;
  const beside = near && !near.hidden ? near.querySelector("summary, button, a, input") : null;
  const around = node.parentElement?.closest("details")?.querySelector("summary");
  const heading = node.closest("section")?.querySelector("[tabindex='-1']:is(h2, h3)");
  (beside ?? around ?? heading)?.focus();
}
