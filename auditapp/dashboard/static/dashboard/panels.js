// Draws the figures that panels bring, in the page's own colours; a click leads to what it counts.
"use strict";

const settings = { displayModeBar: false, responsive: true, showTips: false, doubleClick: false };

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function themed(layout) {
  const axis = { gridcolor: colour("--line"), linecolor: colour("--line"), zerolinecolor: colour("--line") };
  const drawn = { ...layout, font: { ...layout.font, color: colour("--dim") } };
  for (const name of Object.keys(layout)) {
    if (/^[xy]axis\d*$/.test(name)) drawn[name] = { ...layout[name], ...axis };
  }
  drawn.hoverlabel = { bgcolor: colour("--card"), bordercolor: colour("--line"), font: { color: colour("--ink") } };
  return drawn;
}

function follow(address) {
  if (typeof address === "string" && /^\/[^/\\]/.test(address)) location.assign(address);
}

function brushed(plot, selection) {
  const range = selection && selection.range && selection.range.x;
  if (!range || !plot.dataset.narrow) return;
  const [from, to] = range.map((time) => String(time).slice(0, 19).replace(" ", "T"));
  const address = new URL(plot.dataset.narrow, location.origin);
  address.searchParams.set("from", from);
  address.searchParams.set("to", to);
  follow(address.pathname + address.search);
}

function draw(plot) {
  const source = plot.querySelector("script[type='application/json']");
  if (source) plot.figure = JSON.parse(source.textContent);
  if (!plot.figure || plot.figure.drawn) return;
  plot.figure.drawn = true;
  const layout = { ...plot.figure.layout };
  if (!plot.dataset.narrow) layout.dragmode = false;
  if (plot.clientWidth < 500 && layout.showlegend) {  // several lines of names need room
    layout.height += 70;
    layout.margin = { ...layout.margin, t: 78 };
  }
  plot.replaceChildren();
  Plotly.newPlot(plot, plot.figure.data, themed(layout), settings).then(() => {
    plot.on("plotly_click", (event) => follow(event.points[0].customdata));
    plot.on("plotly_selected", (event) => brushed(plot, event));
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", "The table below says the same.");
  });
}

function drawAll(root) {
  root.querySelectorAll(".plot").forEach(draw);
}

function restyle() {
  document.querySelectorAll(".plot.js-plotly-plot").forEach((plot) => Plotly.relayout(plot, themed(plot.layout)));
}

document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));
document.addEventListener("theme", restyle);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
