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

// [value, label] of 0 and, from the largest inwards, of the powers of ten that have room beside what stands farther out
// and beside 0; where fewer than two lie in the range, round values.
function ticksIn(range, linearTo, pixels, apart) {
  const [low, high] = range.map((place) => valueAt(place, linearTo));
  const room = (apart * (range[1] - range[0])) / pixels;
  const ticks = low <= 0 && high >= 0 ? [[0, "0"]] : [];
  for (const [sign, farthest] of [["", high], ["−", -low]]) {
    const side = sign ? -1 : 1;
    const highest = Math.floor(Math.log10(farthest) + 1e-9); // not a number where nothing lies on this side
    let last = Infinity;
    for (let exponent = highest; exponent >= Math.round(Math.log10(linearTo)); exponent--) {
      const value = 10 ** exponent;
      const place = placeOn(value, linearTo);
      if (side * value < low || side * value > high || place < room || last - place < room) continue;
      ticks.push([side * value, `${sign}${powerOfTen(exponent)}`]);
      last = place;
    }
  }
  return ticks.length < 2 ? roundTicks(low, high) : ticks.sort(([a], [b]) => a - b);
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
