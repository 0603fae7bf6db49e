// The list of groups, and what the business does to them through the API. Nodes stay where they are; only what changed
// is written.

import { call, control } from "./api.js";
import { button, byId, el, keyed, setText, show } from "./dom.js";
import { ask, attempt, copy, onSubmit, say } from "./say.js";

const PRODUCT = { messaging_product: "whatsapp" };
const MODES = { auto_approve: "joins at once", approval_required: "asks first" };

/** `refresh()` asks for the state again; `openLink(link)` hands a link to the phone. */
export function start({ refresh, openLink }) {
  const context = { refresh, openLink };
  let pending;
  byId("search").addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(refresh, 200);
  });
  onSubmit(byId("search-form"), refresh);
  onSubmit(byId("create"), () => create(context));
  return (state) => render(state, context);
}

export const searched = () => byId("search").value.trim();

function render(state, context) {
  const { groups, matching, counts, due } = state;
  keyed(byId("group-list"), groups, (group) => group.id, (group) => makeGroup(group, context));
  const more = matching > groups.length ? `; the newest ${groups.length} are shown` : "";
  const some = searched() === "" ? `${counts.groups} ${counts.groups === 1 ? "group" : "groups"}` : `${matching} of ${counts.groups} match`;
  setText(byId("matching"), counts.groups === 0 ? "" : `${some}${more}`);
  const waiting = due.slice(0, 3).map((one) => one.operation.replaceAll("_", " "));
  setText(byId("due"), due.length === 0 ? "" : `Accepted, to be carried out: ${due.length} (${waiting.join(", ")}).`);
  const none = counts.groups === 0 ? "There are no groups. Create one here, or with any client." : "No group matches.";
  setText(byId("no-groups"), none);
  show(byId("no-groups"), groups.length === 0);
}

/** Calls the API and says what it answered. */
async function api(context, method, path, body) {
  await attempt(async () => say(await call(method, path, body)));
  context.refresh();
}

async function create(context) {
  const body = {
    ...PRODUCT,
    subject: byId("create-subject").value,
    join_approval_mode: byId("create-mode").value,
  };
  const description = byId("create-description").value.trim();
  if (description !== "") body.description = description;
  await api(context, "POST", "/groups", body);
  byId("create-subject").value = "";
  byId("create-description").value = "";
}

/** One group; the buttons look at `now`, the group as it was last told. */
function makeGroup(group, context) {
  let now = group;
  const path = (rest = "") => `/groups/${encodeURIComponent(now.id)}${rest}`;
  const part = {
    subject: el("h3", { class: "subject" }),
    seats: el("span", { class: "seats" }),
    dots: el("span", { class: "dots", "aria-hidden": "true" }),
    mode: el("span", { class: "badge" }),
    suspended: el("span", { class: "badge bad" }, "Suspended"),
    asking: el("span", { class: "badge warn" }),
    description: el("p", { class: "description" }),
    link: el("code", { class: "link" }),
    id: el("code", { class: "link" }),
    created: el("dd"),
    people: list("In the group", "Nobody yet. Open the link on the phone."),
    requests: list("Asking to join", "Nobody is waiting."),
    removed: list("Removed by the business", "Nobody."),
  };
  const suspend = button("Suspend", () => act(now.suspended ? "restore" : "suspend"));
  async function act(what) {
    await attempt(async () => {
      await control("POST", path(`/${what}`), {});
      say(`WhatsApp has ${what === "suspend" ? "suspended" : "restored"} “${now.subject}”.`);
    });
    context.refresh();
  }
  const copyLink = button("Copy", () => copy(part.link, "The link"));
  const open = button("Open on the phone", () => context.openLink(now.invite_link), { class: "main" });
  const reset = button("Reset the link", () => api(context, "POST", path("/invite_link"), PRODUCT));
  const remove = button("Delete the group…", async () => {
    if (await ask(`Delete “${now.subject}” through the API?`, "Delete the group")) await api(context, "DELETE", path());
  });
  const node = el("li", { class: "group" },
    el("details", {},
      el("summary", {}, part.subject,
        el("span", { class: "facts" }, part.dots, part.seats, part.mode, part.asking, part.suspended)),
      el("div", { class: "inside" },
        part.description,
        el("dl", {},
          el("dt", {}, "Invite link"), el("dd", { class: "link-line" }, part.link, copyLink),
          el("dt", {}, "Id"), el("dd", {}, part.id),
          el("dt", {}, "Created"), part.created),
        el("div", { class: "buttons" }, open),
        part.people.node, part.requests.node, part.removed.node,
        el("h4", {}, "As the business, through the API"),
        el("div", { class: "buttons" }, reset, remove),
        el("h4", {}, "As WhatsApp"),
        el("div", { class: "buttons" }, suspend))));

  const removeOne = (person) => () =>
    api(context, "DELETE", path("/participants"), { ...PRODUCT, participants: [{ user: person.wa_id }] });
  const decide = (method, request) => () =>
    api(context, method, path("/join_requests"), { ...PRODUCT, join_requests: [request.id] });

  function update(group) {
    now = group;
    const taken = group.participants.length;
    const free = Math.max(0, group.seats - taken);
    setText(part.subject, group.subject);
    setText(part.dots, "●".repeat(taken) + "○".repeat(free));
    setText(part.seats, free === 0 ? `${taken} of ${group.seats} seats taken: full` : `${taken} of ${group.seats} seats taken, ${free} free`);
    setText(part.mode, MODES[group.join_approval_mode] ?? group.join_approval_mode);
    setText(part.asking, `${group.join_requests.length} asking`);
    show(part.asking, group.join_requests.length > 0);
    show(part.suspended, group.suspended);
    setText(part.description, group.description ?? "");
    show(part.description, group.description !== null);
    setText(part.link, group.invite_link);
    setText(part.id, group.id);
    setText(part.created, new Date(group.created_at * 1000).toLocaleString());
    setText(suspend, group.suspended ? "Restore" : "Suspend");
    for (const [one, what] of [[copyLink, "Copy the link of"], [open, "Open on the phone:"], [reset, "Reset the link of"],
      [remove, "Delete the group"], [suspend, group.suspended ? "Restore" : "Suspend"]]) {
      one.setAttribute("aria-label", `${what} ${group.subject}`);
    }
    part.people.update(group.participants, (person) => person.wa_id, (person) => [
      el("span", {}, `+${person.wa_id}`, person.username ? ` (${person.username})` : ""),
      button("Remove", removeOne(person), { "aria-label": `Remove +${person.wa_id}` }),
    ]);
    part.requests.update(group.join_requests, (request) => request.wa_id, (request) => [
      el("span", {}, `+${request.wa_id}`),
      el("div", { class: "pair-of-buttons" },
        button("Approve", decide("POST", request), { "aria-label": `Approve +${request.wa_id}` }),
        button("Reject", decide("DELETE", request), { "aria-label": `Reject +${request.wa_id}` })),
    ]);
    part.removed.update(group.removed, (waId) => waId, (waId) => [el("span", {}, `+${waId}`)]);
  }
  return [node, update];
}

/** A titled list of people; `none` is said where it is empty. */
function list(title, none) {
  const items = el("ul", { class: "plain tight people", "aria-label": title });
  const empty = el("p", { class: "empty" }, none);
  const node = el("div", {}, el("h4", {}, title), empty, items);
  function update(people, keyOf, line) {
    keyed(items, people, keyOf, (person) => [el("li", {}, ...line(person)), () => {}]);
    show(empty, people.length === 0);
    show(items, people.length > 0);
  }
  return { node, update };
}
