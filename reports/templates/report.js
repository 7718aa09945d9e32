// The interactive part of report.html: search, filters, sorting, columns, totals, details and CSV over the page's
// own data block. Texts come from there ready to be shown; nothing is fetched, and text is only ever set as text.
(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("data").textContent);
  const ROWS_AT_FIRST = 500;
  const STEPS = 4; // decimals of the amounts, which are whole numbers of 10^-4
  const STORE = `renewals.columns.${data.key}`;
  const collator = new Intl.Collator(data.language, { numeric: true, sensitivity: "base" });
  const byId = (id) => document.getElementById(id);
  const said = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const make = (tag, values = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(values)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  };
  const isolated = (text) => make("bdi", {}, text);

  // Letters that Unicode does not take apart into a plain letter and a mark.
  const PLAIN = { ß: "ss", ł: "l", ø: "o", đ: "d", æ: "ae", œ: "oe", ı: "i", ð: "d", þ: "th", ς: "σ" };
  const fold = (text) =>
    text.toLowerCase().normalize("NFKD").replace(/\p{M}+/gu, "").replace(/[ßłøđæœıðþς]/g, (letter) => PLAIN[letter]);

  const pool = data.cells.map(([text, key, currency]) => ({ text, key, currency, folded: fold(text) }));
  const rows = data.rows.map(([client, currency, up, risk, change, contractId, changeId, email, cells], place) => ({
    place,
    ids: [contractId, changeId],
    email,
    client: data.clients[client],
    currency,
    amounts: [BigInt(up), BigInt(risk), BigInt(change)],
    cells: cells.map((index) => pool[index]),
  }));
  const columns = data.columns;
  const place = (name) => columns.findIndex((column) => column.name === name);
  const FILTERS = { status: place("status"), type: place("contract_type") };

  const state = { terms: [], chosen: { status: new Set(), type: new Set() }, sort: null, limit: ROWS_AT_FIRST };

  // ---- columns, remembered where the browser allows it -------------------------------------------------------

  const remembered = () => {
    try {
      const names = JSON.parse(localStorage.getItem(STORE));
      return Array.isArray(names) ? new Set(names) : null;
    } catch {
      return null;
    }
  };
  const remember = (names) => {
    try {
      if (names) localStorage.setItem(STORE, JSON.stringify(names));
      else localStorage.removeItem(STORE);
    } catch {
      // A page opened from disk may have no storage: the choice then lasts as long as the page.
    }
  };
  const choice = remembered();
  let shown = columns.map((column) => column.locked || (choice ? choice.has(column.name) : column.shown));
  const visible = () => columns.map((_, index) => index).filter((index) => shown[index]);

  const setColumns = (wanted, names) => {
    shown = columns.map((column, index) => column.locked || wanted(column, index));
    remember(names === null ? null : columns.filter((_, index) => shown[index]).map((column) => column.name));
    if (state.sort && !shown[state.sort.index]) state.sort = null;
    buildHead();
    buildDefinitions();
    render();
  };

  const buildChooser = () => {
    byId("columns").replaceChildren(
      ...columns.map((column, index) => {
        const box = make("input", { type: "checkbox", disabled: column.locked, name: column.name });
        box.checked = shown[index];
        box.addEventListener("change", () => setColumns((_, each) => (each === index ? box.checked : shown[each])));
        const note = column.locked ? ` (${data.words.always_shown})` : "";
        return make("label", {}, box, ` ${column.label}${note}`);
      }),
    );
  };

  const buildDefinitions = () => {
    const list = byId("definitions");
    list.querySelectorAll(".added").forEach((item) => item.remove());
    for (const index of visible()) {
      const { mark, label, definition } = columns[index];
      if (!mark) list.append(make("li", { class: "added" }, make("b", {}, `${label}${data.words.colon}`), ` ${definition}`));
    }
  };

  // ---- the table ---------------------------------------------------------------------------------------------

  const buildHead = () => {
    byId("rows").tHead.rows[0].replaceChildren(
      ...visible().map((index) => {
        const { label, mark, kind } = columns[index];
        const head = make("th", { scope: "col", class: kind });
        const button = make("button", { type: "button", class: "sort", onclick: () => sortBy(index) }, label);
        if (mark) button.append(make("sup", { class: "mark", "aria-hidden": "true" }, String(mark)));
        head.append(button);
        head.dataset.column = index;
        return head;
      }),
    );
  };

  const sortBy = (index) => {
    const again = state.sort && state.sort.index === index;
    state.sort = { index, descending: again ? !state.sort.descending : false };
    render();
  };

  // Amounts are compared within a currency only; the currencies keep their order whichever way the amounts go.
  // A value that is not known comes last, both ways.
  const compare = (a, b, kind, way) => {
    if ((a.key === "") !== (b.key === "")) return a.key === "" ? 1 : -1;
    if (a.key === "") return 0;
    if (a.currency !== b.currency) return a.currency < b.currency ? -1 : 1;
    if (a.currency) {
      const [left, right] = [BigInt(a.key), BigInt(b.key)];
      return left === right ? 0 : left < right ? -way : way;
    }
    if (kind === "number") return (a.key - b.key) * way;
    if (kind === "date") return a.key === b.key ? 0 : a.key < b.key ? -way : way;
    return collator.compare(a.text, b.text) * way;
  };

  // Rule 8: the same columns on every surface, whatever columns are shown; see pipeline/transform/search.py.
  const SEARCHED = ["client_name", "website", "hub_id", "primary_contact_name"].map(place);
  const haystack = (row) => {
    if (row.hay === undefined) {
      const texts = SEARCHED.map((index) => row.cells[index]).filter((cell) => cell.text !== data.empty);
      row.hay = [...texts.map((cell) => cell.folded), fold(row.ids[0]), fold(row.email)].join("\n");
    }
    return row.hay;
  };
  const fits = (row) =>
    Object.entries(FILTERS).every(([name, index]) => {
      const wanted = state.chosen[name];
      return !wanted.size || wanted.has(row.cells[index].text);
    }) && state.terms.every((term) => haystack(row).includes(term));

  const found = () => {
    const hits = rows.filter(fits);
    if (!state.sort) return hits;
    const { index, descending } = state.sort;
    const kind = columns[index].kind;
    const way = descending ? -1 : 1;
    return hits.sort((a, b) => compare(a.cells[index], b.cells[index], kind, way) || a.place - b.place);
  };

  const cellOf = (row, index) => {
    const { name, kind } = columns[index];
    const { text, key } = row.cells[index];
    const names = [kind, name.replaceAll("_", "-")];
    if (name === "status") {
      return make("td", { class: [...names, key].join(" ") }, make("span", { class: "badge" }, text));
    }
    const cell = make("td", { class: names.join(" ") });
    if (name === "client_name") {
      const label = said(data.words.details_of, { client: text });
      const open = () => openPanel(row);
      cell.append(make("button", { type: "button", class: "open", title: label, onclick: open }, isolated(text)));
    } else cell.append(kind === "text" ? isolated(text) : text);
    return cell;
  };

  const render = () => {
    const hits = found();
    const wide = visible();
    const lines = hits.slice(0, state.limit).map((row) => make("tr", {}, ...wide.map((index) => cellOf(row, index))));
    const none = make("tr", {}, make("td", { colspan: wide.length, class: "none" }, data.words.none));
    byId("rows").tBodies[0].replaceChildren(...(lines.length ? lines : [none]));
    for (const head of byId("rows").tHead.rows[0].cells) {
      const mine = state.sort && state.sort.index === Number(head.dataset.column);
      if (mine) head.setAttribute("aria-sort", state.sort.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    byId("show-all").hidden = hits.length <= state.limit;
    byId("show-all").textContent = said(data.words.show_all, { total: count(hits.length) });
    showCount(hits);
    showTotals(hits);
  };

  const showCount = (hits) => {
    const parts = [said(data.words.shown, { shown: count(hits.length), total: count(rows.length) })];
    if (state.sort) {
      const column = columns[state.sort.index];
      parts.push(said(data.words.sorted_by, { column: column.label }));
      if (rows.some((row) => row.cells[state.sort.index].currency)) parts.push(data.words.by_currency);
    }
    byId("count").textContent = parts.join(" · ");
  };

  // ---- totals, in whole numbers ------------------------------------------------------------------------------

  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, data.group);
  const count = (number) => grouped(String(number));
  const money = (steps, currency, signed) => {
    const shape = data.money[currency];
    const digits = (steps < 0n ? -steps : steps).toString().padStart(STEPS + 1, "0");
    const fraction = digits.slice(-STEPS).replace(/0+$/, "").padEnd(shape.decimals, "0");
    const number = grouped(digits.slice(0, -STEPS)) + (fraction ? data.decimal + fraction : "");
    const sign = steps < 0n ? (signed ? "minus" : "negative") : steps > 0n && signed ? "plus" : "plain";
    return shape[sign][0] + number + shape[sign][1];
  };

  const showTotals = (hits) => {
    const lines = Object.keys(data.money).map((currency) => {
      const mine = hits.filter((row) => row.currency === currency);
      const sums = [0, 1, 2].map((which) => mine.reduce((sum, row) => sum + row.amounts[which], 0n));
      const texts = [count(mine.length), ...sums.map((sum, which) => money(sum, currency, which === 2))];
      const cells = texts.map((text) => make("td", { class: "number" }, text));
      return make("tr", {}, make("th", { scope: "row" }, currency), ...cells);
    });
    byId("totals").tBodies[0].replaceChildren(...lines);
  };

  // ---- the client's panel ------------------------------------------------------------------------------------

  const facts = (list) =>
    make("dl", { class: "facts" }, ...list.map(({ label, text }) =>
      make("div", {}, make("dt", {}, label), make("dd", {}, isolated(text)))));

  const grid = (title, labels, lines, empty) => {
    if (!lines.length) return make("section", {}, make("h3", {}, title), make("p", {}, empty));
    const head = make("tr", {}, ...labels.map((label) => make("th", { scope: "col" }, label)));
    const body = lines.map((line) => make("tr", {}, ...line.map((text) => make("td", {}, isolated(text)))));
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
    const scroll = make("div", { class: "scroll", role: "region", "aria-label": title, tabindex: "0" }, table);
    return make("section", {}, make("h3", {}, title), scroll);
  };

  const estimate = (change, words) => {
    const line = ({ label, text }, tag) =>
      make("tr", { class: tag }, make("th", { scope: "row" }, label), make("td", { class: "number" }, text));
    const parts = change.parts.length ? change.parts : [{ label: words.no_parts, text: "" }];
    return make("article", { class: `change ${change.status}` },
      make("h4", {}, change.title),
      facts(change.facts),
      make("table", { class: "estimate" },
        make("caption", {}, words.estimate),
        make("tbody", {}, line(change.before, "sum"), ...parts.map((part) => line(part, "part")), line(change.after, "sum"))),
      make("p", { class: "note" }, change.basis));
  };

  // The bar is for the eye; the share is next to it in words.
  const share = (limit, words) => {
    const text = limit.over ? `${limit.share} (${words.over})` : limit.share;
    if (!limit.measured) return text;
    const part = make("span");
    part.style.width = `${limit.percent}%`;
    const both = document.createDocumentFragment();
    both.append(make("span", { class: limit.over ? "bar over" : "bar", "aria-hidden": "true" }, part), text);
    return both;
  };
  const limitLine = (limit, words) => [
    limit.label, limit.contract, limit.used, limit.limit, share(limit, words), limit.measured_on,
  ];

  const openPanel = (row) => {
    const { client } = row;
    const words = data.details;
    byId("panel-title").replaceChildren(isolated(client.name));
    byId("panel-body").replaceChildren(
      facts(client.facts),
      grid(words.contacts, [words.name, words.email, words.job_title, words.last_active], client.contacts,
        words.no_contacts),
      grid(words.products, [words.product, words.quantity, words.price, words.discount, words.contract], client.products,
        words.no_products),
      grid(words.usage, [words.app, words.active_users, words.last_used, words.measured], client.usage, words.no_usage),
      grid(words.limits, [words.limit, words.contract, words.used, words.allowed, words.share, words.measured],
        client.limits.map((limit) => limitLine(limit, words)), words.no_limits),
      make("section", {}, make("h3", {}, words.changes), ...client.changes.map((change) => estimate(change, words))),
    );
    byId("panel").showModal();
    byId("panel").scrollTop = 0;
  };

  // ---- saving the rows shown as data, byte for byte as report.csv has them ---------------------------------------

  // A spreadsheet takes a text that begins like this for a formula; an apostrophe in front stops it.
  const guarded = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  // The columns as sent, whatever is hidden now, then those that the reader has added, and always the currency.
  const saved = () => {
    const sent = columns.flatMap((column, index) => (column.shown ? [index] : []));
    return [...new Set([...sent, ...visible(), place("currency")])];
  };
  const plainAmount = (steps, currency) => {
    const digits = (steps < 0n ? -steps : steps).toString().padStart(STEPS + 1, "0");
    const fraction = digits.slice(-STEPS).replace(/0+$/, "").padEnd(data.money[currency].decimals, "0");
    return (steps < 0n ? "-" : "") + digits.slice(0, -STEPS) + (fraction ? `.${fraction}` : "");
  };
  const plain = ({ text, key, currency }, { kind }) => {
    if (typeof key === "number") return String(key);
    if (kind === "number") return key ? plainAmount(BigInt(key), currency) : "";
    if (kind === "date") return key ?? text;
    return key === "" && text === data.empty ? "" : guarded(text);
  };
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  const save = () => {
    const wide = saved();
    const lines = [[...wide.map((index) => columns[index].label), data.data.contract_id, data.data.change_id]];
    for (const row of found()) {
      lines.push([...wide.map((index) => plain(row.cells[index], columns[index])), ...row.ids.map(guarded)]);
    }
    // The byte order mark tells a spreadsheet that this is UTF-8.
    const text = `\ufeff${lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("")}`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    make("a", { href: address, download: byId("export").dataset.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };

  // ---- controls ----------------------------------------------------------------------------------------------

  const buildFilter = (name) => {
    const texts = [...new Set(rows.map((row) => row.cells[FILTERS[name]].text))].sort(collator.compare);
    byId(`${name}-filter`).replaceChildren(
      ...texts.map((text) => {
        const box = make("input", { type: "checkbox" });
        box.addEventListener("change", () => {
          state.chosen[name][box.checked ? "add" : "delete"](text);
          render();
        });
        return make("label", {}, box, ` ${text}`);
      }),
    );
  };

  const clear = () => {
    byId("search").value = "";
    Object.assign(state, { terms: [], sort: null, limit: ROWS_AT_FIRST });
    for (const name of Object.keys(FILTERS)) {
      state.chosen[name].clear();
      buildFilter(name);
    }
    render();
  };

  const showAll = () => {
    const first = state.limit;
    state.limit = Infinity;
    render();
    byId("rows").tBodies[0].rows[first]?.querySelector("button")?.focus();
  };

  const search = () => {
    state.terms = fold(byId("search").value).split(/\s+/).filter(Boolean);
    render();
  };

  const onKey = (event) => {
    const menu = event.target.closest?.("details.menu[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.key === "/" && !event.target.closest?.("input, dialog") && !byId("panel").open) {
      event.preventDefault();
      byId("search").focus();
    }
  };

  const connect = () => {
    byId("search").addEventListener("input", search);
    byId("clear").addEventListener("click", clear);
    byId("export").addEventListener("click", save);
    byId("show-all").addEventListener("click", showAll);
    byId("panel-close").addEventListener("click", () => byId("panel").close());
    byId("reset-columns").addEventListener("click", () => {
      setColumns((column) => column.shown, null);
      buildChooser();
    });
    document.addEventListener("keydown", onKey);
    document.addEventListener("click", (event) => {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        if (!menu.contains(event.target)) menu.open = false;
      }
    });
    let before = ROWS_AT_FIRST;
    window.addEventListener("beforeprint", () => {
      before = state.limit;
      state.limit = Infinity;
      render();
    });
    window.addEventListener("afterprint", () => {
      state.limit = before;
      render();
    });
  };

  Object.keys(FILTERS).forEach(buildFilter);
  buildChooser();
  buildHead();
  buildDefinitions();
  connect();
  render();
  byId("tools").hidden = false;
  document.documentElement.classList.add("interactive");
})();
