// Follows the pointer on the line charts with the date and the values under it. The page is complete without.
"use strict";
for (const chart of document.querySelectorAll("[data-times]")) {
  const drawing = chart.querySelector(".drawing");
  const low = Number(chart.dataset.low), high = Number(chart.dataset.high);
  const isPercent = chart.querySelector(".values span")?.textContent.endsWith("%");
  const isDollars = chart.querySelector(".values span")?.textContent.includes("$");
  let seconds = 0;
  const times = chart.dataset.times.split(" ").map((step) => (seconds += parseInt(step, 36)));
  const isDaily = times.length < 2 || times[times.length - 1] - times[0] > 86400 * 0.5 * times.length;
  const lines = [...chart.querySelectorAll("path.line")].reverse().map((path) => ({
    name: path.dataset.name,
    points: path.getAttribute("d").split(/[ML]/).slice(1).map((pair) => pair.split(" ").map(Number)),
  }));
  const cross = document.createElement("div"), balloon = document.createElement("div");
  cross.className = "cross";
  balloon.className = "balloon";

  const shown = (y) => {
    const value = high - (y / 400) * (high - low);
    if (isPercent) return (100 * value).toFixed(2).replace("-", "\u2212") + "%";
    const grain = isDollars ? 10 ** Math.ceil(Math.log10((high - low) / 8000)) : 0.01;
    const digits = Math.max(0, -Math.round(Math.log10(grain)));
    const round = Math.round(value / grain) * grain;
    const figure = Math.abs(round).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return (round < 0 ? "\u2212" : "") + (isDollars ? "$" : "") + figure;
  };
  const nearest = (points, x) => {
    let first = 0, last = points.length - 1;
    while (first < last) {
      const middle = (first + last) >> 1;
      if (points[middle][0] < x) first = middle + 1;
      else last = middle;
    }
    return first > 0 && x - points[first - 1][0] < points[first][0] - x ? first - 1 : first;
  };
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    const x = (1000 * (event.clientX - box.left)) / box.width;
    if (!lines[0].points.length) return;
    const place = nearest(lines[0].points, x), at = lines[0].points[place][0];
    const date = new Date(1000 * times[place]).toISOString();
    balloon.textContent = [
      isDaily ? date.slice(0, 10) : date.slice(0, 16).replace("T", " "),
      ...lines.filter((line) => line.points.length).map((line) => line.name + "  " + shown(line.points[nearest(line.points, at)][1])),
    ].join("\n");
    drawing.append(cross, balloon);
    cross.style.left = at / 10 + "%";
    balloon.style.left = at < 500 ? "calc(" + at / 10 + "% + 10px)" : "auto";
    balloon.style.right = at < 500 ? "auto" : "calc(" + (100 - at / 10) + "% + 10px)";
  });
  drawing.addEventListener("pointerleave", () => {
    cross.remove();
    balloon.remove();
  });
}
