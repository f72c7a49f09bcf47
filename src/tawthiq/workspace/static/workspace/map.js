// The places of a search on a map that can be moved; without it the still map stays.
"use strict";

(async () => {
  const holder = document.querySelector("[data-map]");
  if (!holder || !window.L) return;
  const [found, outlines] = await Promise.all(
    [holder.dataset.map, holder.dataset.outlines].map((address) => fetch(address).then((answer) => {
      if (!answer.ok) throw new Error(address);
      return answer.json();
    })),
  );
  holder.replaceChildren();
  holder.classList.add("alive");
  const map = L.map(holder, {attributionControl: false, minZoom: 5, maxZoom: 12});
  L.geoJSON(outlines, {className: "land", interactive: false}).addTo(map);
  map.fitBounds([[32.2, 35.6], [37.4, 42.4]]);
  for (const spot of found.spots) {
    if (spot.km > 5) {
      L.circle([spot.lat, spot.lon], {radius: spot.km * 1000, className: "range", interactive: false}).addTo(map);
    }
    const link = document.createElement("a");
    link.href = spot.link;
    link.textContent = spot.text;
    L.circleMarker([spot.lat, spot.lon], {radius: 5 + 2 * Math.sqrt(spot.count), className: spot.contested ? "contested" : "dot"})
      .bindPopup(link)
      .addTo(map);
  }
})().catch(() => {});
