// What every page has: the switch between light and dark.
"use strict";
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const next = (root.dataset.theme || system) === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  localStorage.setItem("theme", next);
  document.dispatchEvent(new Event("theme"));
});
// On a narrow screen the navigation scrolls: the page one is on shall be seen.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
// A chosen range and given times exclude each other; the last one touched wins.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form.search");
  if (!form) return;
  if (event.target.matches("input.time")) {
    form.querySelectorAll("[name=range]").forEach((choice) => { choice.checked = false; });
  } else if (event.target.name === "range") {
    form.querySelectorAll("input.time").forEach((time) => { time.value = ""; });
  }
});
// One box chooses all boxes of a name.
document.addEventListener("change", (event) => {
  const name = event.target.dataset && event.target.dataset.choose;
  if (!name) return;
  document.querySelectorAll(`input[type=checkbox][name="${name}"]`).forEach((box) => { box.checked = event.target.checked; });
});
