// The interactive part of finance.html: filters by partner, currency and bar, search, sorting, sums and CSV over the
// rows that stand in the page. Texts come from the page and its data block; nothing is fetched, text is only set as text.
(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("data").textContent);
  const STEPS = 4; // decimals of the amounts in the data, summed as whole numbers of 10^-4
  const collator = new Intl.Collator(data.language, { numeric: true, sensitivity: "base" });
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const said = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const words = data.words;

  const make = (tag, values = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(values)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };

  // Letters that Unicode does not take apart into a plain letter and a mark.
  const PLAIN = { ß: "ss", ł: "l", ø: "o", đ: "d", æ: "ae", œ: "oe", ı: "i", ð: "d", þ: "th", ς: "σ" };
  const fold = (text) =>
    text.toLowerCase().normalize("NFKD").replace(/\p{M}+/gu, "").replace(/[ßłøđæœıðþς]/g, (letter) => PLAIN[letter]);

  const state = { partner: "", currency: "", bar: "", terms: [] };

  // ---- numbers -----------------------------------------------------------------------------------------------

  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, data.group);
  const count = (number) => grouped(String(number));
  const steps = (value) => {
    const [whole, rest = ""] = value.replace("-", "").split(".");
    const amount = BigInt(whole) * 10n ** BigInt(STEPS) + BigInt(rest.padEnd(STEPS, "0").slice(0, STEPS) || "0");
    return value.startsWith("-") ? -amount : amount;
  };
  const money = (amount, currency) => {
    const shape = data.money[currency];
    const [before, after] = amount < 0n ? shape.negative : shape.plain;
    const digits = String(amount < 0n ? -amount : amount).padStart(STEPS + 1, "0");
    const fraction = digits.slice(-STEPS).slice(0, shape.decimals);
    return `${before}${grouped(digits.slice(0, -STEPS))}${fraction ? data.decimal + fraction : ""}${after}`;
  };

  // ---- tables ------------------------------------------------------------------------------------------------

  const tables = all("table.worked").map((node) => ({
    node,
    heads: [...node.tHead.rows[0].cells],
    rows: [...node.tBodies[0].rows].map((line, place) => ({
      line,
      place,
      currency: line.dataset.currency,
      partner: line.dataset.partner,
      bars: line.dataset.bars === undefined ? null : line.dataset.bars.split(" "),
      hay: fold(line.textContent),
    })),
    sort: null,
  }));

  const fits = (table, row) =>
    (!state.currency || !row.currency || row.currency === state.currency) &&
    (!state.partner || !row.partner || row.partner === state.partner) &&
    (!state.bar || row.bars === null || row.bars.includes(state.bar)) &&
    (table.node.id === "overview-table" || state.terms.every((term) => row.hay.includes(term)));

  // Amounts are compared within a currency only; a value that is not known comes last, both ways.
  const compare = (a, b, index, way) => {
    const [left, right] = [a.line.cells[index], b.line.cells[index]];
    const [x, y] = [left.dataset.value, right.dataset.value];
    if ((x === "") !== (y === "")) return x === "" ? 1 : -1;
    if (x === undefined || y === undefined) return collator.compare(left.textContent, right.textContent) * way;
    if (left.classList.contains("number")) {
      if (a.currency !== b.currency) return a.currency < b.currency ? -1 : 1;
      return (Number(x) - Number(y)) * way;
    }
    return x === y ? 0 : x < y ? -way : way;
  };

  const show = (table) => {
    const hits = table.rows.filter((row) => fits(table, row));
    if (table.sort) {
      const { index, descending } = table.sort;
      hits.sort((a, b) => compare(a, b, index, descending ? -1 : 1) || a.place - b.place);
    }
    table.node.tBodies[0].replaceChildren(...hits.map((row) => row.line));
    table.heads.forEach((head, index) => {
      if (table.sort && table.sort.index === index) {
        head.setAttribute("aria-sort", table.sort.descending ? "descending" : "ascending");
      } else head.removeAttribute("aria-sort");
    });
    table.counted.textContent = said(words.shown, { shown: count(hits.length), total: count(table.rows.length) });
    table.shown = hits;
    if (table.sums) showSums(table, hits);
  };

  // What the rows shown add up to, per currency: current, contracted, expected and full MRR.
  const SUMMED = ["c-current-mrr", "c-contracted-mrr", "c-expected-mrr", "c-full-mrr"];
  const showSums = (table, hits) => {
    const places = SUMMED.map((name) => table.heads.findIndex((_, index) => table.first.cells[index].classList.contains(name)));
    const currencies = data.currencies.filter((currency) => hits.some((row) => row.currency === currency));
    table.sums.replaceChildren(
      ...currencies.map((currency) => {
        const mine = hits.filter((row) => row.currency === currency);
        const texts = places.map((place) => {
          const sum = mine.reduce((total, row) => total + steps(row.line.cells[place].dataset.value), 0n);
          return `${table.heads[place].textContent} ${money(sum, currency)}`;
        });
        return make("p", {}, `${words.sum_of_rows} (${count(mine.length)}): ${texts.join(" · ")}`);
      }),
    );
  };

  const render = () => {
    tables.forEach(show);
    for (const section of all(".of-currency")) {
      section.hidden = Boolean(state.currency) && section.dataset.currency !== state.currency;
    }
    byId("partner-note").hidden = !state.partner;
    barNote.replaceChildren();
    if (state.bar) {
      const label = barLabels[state.bar] || state.bar;
      barNote.append(make("button", { type: "button", onclick: () => chooseBar("", "") }, `${label} ✕`));
    }
  };

  // ---- saving what is shown ----------------------------------------------------------------------------------

  // A spreadsheet takes a text that begins like this for a formula; an apostrophe in front stops it.
  const guarded = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const plain = (cell) => (cell.classList.contains("number") ? cell.textContent : guarded(cell.textContent));

  const save = (table) => {
    const lines = [table.heads.map((head) => head.textContent)];
    for (const row of table.shown) lines.push([...row.line.cells].map(plain));
    const text = lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    make("a", { href: address, download: `${data.file_name}-${table.node.id}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };

  // ---- from a bar to its contracts ---------------------------------------------------------------------------

  const barLabels = data.bars;
  const barNote = make("span", { class: "bar-note" });
  const chooseBar = (bar, currency) => {
    state.bar = bar;
    if (currency) {
      state.currency = currency;
      byId("currency").value = currency;
    }
    render();
    if (bar) byId("contracts-title").scrollIntoView();
  };
  const linkBars = () => {
    const linked = new Set(tables.flatMap((table) => table.rows.flatMap((row) => row.bars || [])));
    for (const line of all("tr[data-bar]")) {
      const { bar, currency } = line.dataset;
      if (!linked.has(bar)) continue;
      const cell = line.cells[0];
      const title = said(words.show_contracts, { bar: cell.textContent, currency });
      const open = () => chooseBar(bar, currency);
      cell.replaceChildren(make("button", { type: "button", class: "bar-link", title, onclick: open }, cell.textContent));
    }
    for (const shape of all("svg [data-bar]")) {
      if (!linked.has(shape.dataset.bar)) continue;
      shape.classList.add("linked");
      shape.addEventListener("click", () => chooseBar(shape.dataset.bar, shape.closest("section").dataset.currency));
    }
  };

  // ---- controls ----------------------------------------------------------------------------------------------

  const prepare = (table) => {
    table.first = table.node.tBodies[0].rows[0] || null;
    table.counted = make("span", { role: "status" });
    const button = make("button", { type: "button", onclick: () => save(table) }, words.export);
    const bar = make("div", { class: "table-tools" }, button, table.counted);
    if (table.node.id === "contracts") bar.append(barNote);
    table.node.parentElement.before(bar);
    if (["contracts", "partners"].includes(table.node.id) && table.first) {
      table.sums = make("div", { class: "sums" });
      table.node.parentElement.after(table.sums);
    }
    table.heads.forEach((head, index) => {
      const label = head.textContent;
      const sort = () => {
        const again = table.sort && table.sort.index === index;
        table.sort = { index, descending: again ? !table.sort.descending : head.classList.contains("number") };
        show(table);
      };
      head.replaceChildren(make("button", { type: "button", class: "sort", onclick: sort }, label));
    });
  };

  const fill = (id, entries) => {
    byId(id).append(...entries.map(([value, text]) => make("option", { value }, text)));
    byId(id).addEventListener("change", () => {
      state[id] = byId(id).value;
      render();
    });
    byId(id).parentElement.hidden = entries.length < 2;
  };

  const clear = () => {
    Object.assign(state, { partner: "", currency: "", bar: "", terms: [] });
    for (const id of ["partner", "currency", "search"]) byId(id).value = "";
    for (const table of tables) table.sort = null;
    render();
  };

  const connect = () => {
    fill("partner", data.partners);
    fill("currency", data.currencies.map((code) => [code, code]));
    byId("search").addEventListener("input", () => {
      state.terms = fold(byId("search").value).split(/\s+/).filter(Boolean);
      render();
    });
    byId("clear").addEventListener("click", clear);
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.target.closest?.("input, select")) {
        event.preventDefault();
        byId("search").focus();
      }
    });
    let opened = [];
    window.addEventListener("beforeprint", () => {
      opened = all("details:not([open])");
      for (const each of opened) each.open = true;
    });
    window.addEventListener("afterprint", () => {
      for (const each of opened) each.open = false;
    });
  };

  tables.forEach(prepare);
  linkBars();
  connect();
  render();
  byId("tools").hidden = false;
  document.documentElement.classList.add("interactive");
})();
