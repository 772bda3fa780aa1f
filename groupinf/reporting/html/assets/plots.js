"use strict";
// The scatter plots: one plotly figure per evaluation and run, a trace for each style of kinds, and one for the marked
// group.
// Above so many points in all plots of a run these are thinned, to as many marks as are drawn within a second.
const MOST_POINTS = 20000;
const THINNED_TO = 10000;
const plots = [...document.querySelectorAll(".plot")];
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
const coarsePointer = window.matchMedia("(pointer: coarse)");
const view = {method: Object.keys(data.methods)[0], hidden: new Set(), printing: false};

function runOf(plot) {
  return data.runs[Number(plot.dataset.run)];
}

function panelOf(plot) {
  return runOf(plot).panels[plot.dataset.panel];
}

// The chosen method; where it predicts nothing of what a plot shows, the first that does.
function methodOf(plot) {
  const {predicted} = panelOf(plot);
  return view.method in predicted ? view.method : Object.keys(data.methods).find((method) => method in predicted);
}

function isDark() {
  return darkScheme.matches && !view.printing;
}

// The axes of the method that is shown, [across, up]; effects to scale share one.
function axesOf(plot) {
  const axes = panelOf(plot).axes[methodOf(plot)] || [[0, 1, null]];
  return [axes[0], axes.at(-1)];
}

function isToScale(plot) {
  return (panelOf(plot).axes[methodOf(plot)] || [0, 0]).length === 1;
}

// The places of the groups that are drawn, by the style of their kinds.
function drawnPlaces(plot) {
  const panel = panelOf(plot);
  if (!(methodOf(plot) in panel.predicted)) return new Map();
  const groups = groupsOf(runOf(plot));
  const beside = plots.filter((other) => other.dataset.run === plot.dataset.run).length;
  const points = groups.name.length * beside;
  const most = Math.floor((points > MOST_POINTS ? THINNED_TO : points) / beside);
  const byStyle = new Map(data.drawn.map((style) => [style, []]));
  for (const place of thinned(actualIn(panel), predictedIn(panel, methodOf(plot)), most)) {
    byStyle.get(kindOf(groups, place).style).push(place);
  }
  return byStyle;
}

function coordinates(plot, places) {
  const panel = panelOf(plot);
  const [across, up] = axesOf(plot);
  const predicted = places.length ? predictedIn(panel, methodOf(plot)) : [];
  return {
    x: Array.from(places, (place) => placeOn(actualIn(panel)[place], across[2])),
    y: Array.from(places, (place) => placeOn(predicted[place], up[2])),
  };
}

