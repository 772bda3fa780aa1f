"use strict";
// Axes as the static figures have them: linear, or linear up to a value and logarithmic farther out on both sides.
// plotly has no such axis: it draws places on a linear one, and is told which ticks stand there.
const LEAST_APART = {x: 42, y: 22}; // pixels from one label to the next

function placeOn(value, linearTo) {
  if (linearTo === null) return value;
  const size = Math.abs(value) / linearTo;
  return size <= 1 ? value / linearTo : Math.sign(value) * (1 + Math.log(size));
}

function valueAt(place, linearTo) {
  if (linearTo === null) return place;
  const size = Math.abs(place);
  return linearTo * (size <= 1 ? place : Math.sign(place) * Math.exp(size - 1));
}

function rangeOf([low, high, linearTo]) {
  return [placeOn(low, linearTo), placeOn(high, linearTo)];
}

function powerOfTen(exponent) {
  return `10${[...String(exponent)].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("")}`;
}

// [value, label] of 0 and of powers of ten, as many as have room; where fewer than two lie in the range, round values.
function ticksIn(range, linearTo, pixels, apart) {
  const [low, high] = range.map((place) => valueAt(place, linearTo));
  const highest = Math.floor(Math.log10(Math.max(-low, high)) + 1e-9);
  const lowest = Math.round(Math.log10(linearTo));
  const perPixel = (range[1] - range[0]) / pixels;
  for (let step = 1; step <= Math.max(1, highest - lowest + 1); step++) {
    const exponents = [];
    for (let exponent = highest; exponent >= lowest; exponent -= step) exponents.unshift(exponent);
    const above = exponents.map((exponent) => [10 ** exponent, powerOfTen(exponent)]);
    const below = above.map(([value, label]) => [-value, `−${label}`]).reverse();
    const ticks = [...below, [0, "0"], ...above].filter(([value]) => low <= value && value <= high);
    const places = ticks.map(([value]) => placeOn(value, linearTo));
    const fit = places.every((place, i) => i === 0 || place - places[i - 1] >= apart * perPixel);
    if (ticks.length < 2) break;
    if (fit) return ticks;
  }
  return roundTicks(low, high);
}

function roundTicks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) ticks.push([i * step, written(i * step)]);
  return ticks;
}

// Four digits at most, with a power of ten where that is shorter: −1.234·10⁻⁷.
function written(value) {
  const [digits, power] = String(Number(value.toPrecision(4))).replaceAll("-", "−").split("e");
  if (power === undefined) return digits;
  return `${digits}·${powerOfTen(power.replace("+", "").replace("−", "-"))}`;
}

function axisOf(axis, range, title, colours, pixels, apart) {
  const linearTo = axis[2];
  const ticks = linearTo === null ? null : ticksIn(range, linearTo, pixels, apart);
  return {
    range,
    title: {text: title, font: {size: 12}, standoff: 6},
    automargin: true, // long numbers at the ticks push the title outwards
    ...(ticks === null ? {nticks: 5} : tickedAt(ticks, linearTo)),
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

function tickedAt(ticks, linearTo) {
  const places = ticks.map(([value]) => placeOn(value, linearTo));
  return {tickmode: "array", tickvals: places, ticktext: ticks.map(([, label]) => label)};
}
