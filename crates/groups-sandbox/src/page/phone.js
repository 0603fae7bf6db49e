// The phone of one person: what an invite link shows them, and what they do about it. Who they are is kept for the next
// visit.

import { control } from "./api.js";
import { byId, during, el, keyed, setText, show } from "./dom.js";
import { faultOf, onSubmit } from "./say.js";

const STORED = "wagroups.person";
/** What WhatsApp would say, for each reason of the sandbox. */
const REASONS = {
  full: "You can’t join: the group is full. All seats are taken.",
  blocked: "You can’t join: the business removed you from this group.",
  link_dead: "This invite link no longer works. It was reset, or the group is gone.",
  suspended: "You can’t join: WhatsApp has suspended this group.",
  already_in: "You are in this group already.",
  already_requested: "You have asked already. Waiting for approval.",
};
const STANDINGS = {
  in: "You are in.",
  asking: "Waiting for approval.",
  removed: "You were removed.",
};

/** What the phone shows: the person's number, the link that is open, what it leads to, and the person's groups. */
const phone = { person: "", link: "", preview: null, groups: [], chats: null };

/** `refresh()` asks for the state again. */
export function start({ refresh }) {
  byId("person").value = remembered();
  onSubmit(byId("person-form"), async () => {
    if (await becomes(byId("person").value)) await look();
  });
  onSubmit(byId("link-form"), () => openLink(byId("link").value));
  const deed = (id, work) =>
    byId(id).addEventListener("click", () => during(byId(id), async () => {
      await work();
      refresh();
    }));
  deed("enter", enter);
  deed("withdraw", () => act("withdraw", "You have taken your request back."));
  deed("leave", () => act("leave", "You have left the group."));
  const begun = byId("person").value === "" ? Promise.resolve() : becomes(byId("person").value);
  return async (state) => {
    await begun;
    offerPeople(state);
    await look();
  };
}

/** Opens an invite link, as a tap on it does. */
export async function openLink(link) {
  byId("link").value = link;
  phone.link = link.trim();
  phone.preview = null;
  if (phone.link === "") return told("Paste an invite link first.");
  told("");
  await look();
  if (phone.preview) byId("invitation-subject").focus();
}

/** Takes the number of a person, if it is one. */
async function becomes(number) {
  const person = number.replace(/[\s()-]/g, "");
  try {
    const { wa_id: waId } = await control("GET", `/people/${encodeURIComponent(person || "nobody")}`);
    if (waId !== phone.person) {
      phone.chats = null;
      told("");
    }
    phone.person = waId;
    localStorage.setItem(STORED, `+${waId}`);
    faultOf(byId("person"), byId("person-error"), "");
    return true;
  } catch (error) {
    const text = error.kind === "invalid_user" ? "That is no number of a person; write one like +15550100199." : error.message;
    faultOf(byId("person"), byId("person-error"), text);
    return false;
  }
}

/** Looks at the link and at the person's groups again, and shows both. */
async function look() {
  if (phone.person !== "") {
    const { groups } = await control("GET", `/people/${phone.person}`).catch(() => phone);
    phone.groups = groups;
    noticeChanges();
  }
  const { link } = phone;
  if (link !== "") {
    try {
      const preview = await control("GET", `/link?link=${encodeURIComponent(link)}`);
      if (link === phone.link) phone.preview = preview;
    } catch (error) {
      if (link !== phone.link) return;
      if (error.kind === "link_dead") Object.assign(phone, { link: "", preview: null });
      if (error.kind !== "gone") told(REASONS[error.kind] ?? error.message, true);
    }
  }
  render();
}

/** Says what others have done to this person since the last look. */
function noticeChanges() {
  const standings = new Map(phone.groups.map((group) => [group.group_id, group]));
  for (const [id, before] of phone.chats ?? []) {
    const after = standings.get(id)?.standing;
    if (before.standing === "asking" && after === "in") told(`You were let into “${before.subject}”.`);
    if (before.standing === "asking" && after === undefined) told(`Your request to join “${before.subject}” is no longer open.`);
    if (before.standing === "in" && after === "removed") told(`You were removed from “${before.subject}”.`, true);
  }
  phone.chats = standings;
}

async function enter() {
  // A number that is typed and not yet taken counts: whoever presses the button means it.
  if (!(await becomes(byId("person").value))) return byId("person").focus();
  await does(async () => {
    const { operation } = await control("POST", "/link", { link: phone.link, user: phone.person });
    return operation === "join" ? "You are in." : "You have asked to join. Waiting for approval.";
  });
}

async function act(what, done) {
  await does(async () => {
    await control("POST", `/groups/${encodeURIComponent(phone.preview.group_id)}/${what}`, { user: phone.person });
    return done;
  });
}

/** Does something as the person and says in their words what became of it. */
async function does(work) {
  let sentence;
  let bad = false;
  try {
    sentence = await work();
  } catch (error) {
    sentence = REASONS[error.kind] ?? error.message;
    bad = true;
  }
  // What one has done oneself is no news.
  phone.chats = null;
  told(sentence, bad);
  byId("invitation-subject").focus();
}

function told(text, bad = false) {
  setText(byId("phone-said"), text);
  byId("phone-said").classList.toggle("bad", bad);
}

function render() {
  const { preview, groups, person } = phone;
  show(byId("invitation"), preview !== null);
  if (preview) renderInvitation(preview, groups.find((group) => group.group_id === preview.group_id)?.standing);
  setText(byId("no-chats"), person === "" ? "Say who you are, and open a link." : "You are in no group yet.");
  show(byId("no-chats"), groups.length === 0);
  keyed(byId("chats"), groups, (group) => group.group_id, makeChat);
}

function renderInvitation(preview, standing) {
  setText(byId("invitation-letter"), [...preview.subject][0] ?? "");
  setText(byId("invitation-subject"), preview.subject);
  setText(byId("invitation-description"), preview.description ?? "");
  const count = preview.participants;
  setText(byId("invitation-seats"), `${count === 1 ? "1 person is" : `${count} people are`} in${preview.full ? "; the group is full" : ""}`);
  const asks = preview.join_approval_mode === "approval_required";
  const hint = preview.suspended ? "WhatsApp has suspended this group." : asks ? "The business decides who comes in." : "Whoever opens the link is in.";
  setText(byId("invitation-standing"), STANDINGS[standing] ?? hint);
  setText(byId("enter"), asks ? "Ask to join" : "Join the group");
  show(byId("enter"), standing !== "in" && standing !== "asking");
  show(byId("withdraw"), standing === "asking");
  show(byId("leave"), standing === "in");
}

function makeChat(chat) {
  let now = chat;
  const subject = el("span", { class: "subject" });
  const standing = el("span", { class: "muted" });
  const open = el("button", { type: "button", class: "chat", onclick: () => openLink(now.invite_link) }, subject, " ", standing);
  return [el("li", {}, open), (chat) => {
    now = chat;
    setText(subject, chat.subject);
    setText(standing, STANDINGS[chat.standing]);
  }];
}

/** People of the newest groups, to choose from. */
function offerPeople({ groups }) {
  const everyone = groups.flatMap((group) => [...group.participants, ...group.join_requests].map((one) => one.wa_id));
  const people = [...new Set(everyone)].slice(0, 40);
  keyed(byId("people"), people, (waId) => waId, (waId) => [el("option", { value: `+${waId}` }), () => {}]);
}

function remembered() {
  try {
    return localStorage.getItem(STORED) ?? "";
  } catch {
    // A browser may forbid storing.
    return "";
  }
}