function styleTrace(plot, style, places) {
  const look = data.styles[style];
  const dark = isDark();
  return {
    type: "scatter",
    mode: "markers",
    name: "",
    ...coordinates(plot, places),
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
  const shown = place !== null && methodOf(plot) in panelOf(plot).predicted;
  const ink = isDark() ? "#ffffff" : "#1a1a1a";
  return {
    type: "scatter",
    mode: "markers",
    name: "marked",
    ...coordinates(plot, shown ? [place] : []),
    hoverinfo: "skip",
    marker: {symbol: "circle-open", size: 17, color: ink, line: {width: 2.5, color: ink}},
  };
}

// On paper a plot has the size that page.css gives it there: it cannot be measured before the page is laid out.
function sizeOf(plot) {
  return view.printing ? {width: 340, height: 330} : {width: plot.clientWidth, height: plot.clientHeight};
}

const MARGIN = {l: 58, r: 12, t: 8, b: 44};

function coloursNow() {
  return isDark()
    ? {text: "#e8e8e8", quiet: "#a5a9b0", grid: "#3a3f47", identity: "#8c8c8c"}
    : {text: "#1a1a1a", quiet: "#666666", grid: "#d0d0d0", identity: "#8c8c8c"};
}

// Both axes, of these ranges or of all groups.
function drawnAxes(plot, ranges = axesOf(plot).map(rangeOf)) {
  const colours = coloursNow();
  const {width, height} = sizeOf(plot);
  const [across, up] = axesOf(plot);
  const wide = width - MARGIN.l - MARGIN.r;
  const high = height - MARGIN.t - MARGIN.b;
  const predicted = `${data.methods[methodOf(plot)]}: predicted effect`;
  return {
    xaxis: axisOf(across, ranges[0], "Actual effect (retrained)", colours, wide, LEAST_APART.x),
    yaxis: axisOf(up, ranges[1], predicted, colours, high, LEAST_APART.y),
  };
}

function layoutOf(plot) {
  const colours = coloursNow();
  const [low, high] = rangeOf(axesOf(plot)[0]);
  const line = {color: colours.identity, width: 1};
  const diagonal = {type: "line", layer: "above", x0: low, y0: low, x1: high, y1: high, line};
  const exact = {
    text: "exact", x: low + 0.93 * (high - low), y: low + 0.93 * (high - low), xanchor: "right", yanchor: "bottom",
    showarrow: false, font: {size: 11, color: colours.quiet},
  };
  return {
    ...sizeOf(plot),
    autosize: false,
    showlegend: false,
    hovermode: "closest",
    dragmode: coarsePointer.matches ? false : "zoom", // a finger scrolls the page
    margin: MARGIN,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: {color: colours.text, family: "system-ui, sans-serif", size: 12},
    ...drawnAxes(plot),
    shapes: isToScale(plot) ? [diagonal] : [],
    annotations: isToScale(plot) ? [exact] : [],
  };
}

// How many of the points that are shown lie outside what a reader zoomed into.
function outsideOf(plot) {
  const [left, right] = plot.layout.xaxis.range;
  const [low, high] = plot.layout.yaxis.range;
  const inside = (x, y) => left <= x && x <= right && low <= y && y <= high;
  const shown = plot.data.filter((trace) => trace.customdata && trace.visible);
  return shown.reduce((sum, {x, y}) => sum + x.filter((value, place) => !inside(value, y[place])).length, 0);
}

// How many groups are drawn, where these are not all, and how many of them lie outside.
function drawnWords(plot) {
  const all = groupsOf(runOf(plot)).name.length;
  const drawn = plot.data.reduce((sum, trace) => sum + (trace.customdata || []).length, 0);
  const outside = outsideOf(plot);
  const counts = [
    drawn && drawn < all ? `${counting.format(drawn)} of ${counting.format(all)} groups drawn` : "",
    outside ? `${counting.format(outside)} outside the axes` : "",
  ];
  return counts.filter(Boolean).join(" · ");
}

function writeHeading(plot) {
  const method = methodOf(plot);
  const other = method === view.method ? "" : `, ${data.methods[method]}: ${data.methods[view.method]} predicts nothing here`;
  const words = `ρ = ${panelOf(plot).rho[method]}${view.hidden.size ? ", all groups" : ""}${other}`;
  plot.parentElement.querySelector(".rho").textContent = words;
  plot.parentElement.querySelector(".drawn").textContent = drawnWords(plot);
}

// Ticks of an axis that plotly takes for a linear one follow what a reader zooms into.
function zoomed(plot, change) {
  if (Object.keys(change).some((key) => key.includes("range"))) {
    const {xaxis, yaxis} = drawnAxes(plot, [plot.layout.xaxis.range, plot.layout.yaxis.range]);
    const ticks = ({tickvals, ticktext}) => [tickvals, ticktext];
    const [[xPlaces, xLabels], [yPlaces, yLabels]] = [ticks(xaxis), ticks(yaxis)];
    const x = xPlaces ? {"xaxis.tickvals": xPlaces, "xaxis.ticktext": xLabels} : {};
    const y = yPlaces ? {"yaxis.tickvals": yPlaces, "yaxis.ticktext": yLabels} : {};
    if (xPlaces || yPlaces) Plotly.relayout(plot, {...x, ...y});
  }
  writeHeading(plot);
}

function draw(plot) {
  const places = drawnPlaces(plot);
  const traces = data.drawn.map((style) => styleTrace(plot, style, places.get(style) || []));
  const config = {displayModeBar: false, doubleClick: "reset", scrollZoom: false};
  const first = plot.dataset.drawn === undefined;
  plot.dataset.drawn = view.method;
  Plotly.react(plot, [...traces, markedTrace(plot)], layoutOf(plot), config);
  writeHeading(plot);
  if (first) {
    plot.on("plotly_relayout", (change) => zoomed(plot, change));
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
