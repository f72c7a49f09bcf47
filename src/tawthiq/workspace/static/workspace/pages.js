// Keys, the selection of words by their place in the text, and nothing else: every page works without it, by links and forms.
"use strict";

(() => {
  const root = document.documentElement;
  const singleKeys = root.dataset.keys !== "off";
  const latin = (key) => (key >= "٠" && key <= "٩" ? String(key.charCodeAt(0) - 0x660) : key);

  // --- places in the text, counted in code points ---

  const textBox = () => document.querySelector("[data-text]");
  const points = (text) => Array.from(text).length;

  function offsetIn(box, node, offset) {
    const range = document.createRange();
    range.setStart(box, 0);
    range.setEnd(node, offset);
    return points(range.toString());
  }

  function selectedSpan() {
    const box = textBox();
    const selection = window.getSelection();
    if (!box || !selection || selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    if (!box.contains(range.startContainer) || !box.contains(range.endContainer)) return null;
    let start = offsetIn(box, range.startContainer, range.startOffset);
    let end = offsetIn(box, range.endContainer, range.endOffset);
    const text = Array.from(box.textContent);
    while (start < end && /\s/.test(text[start])) start += 1;
    while (end > start && /\s/.test(text[end - 1])) end -= 1;
    return start < end ? [start, end] : null;
  }

  function pointAt(box, offset) {
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    let left = offset;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const letters = Array.from(node.data);
      if (left <= letters.length) return [node, letters.slice(0, left).join("").length];
      left -= letters.length;
    }
    return [box, box.childNodes.length];
  }

  function select(box, start, end) {
    const range = document.createRange();
    range.setStart(...pointAt(box, start));
    range.setEnd(...pointAt(box, end));
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    const place = range.getBoundingClientRect();
    if (place.top < 60 || place.bottom > window.innerHeight) {
      range.startContainer.parentElement.scrollIntoView({block: "center"});
    }
  }

  // --- words by the keyboard: arrows move in the direction of reading, Shift selects on ---

  let anchor = 0;
  let head = 0;

  function words(box) {
    const out = [];
    const text = Array.from(box.textContent);
    let start = -1;
    for (let i = 0; i <= text.length; i += 1) {
      const letter = i < text.length && /[\p{L}\p{N}\p{M}]/u.test(text[i]);
      if (letter && start < 0) start = i;
      if (!letter && start >= 0) { out.push([start, i]); start = -1; }
    }
    return out;
  }

  function move(event) {
    const box = event.currentTarget;
    const rtl = getComputedStyle(box).direction === "rtl";
    const steps = {ArrowLeft: rtl ? 1 : -1, ArrowRight: rtl ? -1 : 1, ArrowDown: 8, ArrowUp: -8};
    const all = words(box);
    if (!all.length) return;
    if (event.key === "Home") head = 0;
    else if (event.key === "End") head = all.length - 1;
    else if (steps[event.key]) head = Math.min(all.length - 1, Math.max(0, head + steps[event.key]));
    else return;
    if (!event.shiftKey) anchor = head;
    event.preventDefault();
    select(box, all[Math.min(anchor, head)][0], all[Math.max(anchor, head)][1]);
  }

  const box = textBox();
  if (box) {
    box.addEventListener("keydown", move);
    const marked = box.querySelector(".evidence");
    if (marked) {
      const at = offsetIn(box, marked, 0);
      head = anchor = Math.max(0, words(box).findIndex(([start]) => start >= at));
      if (box.scrollHeight > box.clientHeight) box.scrollTop = Math.max(0, marked.offsetTop - box.offsetTop - 40);
    }
  }

  // --- what is asked of the server carries the words selected ---

  document.addEventListener("htmx:configRequest", (event) => {
    const link = event.target.closest ? event.target.closest("[data-slot]") : null;
    const span = link ? selectedSpan() : null;
    if (span) [event.detail.parameters.span_start, event.detail.parameters.span_end] = span;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "panel") {
      const first = event.target.querySelector("button, input, select");
      if (first) first.focus({preventScroll: false});
    }
  });

  const add = document.querySelector("[data-add]");
  if (add) {
    const chosen = add.querySelector("[data-chosen]");
    const spans = add.querySelector("[data-spans]");
    const nothing = chosen.textContent;
    document.addEventListener("selectionchange", () => {
      const span = selectedSpan();
      if (!span) return;
      spans.replaceChildren(...["span_start", "span_end"].map((name, index) => {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = span[index];
        return field;
      }));
      chosen.textContent = `«${Array.from(box.textContent).slice(...span).join("")}»`;
    });
    add.addEventListener("submit", (event) => {
      if (!spans.children.length) { event.preventDefault(); chosen.textContent = nothing; chosen.classList.add("wrong"); }
    });
  }

  // --- files that are dropped: their folders are told beside them ---

  const drop = document.querySelector("[data-drop]");
  if (drop) {
    const field = drop.querySelector("#files");
    const folder = drop.querySelector("#folder");
    const said = drop.querySelector("[data-dropped]");
    drop.querySelector("[data-folder]").hidden = !("webkitdirectory" in folder);

    const told = (list) => {
      const held = new DataTransfer();
      drop.querySelectorAll("input[name='path']").forEach((one) => one.remove());
      for (const [file, path] of list) {
        held.items.add(file);
        const name = document.createElement("input");
        name.type = "hidden";
        name.name = "path";
        name.value = path;
        drop.append(name);
      }
      field.files = held.files;
      said.textContent = list.map(([, path]) => path).slice(0, 8).join(" · ") + (list.length > 8 ? ` … (${list.length})` : "");
    };
    const below = async (entry, path) => {
      if (entry.isFile) return [[await new Promise((done, fail) => entry.file(done, fail)), path + entry.name]];
      const reader = entry.createReader();
      const out = [];
      for (;;) {
        const some = await new Promise((done, fail) => reader.readEntries(done, fail));
        if (!some.length) return out;
        for (const one of some) out.push(...await below(one, `${path}${entry.name}/`));
      }
    };
    field.addEventListener("change", () => told(Array.from(field.files, (file) => [file, file.name])));
    folder.addEventListener("change", () => told(Array.from(folder.files, (file) => [file, file.webkitRelativePath || file.name])));
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", async (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      const entries = Array.from(event.dataTransfer.items, (item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
      const found = [];
      for (const entry of entries) found.push(...await below(entry, ""));
      told(found.length ? found : Array.from(event.dataTransfer.files, (file) => [file, file.name]));
    });
  }

  // --- keys ---

  function press(target) {
    if (target.matches("summary")) { target.parentElement.open = true; target.focus(); return; }
    if (target.matches("[data-close]")) { document.getElementById("panel").replaceChildren(); if (box) box.focus(); return; }
    target.click();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) press(event.target.closest("[data-close]"));
  });
  document.addEventListener("keydown", (event) => {
    if (!singleKeys || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || event.isComposing) return;
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (typing && event.key !== "Escape") return;
    const key = latin(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    // The keyboard may be set to Arabic: letters are found by where they are.
    const place = event.code && event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : key;
    const wanted = /^[a-z0-9]$/.test(key) || key === "Escape" ? key : place;
    const panel = document.querySelector("[data-panel]");
    const scope = panel && panel.querySelector(`[data-key="${CSS.escape(wanted)}"]`);
    const target = scope || document.querySelector(`[data-key="${CSS.escape(wanted)}"]`);
    if (!target || target.disabled) return;
    event.preventDefault();
    press(target);
  });
})();
