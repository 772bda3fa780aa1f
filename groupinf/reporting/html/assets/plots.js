"use strict";
// The scatter plots: one plotly figure per panel, a trace for each style of kinds, and a last one for the marked group.
const data = JSON.parse(document.getElementById("plot-data").textContent);
data.arrays = data.arrays.map((text, place) => {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return Float64Array.from(new Float32Array(bytes.buffer), (value) => value * data.units[place]);
});
const plots = [...document.querySelectorAll(".plot")];
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
const coarsePointer = window.matchMedia("(pointer: coarse)");
const view = {method: document.querySelector("[name=method]:checked").value, hidden: new Set(), printing: false};

function runOf(plot) {
  return data.runs[Number(plot.dataset.run)];
}

function panelOf(plot) {
  return runOf(plot).panels[plot.dataset.panel];
}

function actualIn(panel) {
  return data.arrays[panel.actual];
}

function predictedIn(panel, method) {
  return data.arrays[panel.predicted[method]];
}

function isDark() {
  return darkScheme.matches && !view.printing;
}

function groupsOf(run) {
  return data.groups[run.groups];
}

function placesOf(run, style) {
  const {kind, kinds} = groupsOf(run);
  return [...kind.keys()].filter((place) => kinds[kind[place]].style === style);
}

function styleTrace(plot, style) {
  const panel = panelOf(plot);
  const places = placesOf(runOf(plot), style);
  const predicted = predictedIn(panel, view.method) || [];
  const actual = actualIn(panel);
  const look = data.styles[style];
  const dark = isDark();
  return {
    type: "scatter",
    mode: "markers",
    name: "",
    x: places.map((place) => predicted[place]),
    y: places.map((place) => actual[place]),
    customdata: places,
    hoverinfo: "none",
    visible: !view.hidden.has(style),
    marker: {
      symbol: look.symbol,
      size: 6.5,
      color: dark ? look.dark : look.colour,
      opacity: data.alpha,
      line: {width: 0.4, color: dark ? "#15181d" : "#ffffff"},
    },
  };
}

function markedTrace(plot) {
  const place = markedIn(plot);
  const panel = panelOf(plot);
  const shown = place !== null && view.method in panel.predicted;
  const ink = isDark() ? "#ffffff" : "#1a1a1a";
  return {
    type: "scatter",
    mode: "markers",
    name: "marked",
    x: shown ? [predictedIn(panel, view.method)[place]] : [],
    y: shown ? [actualIn(panel)[place]] : [],
    hoverinfo: "skip",
    marker: {symbol: "circle-open", size: 17, color: ink, line: {width: 2.5, color: ink}},
  };
}

// The axes of the static figures; a marked group that lies outside makes them wider. Four limits are those of two axes
// of their own, of effects that are not to scale.
function limitsOf(plot) {
  const limits = panelOf(plot).limits[view.method] || [0, 1];
  const marked = markedTrace(plot);
  if (limits.length === 4) {
    return {across: widened(limits.slice(0, 2), marked.x), up: widened(limits.slice(2), marked.y), toScale: false};
  }
  const both = widened(limits, [...marked.x, ...marked.y]);
  return {across: both, up: both, toScale: true};
}

function widened(limits, marked) {
  const values = [...limits, ...marked];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = low < limits[0] || high > limits[1] ? 0.05 * (high - low) : 0;
  return [low - margin, high + margin];
}

function identityLine(limits, colours) {
  return {
    type: "line",
    layer: "below",
    x0: limits[0],
    y0: limits[0],
    x1: limits[1],
    y1: limits[1],
    line: {color: colours.identity, width: 1},
  };
}

function axis(limits, title, colours) {
  return {
    range: limits,
    title: {text: title, font: {size: 12}, standoff: 6},
    automargin: true, // long numbers at the ticks push the title outwards
    nticks: 5,
    zeroline: true,
    zerolinecolor: colours.grid,
    gridcolor: colours.grid,
    showgrid: false,
    linecolor: colours.quiet,
    showline: true,
    ticks: "outside",
    ticklen: 4,
    exponentformat: "power",
    tickfont: {size: 11},
  };
}

// On paper a plot has the size that page.css gives it there: it cannot be measured before the page is laid out.
function sizeOf(plot) {
  return view.printing ? {width: 340, height: 330} : {width: plot.clientWidth, height: plot.clientHeight};
}

function layoutOf(plot) {
  const limits = limitsOf(plot);
  const dark = isDark();
  const colours = dark
    ? {text: "#e8e8e8", quiet: "#a5a9b0", grid: "#3a3f47", identity: "#8c8c8c"}
    : {text: "#1a1a1a", quiet: "#666666", grid: "#d0d0d0", identity: "#8c8c8c"};
  return {
    ...sizeOf(plot),
    autosize: false,
    showlegend: false,
    hovermode: "closest",
    dragmode: coarsePointer.matches ? false : "zoom", // a finger scrolls the page
    margin: {l: 58, r: 12, t: 8, b: 44},
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: {color: colours.text, family: "system-ui, sans-serif", size: 12},
    xaxis: axis(limits.across, "Predicted effect", colours),
    yaxis: axis(limits.up, "Actual effect (retrained)", colours),
    shapes: limits.toScale ? [identityLine(limits.across, colours)] : [],
  };
}

// How many of the points that are shown lie outside the axes as they are drawn: widened, or zoomed into.
function outsideOf(plot) {
  const [left, right] = plot.layout.xaxis.range;
  const [low, high] = plot.layout.yaxis.range;
  const inside = (x, y) => left <= x && x <= right && low <= y && y <= high;
  const shown = plot.data.filter((trace) => trace.customdata && trace.visible);
  return shown.reduce((sum, {x, y}) => sum + x.filter((value, place) => !inside(value, y[place])).length, 0);
}

function headingOf(plot) {
  const rho = panelOf(plot).rho[view.method];
  if (rho === undefined) return "not predicted by this method";
  const outside = outsideOf(plot);
  const over = view.hidden.size ? ", all groups" : "";
  return `ρ = ${rho}${over}${outside ? ` · ${outside.toLocaleString("en")} outside the axes` : ""}`;
}

function writeHeading(plot) {
  plot.parentElement.querySelector(".rho").textContent = headingOf(plot);
}

function draw(plot) {
  const traces = [...data.drawn.map((style) => styleTrace(plot, style)), markedTrace(plot)];
  const config = {displayModeBar: false, doubleClick: "reset", scrollZoom: false};
  const first = plot.dataset.drawn === undefined;
  plot.dataset.drawn = view.method;
  Plotly.react(plot, traces, layoutOf(plot), config);
  writeHeading(plot);
  if (first) {
    plot.on("plotly_relayout", () => writeHeading(plot));
    plot.on("plotly_hover", (event) => showHover(plot, event));
    plot.on("plotly_unhover", hideHover);
    plot.on("plotly_click", (event) => toggleMark(Number(plot.dataset.run), event.points[0].customdata));
  }
}

function isDrawn(plot) {
  return plot.dataset.drawn !== undefined;
}

// What was drawn is drawn again; the rest when it is scrolled to.
function redraw() {
  hideHover();
  plots.filter(isDrawn).forEach(draw);
}

// A plot follows its box, whatever changed that: the window, the way the phone is held, the size of the text.
function fit(plot) {
  if (!isDrawn(plot) || view.printing) return;
  const {width, height} = sizeOf(plot);
  if (width > 0 && (plot.layout.width !== width || plot.layout.height !== height)) draw(plot);
}

function drawAll() {
  plots.forEach(draw);
}
