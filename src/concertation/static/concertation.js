// Everything works without this file; with it, some things are quicker. Acts are told by data attributes:
//   input[data-filters=ID]   hides the lines of table ID that lack what is typed (accents and case aside)
//   [data-script-only]       shown only when scripts run
//   [data-keys]              while it holds the focus, keys 1 to 9 press its [data-key=N]; the first one takes the focus
//                            j and k go to the next and the one before, x ticks it, a ticks all, u presses the page's [data-undo]
//   form[data-drop]          a file dropped on it becomes its file; the name is written in its [data-dropped]
//   [data-confirm="words"]   a form, or a button, that asks before it acts
(() => {
  "use strict";
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const fold = (words) => words.normalize("NFD").replace(/[\u0300-\u036f\s]+/g, (mark) => (/\s/.test(mark) ? " " : "")).toLowerCase();

  const filterLines = (box) => {
    const wanted = fold(box.value.trim());
    const table = document.getElementById(box.dataset.filters);
    for (const line of all(table, "tbody > tr")) line.hidden = !fold(line.textContent).includes(wanted);
  };

  const begin = (root) => {
    for (const part of all(root, "[data-script-only]")) part.hidden = false;
    const first = root.querySelector("[data-keys]");
    if (first && document.activeElement === document.body && !location.hash) first.focus({ preventScroll: true });
  };

  const isTyping = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");

  const moveAmong = (doubts, here, event) => {
    const boxes = doubts.map((doubt) => doubt.querySelector("input[type=checkbox]")).filter(Boolean);
    const acts = {
      j: () => doubts[doubts.indexOf(here) + 1]?.focus(),
      k: () => doubts[doubts.indexOf(here) - 1]?.focus(),
      x: () => here.querySelector("input[type=checkbox]")?.click(),
      a: () => { const on = boxes.some((box) => !box.checked); for (const box of boxes) box.checked = on; },
      u: () => document.querySelector("[data-undo]")?.click(),
    };
    if (Object.hasOwn(acts, event.key)) { event.preventDefault(); acts[event.key](); }
  };

  const closeFigures = (except) => {
    for (const open of all(document, "details.figure[open]")) if (!except || !open.contains(except)) open.open = false;
  };

  document.addEventListener("input", (event) => event.target.dataset.filters && filterLines(event.target));

  document.addEventListener("click", (event) => closeFigures(event.target));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      const open = event.target.closest("details.figure[open]");
      closeFigures();
      if (open) open.firstElementChild.focus();
    }
    const doubt = event.target.closest("[data-keys]");
    if (doubt && /^[1-9]$/.test(event.key) && !isTyping(event.target)) {
      const answer = doubt.querySelector(`[data-key="${event.key}"]`);
      if (answer) { event.preventDefault(); answer.click(); }
    }
    if (doubt && !isTyping(event.target)) moveAmong(all(document, "[data-keys]"), doubt, event);
  });

  document.addEventListener("submit", (event) => {
    const asked = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (asked && !window.confirm(asked)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest?.("[data-drop]");
      if (!form) return;
      event.preventDefault();
      form.classList.toggle("over", kind === "dragover");
      if (kind !== "drop" || !event.dataTransfer.files.length) return;
      const box = form.querySelector("input[type=file]");
      box.files = event.dataTransfer.files;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  document.addEventListener("change", (event) => {
    const told = event.target.closest("[data-drop]")?.querySelector("[data-dropped]");
    if (told && event.target.type === "file") told.textContent = [...event.target.files].map((file) => file.name).join(", ");
  });

  document.addEventListener("htmx:load", (event) => begin(event.target));
  begin(document);
})();
