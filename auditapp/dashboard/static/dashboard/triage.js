// Alerts by keyboard: one is at hand, keys move to the next or decide about it.
"use strict";
(() => {
  const list = document.querySelector("[data-triage]");
  if (!list) return;
  const rows = [...list.children];
  const keys = document.querySelector("[data-triage-keys]");
  const everywhere = document.querySelector("[data-triage-switch]");
  const PLACE = `triage ${location.pathname}${location.search}`;
  rows.forEach((row) => { row.tabIndex = -1; });
  rows[0].tabIndex = 0; // Tab leads into the list

  const at = () => rows.findIndex((row) => row.contains(document.activeElement));
  const go = (place) => {
    const row = rows[Math.max(0, Math.min(place, rows.length - 1))];
    rows.forEach((other) => { other.tabIndex = other === row ? 0 : -1; });
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  };
  const press = (row, selector) => row.querySelector(selector)?.click();
  const acts = {
    j: () => go(at() + 1),
    k: () => go(at() < 0 ? 0 : at() - 1),
    x: (row) => press(row, "input[name=alert]"),
    o: (row) => press(row, "a.strong"),
    p: (row) => press(row, ".sub a[href^='/people/']"),
    a: (row) => press(row, "button[value=acknowledged]"),
    e: (row) => {
      const decision = row.querySelector("details.decide");
      if (!decision) return;
      decision.open = true;
      decision.querySelector("select")?.focus();
    },
    c: () => document.querySelector("form.bulk select[name=case]")?.focus(),
    "?": () => { if (keys) keys.open = !keys.open; },
  };
  const needsRow = new Set(["x", "o", "p", "a", "e"]);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape" && at() >= 0) return go(at());
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : null;
    const place = at();
    if (!act || (everywhere && !everywhere.checked && place < 0)) return;
    if (needsRow.has(event.key) && place < 0) return;
    event.preventDefault();
    act(rows[place]);
  });

  // A decision brings the page again: the alert that is now in the same place is at hand then.
  list.addEventListener("submit", () => sessionStorage.setItem(PLACE, String(at())));
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  if (place !== null) go(Number(place));

  // Whoever speaks to the machine, or types by chance, turns the keys off outside of the list.
  if (!everywhere) return;
  everywhere.checked = localStorage.getItem("triage keys") !== "off";
  everywhere.addEventListener("change", () => {
    localStorage.setItem("triage keys", everywhere.checked ? "on" : "off");
  });
})();
