// Faults, the webhook, the clock, the crowd and the reset.

import { control } from "./api.js";
import { button, byId, el, keyed, setText, setValue, show } from "./dom.js";
import { ask, attempt, faultOf, onSubmit, say } from "./say.js";

const EXAMPLES = [
  ["create_group status=500 done times=2", "Two creates are carried out, but their answers are lost behind a 500."],
  ["* code=131208 times=3", "Three calls meet the rate limit."],
  ["list_groups empty-page times=1", "A page is empty though more follow."],
  ["* latency=2s probability=0.5", "Every other call waits two seconds."],
  ["get_group reset times=1", "The connection is reset."],
  ["get_group stall times=1", "No answer ever comes."],
  ["update_group outcome=131000 setting=picture", "Updates are accepted, and the picture of each fails."],
  ["* html status=502 times=1", "A proxy answers with a page of its own."],
];

/** `refresh()` asks for everything again. */
export function start({ refresh }) {
  startFaults(refresh);
  startWebhook(refresh);
  startClock(refresh);
  startCrowd(refresh);
  byId("reset").addEventListener("click", async () => {
    if (!(await ask("Throw away all groups and start over?", "Reset the sandbox"))) return;
    await attempt(async () => {
      const { groups } = await control("POST", "/reset");
      say(`The sandbox has started over, with ${groups} groups.`);
    });
    refresh();
  });
  return (state, faults, crowd) => {
    renderFaults(faults, refresh);
    renderWebhook(state);
    renderClock(state.clock);
    renderCrowd(crowd.crowd);
  };
}

function startFaults(refresh) {
  const field = byId("fault");
  onSubmit(byId("fault-form"), async () => {
    try {
      const { fault } = await control("POST", "/faults", { fault: field.value });
      faultOf(field, byId("fault-error"), "");
      field.value = "";
      say(`Added: ${fault}`);
    } catch (error) {
      faultOf(field, byId("fault-error"), error.message);
      field.focus();
    }
    refresh();
  });
  const example = ([text, meaning]) =>
    el("li", {},
      button(text, () => {
        field.value = text;
        field.focus();
      }, { class: "code", "aria-label": `Take as new fault: ${text}` }),
      el("span", { class: "muted" }, ` ${meaning}`));
  byId("fault-examples").append(...EXAMPLES.map(example));
  byId("clear-faults").addEventListener("click", async () => {
    await attempt(async () => {
      const { removed } = await control("DELETE", "/faults");
      say(`Faults removed: ${removed}`);
    });
    refresh();
  });
}

function renderFaults({ faults, form }, refresh) {
  setText(byId("fault-shape"), `The form is: ${form}.`);
  show(byId("no-faults"), faults.length === 0);
  show(byId("clear-faults"), faults.length > 0);
  keyed(byId("fault-list"), faults, (one) => one.id, (one) => {
    const text = el("code");
    const remove = button("Remove", async () => {
      await attempt(() => control("DELETE", `/faults/${one.id}`));
      refresh();
    });
    return [el("li", { class: "between" }, text, remove), (one) => {
      setText(text, one.fault);
      remove.setAttribute("aria-label", `Remove the fault ${one.fault}`);
    }];
  });
}

function startWebhook(refresh) {
  const [url, headers, secret] = [byId("webhook-url"), byId("webhook-headers"), byId("webhook-secret")];
  for (const field of [url, headers, secret]) {
    field.addEventListener("input", () => {
      edited = true;
    });
  }
  onSubmit(byId("webhook-form"), async () => {
    try {
      const webhook = { url: url.value.trim(), headers: readHeaders(headers.value) };
      if (secret.value !== "") webhook.secret = secret.value;
      await control("PUT", "/webhook", webhook);
      edited = false;
      faultOf(url, byId("webhook-error"), "");
      say(`Webhooks go to ${webhook.url} from now on.`);
    } catch (error) {
      faultOf(url, byId("webhook-error"), error.message);
      url.focus();
    }
    refresh();
  });
  byId("no-webhook").addEventListener("click", async () => {
    await attempt(async () => {
      await control("DELETE", "/webhook");
      edited = false;
      faultOf(url, byId("webhook-error"), "");
      say("Webhooks go nowhere from now on.");
    });
    refresh();
  });
}

/** Whether somebody is changing the webhook's fields, which then stay as they are. */
let edited = false;

function readHeaders(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`“${line}” is no header; write it as name: value.`);
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  }));
}

function renderWebhook({ webhook, undelivered }) {
  const place = webhook ? `Delivered to ${webhook.url}.` : "No URL is set: webhooks go nowhere.";
  setText(byId("webhook-state"), `${place} Waiting to be delivered: ${undelivered}.`);
  if (edited) return;
  setValue(byId("webhook-url"), webhook?.url ?? "");
  const headers = Object.entries(webhook?.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  setValue(byId("webhook-headers"), headers.join("\n"));
  setValue(byId("webhook-secret"), webhook?.secret ?? "");
}

function startClock(refresh) {
  const set = async (setting, said) => {
    await attempt(async () => {
      await control("POST", "/clock", setting);
      say(said);
    });
    refresh();
  };
  for (const node of document.querySelectorAll("[data-advance]")) {
    node.addEventListener("click", () => set({ advance_ms: Number(node.dataset.advance) }, `${node.textContent.replace("Advance", "Advanced")}.`));
  }
  byId("clock-stop").addEventListener("click", () => {
    const stopped = byId("clock-stop").dataset.stopped === "true";
    set({ stopped: !stopped }, stopped ? "The clock goes on." : "The clock stands still.");
  });
}

function renderClock({ now_ms: now, stopped }) {
  setText(byId("clock-now"), new Date(now).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" }));
  setText(byId("clock-state"), stopped ? "(stands still)" : "(goes on)");
  byId("clock-stop").dataset.stopped = String(stopped);
  setText(byId("clock-stop"), stopped ? "Let the clock go on" : "Stop the clock");
}

function startCrowd(refresh) {
  const people = byId("crowd-people");
  onSubmit(byId("crowd-form"), async () => {
    const order = {
      people: people.valueAsNumber,
      per_minute: byId("crowd-pace").valueAsNumber,
      seed: byId("crowd-seed").valueAsNumber,
    };
    try {
      await control("PUT", "/crowd", order);
      faultOf(people, byId("crowd-error"), "");
      say("The crowd is out.");
    } catch (error) {
      faultOf(people, byId("crowd-error"), error.message);
    }
    refresh();
  });
  byId("crowd-stop").addEventListener("click", async () => {
    await attempt(async () => {
      await control("DELETE", "/crowd");
      say("The crowd has gone home.");
    });
    refresh();
  });
}

function renderCrowd(crowd) {
  const text = crowd
    ? `${crowd.people} people join, ask and leave, ${crowd.per_minute} times a minute (seed ${crowd.seed}).`
    : "Nobody acts by themselves.";
  setText(byId("crowd-state"), text);
  show(byId("crowd-stop"), crowd !== null);
}
