// The switches, as the sandbox describes them: this file knows their forms, but none of their names, positions or bounds.

import { control } from "./api.js";
import { byId, el, setText, setValue, withCode } from "./dom.js";
import { attempt, faultOf, say } from "./say.js";

/** The switches that are shown, by name. */
const shown = new Map();
let refresh = () => {};

export function start(options) {
  refresh = options.refresh;
  for (const profile of ["strict", "messy"]) {
    byId(profile).addEventListener("click", async () => {
      await attempt(async () => {
        await control("PUT", "/behaviour", { profile });
        for (const one of shown.values()) one.forget();
        say(`All switches are ${profile} now.`);
      });
      refresh();
    });
  }
  return render;
}

async function render(behaviour) {
  if (shown.size === 0) build(await control("GET", "/behaviour/choices"));
  for (const [name, one] of shown) one.update(behaviour[name]);
}

function build({ switches }) {
  const topics = Map.groupBy(switches, (one) => one.topic);
  for (const [topic, members] of topics) {
    const fields = members.map((one) => {
      shown.set(one.name, makeSwitch(one));
      return shown.get(one.name).node;
    });
    byId("switch-topics").append(el("fieldset", {}, el("legend", {}, topic), ...fields));
  }
}

const FORMS = { positions: choice, yes_no: yesNo, share, number, rate_limit: rateLimit };

function makeSwitch(one) {
  const error = el("p", { class: "error", id: `error-${one.name}`, role: "alert" });
  const about = el("p", { class: "muted small", id: `about-${one.name}` }, ...withCode(one.about));
  const described = { id: `switch-${one.name}`, "aria-describedby": `about-${one.name} error-${one.name}` };
  const send = async (field, value) => {
    try {
      if (Number.isNaN(value)) throw new Error("Give a number.");
      await control("PATCH", "/behaviour", { [one.name]: value });
      faultOf(field, error, "");
      say(`${one.name} is set.`);
    } catch (problem) {
      faultOf(field, error, problem.message);
    }
    refresh();
  };
  const [fields, set] = FORMS[one.form](one, described, send);
  const label = el("label", { for: described.id, class: "name" }, one.name);
  const node = el("div", { class: "switch" }, label, ...fields, about, error);
  let last;
  // A value that was refused stays to be corrected, until the switch is thrown elsewhere.
  const update = (value) => {
    if (error.textContent !== "" && JSON.stringify(value) === last) return;
    last = JSON.stringify(value);
    if (error.textContent !== "") faultOf(node.querySelector("[aria-invalid]"), error, "");
    set(value);
  };
  const forget = () => {
    last = undefined;
  };
  return { node, update, forget };
}

function choice({ name, positions }, described, send) {
  const meanings = new Map(positions.map(({ value, meaning }) => [value, meaning]));
  const meaning = el("p", { class: "small", id: `meaning-${name}` });
  const select = el("select", { ...described, "aria-describedby": `meaning-${name} ${described["aria-describedby"]}` },
    ...positions.map(({ value }) => el("option", { value }, value.replaceAll("_", " "))));
  const explain = () => {
    const text = meanings.get(select.value) ?? "";
    if (meaning.textContent !== text.replaceAll("`", "")) meaning.replaceChildren(...withCode(text));
  };
  select.addEventListener("change", () => {
    explain();
    send(select, select.value);
  });
  return [[select, meaning], (value) => {
    setValue(select, value);
    explain();
  }];
}

function yesNo(_, described, send) {
  const select = el("select", described, el("option", { value: "true" }, "yes"), el("option", { value: "false" }, "no"));
  select.addEventListener("change", () => send(select, select.value === "true"));
  return [[select], (value) => setValue(select, String(value))];
}

function share(one, described, send) {
  return number({ min: 0, max: 1, step: "any" }, described, send);
}

function number({ min, max, step }, described, send) {
  const field = el("input", { type: "number", min: String(min), max: max?.toString(), step, ...described });
  field.addEventListener("change", () => send(field, field.valueAsNumber));
  return [[field], (value) => setValue(field, String(value))];
}

/** Two fields; without a pace there is no limit. */
function rateLimit({ name }, described, send) {
  const pace = el("input", { type: "number", min: "0", step: "any", placeholder: "no limit", ...described });
  const burst = el("input", { type: "number", min: "1", id: `burst-${name}`, placeholder: "1" });
  const set = () => {
    const limit = { per_second: pace.valueAsNumber };
    if (burst.value !== "") limit.burst = burst.valueAsNumber;
    send(pace, pace.value === "" ? null : limit);
  };
  pace.addEventListener("change", set);
  burst.addEventListener("change", () => pace.value !== "" && set());
  const fields = [pace, el("span", { class: "muted small" }, "calls a second"), el("label", { for: burst.id, class: "small" }, "at once after a rest"), burst];
  return [[el("div", { class: "pair" }, ...fields)], (value) => {
    setValue(pace, value === null ? "" : String(value.per_second));
    setValue(burst, value === null ? "" : String(value.burst));
  }];
}
