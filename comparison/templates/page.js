"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("needs");
  const alone = document.getElementById("alone");
  const only = document.getElementById("only");
  const boxes = [...form.querySelectorAll("input[name=need]")];
  const presets = [...form.querySelectorAll("button.preset")];

  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);

  // What keeps a gateway out, what is not known of it, and what means nothing for it; each with
  // the limits that say more. Only what is kept leaves nothing behind.
  function judge(gateway, needs) {
    const out = [], open = [], foreign = [];
    if (alone.checked && gateway.beside.length) {
      out.push({ text: `needs beside it: ${gateway.beside.join(", ")}`, limits: [] });
    }
    if (alone.checked && !gateway.mirrors) out.push({ text: "it mirrors nothing", limits: [] });
    for (const need of needs) {
      const cell = gateway.cells[need];
      const text = data.promises[need];
      if (cell.verdict === "kept") continue;
      if (cell.verdict === "limit") out.push({ text: `not kept: ${text}`, limits: cell.limits });
      else if (cell.verdict === "failed") out.push({ text: `failed: ${text} (${cell.why})`, limits: [] });
      else if (cell.verdict === "does not apply" && !gateway.mirrors) out.push({ text: cell.why, limits: [] });
      else if (cell.verdict === "does not apply") foreign.push({ text: `${text}: ${cell.why}`, limits: [] });
      else open.push({ text: `not run: ${text} (${cell.why})`, limits: [] });
    }
    // What was not run at all has one reason, however many promises are asked for; so has what
    // mirrors nothing.
    const reason = { text: `not run: ${gateway.not_run}`, limits: [] };
    const told = new Map(out.map((each) => [each.text, each]));
    return { out: [...told.values()], open: open.length && gateway.not_run ? [reason] : open, foreign };
  }

  function element(name, text, children = []) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  }

  function reasonItem(reason) {
    const item = element("li", reason.text);
    for (const limit of reason.limits) {
      const link = element("a", limit.title);
      link.href = `#${limit.anchor}`;
      item.append("; instead: ", link);
    }
    return item;
  }

  function block(title, gateways, reasons) {
    if (!gateways.length) return [];
    const parts = [element("h3", title)];
    const list = element("ul");
    for (const gateway of gateways) {
      const name = element("strong", gateway.name);
      const item = element("li", "", [name, gateway.versions ? ` (${gateway.versions})` : ""]);
      const told = reasons(gateway);
      if (told.length) item.append(element("ul", "", told.map(reasonItem)));
      list.append(item);
    }
    return [element("div", "", [...parts, list])];
  }

  function show(judged, idle) {
    const inside = judged.filter((each) => !each.out.length);
    const open = inside.filter((each) => each.open.length);
    const foreign = inside.filter((each) => !each.open.length && each.foreign.length);
    const remain = inside.filter((each) => !each.open.length && !each.foreign.length);
    const out = judged.filter((each) => each.out.length);
    document.getElementById("remaining").textContent = idle
      ? "Choose what you need, and see which gateways remain."
      : `${remain.length} of ${judged.length} gateways remain.`
        + (foreign.length ? ` Of ${foreign.length} something does not apply.` : "")
        + (open.length ? ` Of ${open.length} it is not known.` : "");
    document.getElementById("verdicts").replaceChildren(...(idle ? [] : [
      ...block("These keep all of it", remain, () => []),
      ...block("Something does not apply to these, and they keep the rest", foreign, (each) => each.foreign),
      ...block("Not known", open, (each) => each.open),
      ...block("These do not, because", out, (each) => each.out),
    ]));
    document.getElementById("tools").hidden = idle;
    const hide = only.checked && !idle;
    for (const cell of document.querySelectorAll("[data-gateway]")) {
      cell.hidden = hide && !remain.includes(judged[Number(cell.dataset.gateway)]);
    }
  }

  function mark(needs) {
    document.getElementById("chosen").textContent = String(needs.length);
    for (const button of presets) {
      const wanted = (button.dataset.promises || "").split(" ").filter(Boolean);
      const pressed = button.dataset.alone ? alone.checked : wanted.every((id) => needs.includes(id));
      button.setAttribute("aria-pressed", String(pressed));
    }
  }

  function update(remember = true) {
    const needs = chosen();
    const idle = !needs.length && !alone.checked;
    if (idle) only.checked = false;
    mark(needs);
    show(data.gateways.map((each) => ({ ...each, ...judge(each, needs) })), idle);
    const state = `#need=${needs.join(",")}${alone.checked ? "&alone" : ""}${only.checked ? "&only" : ""}`;
    document.getElementById("share").href = state;
    if (remember) history.replaceState(null, "", idle ? location.pathname + location.search : state);
  }

  // The address holds the selection, so that it can be shared; other anchors leave it alone.
  function recall() {
    if (!location.hash.startsWith("#need=")) return false;
    const [needs, ...flags] = location.hash.slice("#need=".length).split("&");
    const wanted = needs.split(",");
    for (const box of boxes) box.checked = wanted.includes(box.value);
    alone.checked = flags.includes("alone");
    only.checked = flags.includes("only");
    return true;
  }

  for (const button of presets) {
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      const wanted = (button.dataset.promises || "").split(" ").filter(Boolean);
      if (button.dataset.alone) alone.checked = on;
      for (const box of boxes) if (wanted.includes(box.value)) box.checked = on;
      update();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => {
    for (const box of [alone, ...boxes]) box.checked = false;
    update();
  });
  form.addEventListener("change", () => update());
  only.addEventListener("change", () => update());
  window.addEventListener("hashchange", () => recall() && update(false));
  const recalled = recall();
  update(false);
  if (recalled) document.getElementById("filter").scrollIntoView();
})();
