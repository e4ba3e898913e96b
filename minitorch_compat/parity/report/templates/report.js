"use strict";
(async () => {
  // Text from engines only ever becomes text nodes and attribute values: nothing here parses it as markup.
  const INVISIBLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  const BATCH = 120;
  const $ = id => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";

  // A character that shows nothing, or turns text around, is written out; in text it is marked as well.
  function written(character) {
    const code = character.charCodeAt(0), digits = code.toString(16);
    return code < 256 ? "\\x" + digits.padStart(2, "0") : "\\u" + digits.padStart(4, "0");
  }

  function visible(text) {
    const parts = [];
    let last = 0;
    for (const match of text.matchAll(INVISIBLE)) {
      parts.push(text.slice(last, match.index), h("span", {class: "control", title: "a character that cannot be seen"}, written(match[0])));
      last = match.index + match[0].length;
    }
    return [...parts, text.slice(last)];
  }

  function fill(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes))
      if (value !== null && value !== undefined && value !== false)
        node.setAttribute(key, value === true ? "" : String(value).replace(INVISIBLE, written));
    for (const child of children.flat(Infinity)) {
      if (typeof child !== "string") { if (child) node.append(child); }
      else if (node.namespaceURI === SVG) node.append(child.replace(INVISIBLE, written));
      else if (child) node.append(...visible(child));
    }
    return node;
  }
  const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
  const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  async function read(id) {
    const element = $(id);
    if (element.type === "application/json") return JSON.parse(element.textContent);
    const text = atob(element.textContent), packed = new Uint8Array(text.length);
    for (let n = 0; n < text.length; n++) packed[n] = text.charCodeAt(n);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  const data = await read("data");
  const cases = data.cases;
  const chunks = new Map();
  const details = async index => {
    const chunk = Math.floor(index / data.chunk);
    if (!chunks.has(chunk)) chunks.set(chunk, read("details-" + chunk));
    return (await chunks.get(chunk))[index % data.chunk];
  };

  // ---- what is shown of a case ------------------------------------------------------------------------------------

  const KEYWORDS = "False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield";
  const TOKEN = new RegExp([
    "(?<comment>#[^\\n]*)",
    "(?<string>[rbfuRBFU]{0,2}(?:\"\"\"[\\s\\S]*?\"\"\"|'''[\\s\\S]*?'''|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])*'))",
    "(?<decorator>^[ \\t]*@[\\w.]+)",
    `(?<keyword>\\b(?:${KEYWORDS})\\b)`,
    "(?<number>\\b(?:0[xX][\\da-fA-F]+|\\d[\\d_]*(?:\\.\\d*)?(?:[eE][+-]?\\d+)?j?))",
    "(?<call>\\b[A-Za-z_]\\w*(?=\\())",
  ].join("|"), "gm");

  function python(source) {
    const parts = [];
    let last = 0;
    for (const match of source.matchAll(TOKEN)) {
      const [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined);
      parts.push(source.slice(last, match.index), h("span", {class: "py-" + kind}, match[0]));
      last = match.index + match[0].length;
    }
    return [...parts, source.slice(last)];
  }

  // Text with `code` between backticks, and the searched words marked.
  function prose(text, words = []) {
    return text.split("`").flatMap((piece, n, all) => {
      if (n % 2 && n < all.length - 1) return h("code", {}, ...marked(piece, words));
      return marked(n % 2 ? "`" + piece : piece, words);
    });
  }

  function marked(text, words) {
    const wanted = words.filter(Boolean).map(word => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    if (!wanted.length) return [text];
    return text.split(new RegExp(`(${wanted.join("|")})`, "gi")).map((piece, n) =>
      n % 2 ? h("mark", {}, piece) : piece);
  }

  const badge = kind => h("span", {class: "badge", "data-kind": kind},
    h("span", {class: "sign", "data-kind": kind, "aria-hidden": "true"}, data.signs[kind]), kind);

  function rowOf(index, words) {
    const it = cases[index];
    const claim = it.claim.split("\n\n")[0];
    const where = it.document + (it.place ? ", " + it.place : "");
    const summary = h("summary", {},
      h("span", {class: "c-outcome"}, badge(it.outcome)),
      h("span", {class: "c-claim"}, h("span", {class: "claim"}, ...prose(claim, words)),
        h("span", {class: "id"}, ...marked(it.id, words))),
      h("span", {class: "c-document", title: where}, h("span", {class: "file"}, ...marked(it.document, words)),
        it.place ? h("span", {class: "lines"}, it.place) : null),
      h("span", {class: "c-verdict"}, it.unsound ? h("span", {class: "doubt", title: "contradicted by what was computed"}, "⚠ ") : null,
        badge(it.verdict)));
    const fold = h("details", {"data-index": index}, summary);
    fold.addEventListener("toggle", () => { if (fold.open) open(fold, index); });
    return h("li", {class: "case"}, fold);
  }

  async function open(fold, index) {
    if (fold.childElementCount > 1) return;
    const it = cases[index];
    const body = h("div", {class: "body"});
    fold.append(body);
    const more = await details(index);
    const rest = it.claim.split("\n\n").slice(1).join("\n\n");
    body.append(...[
      rest && h("p", {class: "prose"}, ...prose(rest)),
      more.contradiction && h("p", {class: "banner"}, h("strong", {}, "Verdict contradicted. "), more.contradiction),
      it.why && h("div", {class: "why", "data-kind": it.verdict}, badge(it.verdict), h("p", {}, ...prose(it.why))),
      it.note && h("p", {class: "prose note"}, ...prose(it.note)),
      it.known && h("p", {class: "prose note"}, "Known: ", it.known),
      it.message && !more.differences && h("div", {class: "why", "data-kind": it.outcome}, badge(it.outcome), h("p", {class: "text"}, it.message)),
      ...(more.differences || []).map(differenceOf),
      more.rows && voices(more.rows, it),
      ...(more.curves || []).map(curve),
      more.shrunk && h("h4", {}, "Less code that ends the same way"),
      more.shrunk && h("pre", {class: "code shrunk", tabindex: "0", "aria-label": "Shrunk source"}, h("code", {}, ...python(more.shrunk))),
      h("h4", {}, "The case"),
      h("pre", {class: "code", tabindex: "0", "aria-label": "Source of the case"}, h("code", {}, ...python(it.source || more.source || ""))),
      ...Object.entries(more.raised || {}).map(([who, trace]) => h("details", {class: "trace"},
        h("summary", {}, "Exception on " + (data[who] || who)), h("pre", {tabindex: "0"}, trace))),
      observed(it),
      it.outcome !== "agrees" && h("h4", {}, "To see it alone"),
      it.outcome !== "agrees" && h("pre", {class: "command", tabindex: "0", "aria-label": "Command that writes a script"}, command(it)),
      h("p", {class: "foot"}, h("a", {href: "#" + new URLSearchParams({case: it.id})}, "Link to this case"),
        " · ", it.document, it.place ? ", " + it.place : "", it.facts ? " · fact " + it.facts.join(", ") : ""),
    ].filter(Boolean));
  }

  function observed(it) {
    const words = {a: "agrees", d: "differs"};
    const seen = data.dimensions.map((name, n) => [name, words[it.dimensions[n]]]).filter(([, how]) => how);
    if (!seen.length) return null;
    return h("ul", {class: "chips", "aria-label": "Dimensions observed"}, ...seen.map(([name, how]) =>
      h("li", {"data-kind": how}, h("span", {class: "sign", "data-kind": how, "aria-hidden": "true"}, data.signs[how]), name,
        h("span", {class: "hidden"}, " " + how))));
  }

  function voices(rows, it) {
    const documented = rows.some(row => row.document !== undefined);
    const heads = [documented && ["document", "The document"], ["reference", data.reference], ["candidate", data.candidate]].filter(Boolean);
    const cell = (row, key, label) => {
      const text = key === "candidate" && row.same ? row.reference : row[key];
      const agrees = row[key + "Agrees"];
      const notes = [
        agrees === true && h("span", {class: "tag", "data-kind": "agrees"}, "✓ as stated"),
        agrees === false && h("span", {class: "tag", "data-kind": "outdated"}, "✗ not as stated"),
        key === "candidate" && row.differs && h("span", {class: "tag", "data-kind": "differs"}, "≠ differs"),
      ].filter(Boolean);
      return h("div", {class: text === undefined ? "voice silent" : "voice", role: "cell", "data-label": label},
        text === undefined ? h("span", {}, key === "document" ? "says nothing of it" : "not seen") : h("pre", {}, ...said(text)),
        notes.length ? h("span", {class: "tags"}, ...notes) : null);
    };
    return h("div", {class: "voices", role: "table", "aria-label": "What each voice says", "data-columns": heads.length},
      h("div", {role: "row", class: "heads"}, h("span", {role: "columnheader", class: "hidden"}, "name"),
        ...heads.map(([, label]) => h("span", {role: "columnheader"}, label))),
      ...rows.map(row => h("div", {role: "row", class: "three" + (row.differs ? " differs" : "")},
        h("code", {role: "rowheader", class: "name"}, row.name),
        ...heads.map(([key, label]) => cell(row, key, label)))));
  }

  // What writes a script of the case that needs nothing of the harness; quoted, for an id may hold anything.
  const quoted = text => /^[\w.:\/+-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";
  function command(it) {
    const suite = it.chapter.startsWith("opinfo.") ? " --suite opinfo" : "";
    const names = Object.entries(data.names).map(([option, name]) => ` --${option} ${quoted(name)}`).join("");
    return `minitorch-compat explain ${quoted(it.id)}${suite}${names} --shrink --script case.py`;
  }

  // The line of facts under an array's numbers is quieter than the numbers.
  function said(text) {
    const cut = text.lastIndexOf("\n");
    if (cut < 0 || !text.slice(cut).includes(" · ")) return [text || " "];
    return [text.slice(0, cut + 1), h("span", {class: "facts"}, text.slice(cut + 1))];
  }

  function differenceOf(it) {
    const side = who => h("pre", {tabindex: "0"}, ...(it.pieces || []).filter(([whose]) => whose === "both" || whose === who)
      .map(([whose, text]) => whose === "both" ? text
        : h(who === "reference" ? "del" : "ins", {}, text.replaceAll("\n", "↵\n"))));
    return h("section", {class: "difference", "aria-label": "Difference in " + it.dimension},
      h("h4", {}, h("span", {class: "sign", "data-kind": "differs", "aria-hidden": "true"}, "≠"), it.dimension, " ", h("code", {}, it.name)),
      h("p", {class: "text"}, it.message),
      it.figures || it.ulps ? h("div", {class: "numbers"},
        it.figures ? h("dl", {}, ...it.figures.flatMap(([label, text]) => [h("dt", {}, label), h("dd", {}, text)])) : null,
        it.ulps ? histogram(it.ulps) : null) : null,
      h("div", {class: "sides"},
        h("div", {}, h("span", {class: "side"}, data.reference), side("reference")),
        h("div", {}, h("span", {class: "side"}, data.candidate), side("candidate"))));
  }

  // ---- plots --------------------------------------------------------------------------------------------------------

  const short = x => x === 0 ? "0" : Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5 ? String(+x.toPrecision(3)) : x.toExponential(1);

  function histogram(classes) {
    const width = 48 * classes.length + 12, height = 110, most = Math.max(...classes.map(([, n]) => n), 1);
    const bars = classes.flatMap(([label, n], k) => {
      const size = n ? Math.max(2, 70 * n / most) : 0, x = 6 + 48 * k;
      return [
        s("rect", {x: x + 6, y: 86 - size, width: 36, height: size, rx: 2, class: label === "0" ? "exact" : "apart"}),
        s("text", {x: x + 24, y: 81 - size, class: "count"}, String(n)),
        s("text", {x: x + 24, y: 100}, label),
      ];
    });
    const words = "Elements by distance in ulps: " + classes.map(([label, n]) => `${n} at ${label}`).join(", ");
    return h("figure", {}, s("svg", {class: "histogram", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": words},
      s("line", {x1: 4, x2: width - 4, y1: 86, y2: 86, class: "axis"}), ...bars),
      h("figcaption", {}, "elements by distance in ulps"));
  }

  function curve(it) {
    const all = [...it.reference, ...it.candidate].filter(y => y !== null);
    if (!all.length) return null;
    const low = Math.min(...all), high = Math.max(...all), log = low > 0 && high / low > 30;
    const scale = log ? Math.log10 : y => y;
    const from = scale(low), to = high === low ? from + 1 : scale(high);
    const width = 640, height = 220, left = 64, right = 12, top = 12, bottom = 28;
    const count = Math.max(it.reference.length, it.candidate.length);
    const X = k => left + (width - left - right) * k / Math.max(1, count - 1);
    const Y = y => height - bottom - (height - top - bottom) * (scale(y) - from) / (to - from);
    const path = numbers => numbers.map((y, k) => y === null ? "" : `${k && numbers[k - 1] !== null ? "L" : "M"}${X(k).toFixed(1)} ${Y(y).toFixed(1)}`).join("");
    const ticks = [0, 1, 2, 3, 4].map(n => from + (to - from) * n / 4);
    const back = v => log ? 10 ** v : v;
    const steps = [0, Math.floor((count - 1) / 2), count - 1];
    return h("figure", {class: "curve"},
      s("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${it.name} over ${it.length} steps, from ${short(it.reference[0] ?? low)} to ${short(it.reference.at(-1) ?? high)}`},
        ...ticks.flatMap(v => [
          s("line", {class: "grid", x1: left, x2: width - right, y1: Y(back(v)), y2: Y(back(v))}),
          s("text", {class: "tick y", x: left - 8, y: Y(back(v)) + 4}, short(back(v)))]),
        ...steps.map(k => s("text", {class: "tick x", x: X(k), y: height - 8}, String(k * it.step))),
        s("path", {class: "line reference", d: path(it.reference)}),
        s("path", {class: "line candidate", d: path(it.candidate)})),
      h("figcaption", {}, h("code", {}, it.name), log ? " (logarithmic)" : "", " ",
        h("span", {class: "key reference"}, data.reference), " ", h("span", {class: "key candidate"}, data.candidate)));
  }

  // ---- filters ------------------------------------------------------------------------------------------------------

  // What a query can ask for: words anywhere, `key:value` (the beginning of a value is enough), `ulp>4`; a minus says not.
  const differing = it => data.dimensions.filter((_, n) => it.dimensions[n] === "d");
  const KEYS = {
    status: it => [it.outcome], verdict: it => [it.verdict], dim: differing, dtype: it => it.dtypes || [],
    op: it => [it.operation || ""], cause: it => it.causes || [], doc: it => [it.document], chapter: it => [it.chapter],
    fact: it => it.facts || [], id: it => [it.id], known: it => it.known ? [it.known, "yes"] : ["no"],
    sees: it => data.dimensions.filter((_, n) => it.dimensions[n] !== "-"),
  };
  const TOLD = {
    status: "outcome", verdict: "verdict on the document", dim: "dimension that differs", dtype: "element type", op: "operation",
    cause: "cause of a difference", doc: "document", chapter: "chapter", fact: "fact of a document", id: "case", known: "known difference",
    sees: "dimension that is observed",
  };
  const TERM = /(-?)(?:(\w+):(?:"([^"]*)"?|(\S*))|(ulp|abs|rel)(<=|>=|<|>|=)(\S+)|"([^"]*)"?|(\S+))/g;
  const COMPARE = {"<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b, "=": (a, b) => a === b};

  // Whether a value, or a word in it, begins so.
  function begins(value, wanted) {
    const text = value.toLowerCase();
    return text.startsWith(wanted) || text.split(/[ ./]/).some(part => part.startsWith(wanted));
  }

  function parsed(query) {
    const words = [], tests = [], doubts = [];
    for (const [all, minus, key, quoted, value, measure, sign, bound, phrase, word] of query.matchAll(TERM)) {
      let test = null;
      if (measure) {
        const limit = Number(bound);
        if (!Number.isNaN(limit)) test = it => it[measure] !== undefined && COMPARE[sign](it[measure], limit);
      } else if (key && key in KEYS) {
        const wanted = (quoted ?? value).toLowerCase(), read = KEYS[key];
        const known = new Map();  // many cases have the same values
        test = it => read(it).some(each => {
          if (!known.has(each)) known.set(each, begins(each, wanted));
          return known.get(each);
        });
      }
      if (key && !test) doubts.push(`“${key}:” is searched for as text; what can be asked for is ${Object.keys(KEYS).join(", ")}.`);
      if (measure && !test) doubts.push(`“${bound}” is not a number, so “${all}” is searched for as text.`);
      if (test) tests.push(minus ? it => !test(it) : test);
      else if (minus && !key) { const without = (phrase ?? word).toLowerCase(); tests.push((it, text) => !text().includes(without)); }
      else words.push((phrase ?? all).toLowerCase());
    }
    return {words, tests, doubts};
  }

  // What may stand at the end of the query: the keys, or the values that the cases have for one, the most frequent first.
  const values = new Map();
  function valuesOf(key) {
    if (!values.has(key)) {
      const count = new Map();
      for (const it of cases) for (const each of new Set(KEYS[key](it))) if (each) count.set(each, (count.get(each) || 0) + 1);
      values.set(key, [...count].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
    }
    return values.get(key);
  }

  function complete() {
    const [, before, minus, key, begun] = $("q").value.match(/^(|.*?\s)(-?)(?:(\w+):)?((?:(?<=:)"[^"]*|\S*))$/s) || [];
    const offers = [], wanted = (begun || "").replace(/^"/, "").toLowerCase();
    if (key in KEYS) {
      for (const [each, count] of valuesOf(key)) {
        if (offers.length === 40) break;
        if (each.toLowerCase() !== wanted && begins(each, wanted))
          offers.push([`${minus}${key}:${/\s/.test(each) ? `"${each}"` : each}`, count === 1 ? "1 case" : `${count} cases`]);
      }
    } else if (begun && !key) {
      for (const [each, words] of [...Object.entries(TOLD).map(([name, words]) => [name + ":", words]), ...["ulp>", "abs>", "rel>"].map(name => [name, "farther apart than"])])
        if (each.startsWith(wanted) && each !== wanted) offers.push([minus + each, words]);
    }
    $("offers").replaceChildren(...offers.map(([each, words]) => h("option", {value: before + each, label: words})));
  }

  const fields = ["q", "outcome", "verdict", "dimension", "document"];
  let shown = [], rendered = 0, words = [], tests = [], chapter = null;

  // The text to search, gathered while nobody waits, and the rest of it when somebody does.
  const haystacks = [];
  function gather(until) {
    while (haystacks.length < until) haystacks.push(haystack(cases[haystacks.length]));
  }
  const idle = window.requestIdleCallback || (work => setTimeout(work, 50));
  function ahead() {
    gather(Math.min(cases.length, haystacks.length + 500));
    if (haystacks.length < cases.length) idle(ahead);
  }

  const haystack = it => [it.id, it.claim, it.document, it.place, it.outcome, it.verdict, it.source, it.note, it.why, it.message,
    ...(it.facts || [])].filter(Boolean).join("\n").toLowerCase();

  function matches(it, index, want) {
    if (want.outcome && it.outcome !== want.outcome) return false;
    if (want.verdict && (want.verdict === "contradicted" ? !it.unsound : it.verdict !== want.verdict)) return false;
    if (want.document && it.document !== want.document) return false;
    if (want.dimension) {
      const differs = want.dimension.startsWith("differs in ");
      const letter = it.dimensions[data.dimensions.indexOf(differs ? want.dimension.slice(11) : want.dimension)];
      if (differs ? letter !== "d" : letter === "-") return false;
    }
    return tests.every(test => test(it, () => haystacks[index])) && words.every(word => haystacks[index].includes(word));
  }

  function show() {
    const want = Object.fromEntries(fields.map(name => [name, $(name).value]));
    const query = parsed(want.q);
    ({words, tests} = query);
    if (words.length || tests.length) gather(cases.length);
    shown = cases.map((_, index) => index).filter(index => matches(cases[index], index, want));
    rendered = 0;
    chapter = null;
    $("list").replaceChildren();
    more();
    const filtered = fields.some(name => want[name]);
    $("status").textContent = filtered ? `${shown.length} of ${cases.length} cases` : `${cases.length} cases`;
    $("clear").hidden = !filtered;
    $("empty").textContent = ["No case matches these filters.", ...query.doubts].join(" ");
    $("empty").hidden = shown.length > 0 || cases.length === 0;
    return want;
  }

  function more() {
    const until = Math.min(shown.length, rendered + BATCH), rows = [];
    for (; rendered < until; rendered++) {
      const it = cases[shown[rendered]];
      if (it.chapter !== chapter) {
        chapter = it.chapter;
        const title = (data.chapters[chapter] || chapter).split("\n\n")[0];
        rows.push(h("li", {class: "chapter"}, h("h3", {}, ...prose(title))));
      }
      rows.push(rowOf(shown[rendered], words));
    }
    $("list").append(...rows);
  }

  function remember(want) {
    const state = new URLSearchParams(Object.entries(want).filter(([, value]) => value)).toString();
    try { history.replaceState(null, "", state ? "#" + state : location.pathname + location.search); } catch { /* a page without a history still filters */ }
  }

  const changed = () => remember(show());

  async function obey() {
    const wanted = location.hash.includes("=") ? new URLSearchParams(location.hash.slice(1)) : null;
    for (const name of fields) {
      $(name).value = wanted?.get(name) || "";
      if ($(name).selectedIndex === -1) $(name).value = "";
    }
    show();
    if (!wanted) return;
    const index = cases.findIndex(it => it.id === wanted.get("case"));
    if (index < 0) return void $("cases").scrollIntoView({behavior: "instant"});
    while (rendered <= shown.indexOf(index)) more();
    const fold = $("list").querySelector(`details[data-index="${index}"]`);
    fold.open = true;
    await open(fold, index);
    fold.scrollIntoView({behavior: "instant"});
    fold.firstElementChild.focus({preventScroll: true});
  }

  // ---- keys ---------------------------------------------------------------------------------------------------------

  function step(by) {
    const rows = [...$("list").querySelectorAll("li.case > details > summary")];
    const at = rows.indexOf(document.activeElement.closest?.("li.case")?.querySelector("summary"));
    if (at + by >= rows.length && rendered < shown.length) { more(); return step(by); }
    if (at + by < 0) return $("q").focus();
    rows[Math.min(at + by, rows.length - 1)]?.focus();
  }

  document.addEventListener("keydown", event => {
    const target = event.target, typing = target.matches?.("input, select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing) { event.preventDefault(); $("q").focus(); $("q").select(); return; }
    if (event.key === "Escape") {
      const fold = target.closest?.("li.case > details");
      if (target === $("q")) { $("q").value = ""; changed(); }
      else if (fold) { fold.open = false; fold.firstElementChild.focus(); }
      return;
    }
    const among = target === $("q") || target.matches?.("li.case > details > summary");
    if (among && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      if (target === $("q") && event.key === "ArrowUp") return;
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    }
  });

  // ---- light and dark -----------------------------------------------------------------------------------------------

  const themes = ["automatic", "light", "dark"];
  function wear(theme) {
    if (theme === "automatic") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    $("theme").textContent = "Theme: " + theme;
  }
  let kept = null;
  try { kept = localStorage.getItem("parity-theme"); } catch { /* without storage the choice lasts as long as the page */ }
  wear(themes.includes(kept) ? kept : "automatic");
  // Only a click is stored: a page that is loaded while another process still writes must not overwrite the choice.
  $("theme").addEventListener("click", () => {
    const theme = themes[(themes.indexOf($("theme").textContent.slice(7)) + 1) % 3];
    wear(theme);
    try { localStorage.setItem("parity-theme", theme); } catch { /* see above */ }
  });

  $("q").addEventListener("input", complete);
  for (const name of fields) $(name).addEventListener(name === "q" ? "input" : "change", changed);
  $("filters").addEventListener("submit", event => event.preventDefault());
  $("clear").addEventListener("click", () => { for (const name of fields) $(name).value = ""; changed(); $("q").focus(); });
  window.addEventListener("hashchange", obey);
  document.querySelector(".skip").addEventListener("click", event => { event.preventDefault(); $("cases").focus(); });
  new IntersectionObserver(entries => { if (entries.some(entry => entry.isIntersecting) && rendered < shown.length) more(); },
    {rootMargin: "1200px"}).observe($("more"));
  for (const element of [$("theme"), $("filters"), document.querySelector(".keys")]) element.hidden = false;
  await obey();
  idle(ahead);
  document.documentElement.dataset.ready = "";
})();
