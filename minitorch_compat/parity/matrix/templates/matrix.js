"use strict";
(async () => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // What an engine says shows its invisible characters and cannot turn the line around.
  const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]/g;
  const shown = text => String(text).replace(INVISIBLE, each => "\\u" + each.charCodeAt(0).toString(16).padStart(4, "0"));

  async function load() {
    const block = one("#data");
    if (block.type === "application/json") return JSON.parse(block.textContent);
    const bytes = Uint8Array.from(atob(block.textContent), each => each.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  const data = await load();
  const bodies = new Map(all("#grid tbody").map(body => [body.dataset.chapter, body]));
  const chapters = new Map([...bodies.keys()].map(name => [name, []]));
  for (const each of data.cases) {
    each.words = [each.id, each.claim, ...each.cells.map(cell => cell ? cell.text + " " + (cell.message || "") : "")]
      .join("\n").toLowerCase();
    const steps = new Set(each.cells.filter(Boolean).map(cell => cell.outcome === "agrees"));
    each.apart = steps.size > 1;
    chapters.get(each.chapter).push(each);
  }
  const state = {words: "", apart: false, cause: null};
  const open = new Set();

  const wanted = each => (!state.apart || each.apart) && each.words.includes(state.words) &&
    (!state.cause || (each.cells[state.cause.engine]?.causes || []).includes(state.cause.number));
  const narrowed = () => state.words || state.apart || state.cause;

  function row(each) {
    const made = make("tr", {class: "case"}, make("th", {scope: "row", title: shown(each.claim)}, shown(each.id.split("/").at(-1))));
    each.cells.forEach((cell, place) => {
      if (!cell) {
        made.append(make("td", {"data-step": 0}, make("button", {type: "button", disabled: ""}, "not run")));
        return;
      }
      const button = make("button", {type: "button", "data-case": each.id, "data-place": place, title: shown(cell.message || cell.text).slice(0, 300)},
        make("span", {"aria-hidden": "true"}, data.signs[cell.step || 0] + " "), shown(cell.text));
      made.append(make("td", {"data-step": cell.step || 0}, button));
    });
    return made;
  }

  function draw() {
    let count = 0;
    for (const [name, body] of bodies) {
      const cases = chapters.get(name).filter(wanted);
      const expanded = open.has(name) || (narrowed() && cases.length > 0 && count + cases.length <= 200);
      all("tr.case", body).forEach(each => each.remove());
      body.hidden = narrowed() && !cases.length;
      one("button", body).setAttribute("aria-expanded", expanded);
      if (expanded) body.append(...cases.map(row));
      count += cases.length;
    }
    one("#count").textContent = count + " of " + data.cases.length + " cases";
    const cause = one("#cause");
    cause.hidden = !state.cause;
    if (state.cause) cause.textContent = "× " + shown(data.engines[state.cause.engine] + ": " + data.causes[state.cause.engine][state.cause.number]);
    one("#all").textContent = open.size ? "Close all chapters" : "Open all chapters";
  }

  function detail(each, place) {
    const cell = each.cells[place];
    const close = make("button", {type: "button", autofocus: ""}, "Close");
    close.addEventListener("click", () => one("#cell").close());
    const parts = [
      make("div", {class: "head"}, make("h2", {id: "cell-title"}, shown(each.id) + " on " + shown(data.titles[place])), close),
      make("p", {}, shown(each.claim)),
      make("p", {class: "verdict", "data-step": cell.step || 0}, data.signs[cell.step || 0] + " " + shown(cell.outcome)),
    ];
    if (cell.message) parts.push(make("pre", {}, shown(cell.message)));
    for (const difference of cell.differences || []) {
      parts.push(make("h3", {}, shown(difference.dimension + ", " + difference.name + ": " + difference.message)));
      parts.push(make("div", {class: "sides"},
        make("div", {}, make("h4", {}, shown(data.reference)), make("pre", {}, shown(difference.reference))),
        make("div", {}, make("h4", {}, shown(data.titles[place])), make("pre", {}, shown(difference.candidate)))));
    }
    if (cell.more) parts.push(make("p", {class: "quiet"}, "and " + cell.more + " more differences"));
    if (cell.causes) {
      parts.push(make("h3", {}, "Cause"), ...cell.causes.map(number => {
        const link = make("button", {type: "button", class: "link"}, shown(data.causes[place][number]));
        link.addEventListener("click", () => { one("#cell").close(); narrow(place, number); });
        return make("p", {}, link);
      }));
    }
    const command = "minitorch-compat explain " + each.id + " --engine " + data.engines[place];
    parts.push(make("h3", {}, "The case"), make("pre", {}, shown(each.source)), make("h3", {}, "In full"), make("pre", {}, shown(command)));
    one("#inside").replaceChildren(...parts);
  }

  function show(id, place) {
    const each = data.cases.find(each => each.id === id);
    if (!each || !each.cells[place]) return;
    detail(each, place);
    history.replaceState(null, "", "#" + encodeURIComponent(id) + "/" + encodeURIComponent(data.engines[place]));
    one("#cell").showModal();
  }

  function narrow(engine, number) {
    state.cause = {engine, number};
    draw();
    one("#matrix").scrollIntoView();
    one("#cause").focus();
  }

  one("#cell").addEventListener("close", () => history.replaceState(null, "", "#"));
  one("#cell").addEventListener("click", event => { if (event.target === event.currentTarget) event.currentTarget.close(); });
  one("#grid").addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.case) return show(button.dataset.case, Number(button.dataset.place));
    const name = button.closest("tbody").dataset.chapter;
    open.has(name) ? open.delete(name) : open.add(name);
    draw();
    one("button", bodies.get(name)).focus();
  });
  // The arrows move between cells, as in any grid; Tab goes through them as well.
  one("#grid").addEventListener("keydown", event => {
    const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
    const at = event.target.closest("td, th");
    if (!step || !at) return;
    const rows = all("#grid tbody:not([hidden]) tr");
    let down = rows.indexOf(at.parentElement), across = [...at.parentElement.children].indexOf(at);
    while (rows[down += step[0]] !== undefined && rows[down].children[across += step[1]] !== undefined) {
      const button = one("button:not([disabled])", rows[down].children[across]);
      if (button) { event.preventDefault(); button.focus(); return; }
    }
  });
  one("#find").addEventListener("input", event => { state.words = event.target.value.trim().toLowerCase(); draw(); });
  one("#apart").addEventListener("change", event => { state.apart = event.target.checked; draw(); });
  one("#cause").addEventListener("click", () => { state.cause = null; draw(); one("#find").focus(); });
  one("#all").addEventListener("click", () => {
    open.size ? open.clear() : [...bodies.keys()].forEach(name => open.add(name));
    draw();
  });
  for (const button of all("[data-cause]")) {
    button.addEventListener("click", () => narrow(data.engines.indexOf(button.dataset.engine), Number(button.dataset.cause)));
  }

  const themes = ["automatic", "light", "dark"], theme = one("#theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme || "automatic") + 1) % 3];
    next === "automatic" ? delete document.documentElement.dataset.theme : document.documentElement.dataset.theme = next;
    theme.textContent = "Theme: " + next;
  });

  function follow() {
    const [id, engine] = location.hash.slice(1).split("/").map(decodeURIComponent);
    if (id && data.engines.includes(engine)) show(id, data.engines.indexOf(engine));
  }
  addEventListener("hashchange", follow);
  draw();
  follow();
  document.documentElement.dataset.ready = "";
})();
