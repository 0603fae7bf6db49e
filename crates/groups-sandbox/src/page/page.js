// The page's start and its heartbeat: asks the sandbox how things are, and lets each part show what concerns it.

import { control, onReach, setKey } from "./api.js";
import { byId, setText } from "./dom.js";
import * as controls from "./controls.js";
import * as groups from "./groups.js";
import * as log from "./log.js";
import * as phone from "./phone.js";
import * as switches from "./switches.js";

const BEAT_MS = 2_000;
/** What was accepted is carried out a little later. */
const SOON_MS = [300, 900];
const GONE = "The sandbox does not answer; it is tried again.";

const openLink = (link) => {
  byId("phone").scrollIntoView({ block: "nearest" });
  return phone.openLink(link);
};
const parts = {
  groups: groups.start({ refresh: refreshSoon, openLink }),
  phone: phone.start({ refresh: refreshSoon }),
  controls: controls.start({ refresh: refreshSoon }),
  switches: switches.start({ refresh: refreshSoon }),
};

let running = null;
let again = false;

/** Asks now; whoever asks meanwhile gets an answer that is younger than the question. */
async function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = ask().catch(() => {}).finally(() => {
    running = null;
    if (again) {
      again = false;
      refresh();
    }
  });
  return running;
}

async function refreshSoon() {
  for (const pause of SOON_MS) setTimeout(refresh, pause);
  await refresh();
}

async function ask() {
  const search = encodeURIComponent(groups.searched());
  const [state, behaviour, faults, crowd] = await Promise.all([
    control("GET", `/state?search=${search}`),
    control("GET", "/behaviour"),
    control("GET", "/faults"),
    control("GET", "/crowd"),
  ]);
  setKey(state.api_key);
  summarise(state);
  parts.groups(state);
  parts.controls(state, faults, crowd);
  await Promise.all([parts.switches(behaviour), parts.phone(state)]);
}

function summarise({ number, counts }) {
  const able = number.eligible ? "" : ", not eligible for groups";
  const suspended = counts.suspended === 0 ? "" : `, ${counts.suspended} suspended`;
  setText(byId("summary"), `Number +${number.phone}${able}. Groups: ${counts.groups}${suspended}. `
    + `Participants: ${counts.participants}. Join requests: ${counts.pending_requests}.`);
}

/** The heart rests while nobody looks. */
async function beat() {
  if (!document.hidden) await refresh();
  setTimeout(beat, BEAT_MS);
}

onReach((reached) => setText(byId("gone"), reached ? "" : GONE));
document.addEventListener("visibilitychange", () => document.hidden || refresh());
log.start({ onNews: refresh });
beat();
