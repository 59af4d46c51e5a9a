// The field of search in the header. Without this file it is a plain form; with it, what htmx fetches while a person types opens
// below it as a list: arrows choose, Enter follows, Escape closes; what is there is told to screen readers.
(() => {
  "use strict";
  const box = document.getElementById("find");
  const list = document.getElementById("suggested");
  const told = document.getElementById("suggested-told");
  if (!box || !list) return;
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", "suggested"], ["aria-expanded", "false"]]) box.setAttribute(name, value);
  const lines = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  const choose = (line) => {
    for (const each of lines()) each.setAttribute("aria-selected", String(each === line));
    if (line) { box.setAttribute("aria-activedescendant", line.id); line.scrollIntoView({ block: "nearest" }); } else box.removeAttribute("aria-activedescendant");
  };

  const open = (wanted) => {
    list.hidden = !wanted;
    box.setAttribute("aria-expanded", String(wanted));
    if (!wanted) choose(null);
  };

  list.addEventListener("htmx:afterSwap", () => {
    const held = lines().length > 0 && document.activeElement === box;
    open(held);
    told.textContent = held ? list.firstElementChild.dataset.told : "";
  });

  box.addEventListener("keydown", (event) => {
    const held = lines(), line = chosen();
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); open(false); }
    if (event.key === "Enter" && line && !list.hidden) { event.preventDefault(); line.click(); }
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !held.length) return;
    event.preventDefault();
    if (list.hidden) open(true);
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = line ? held.indexOf(line) + step : step > 0 ? 0 : held.length - 1;
    choose(held[next] || null);
  });

  box.form.addEventListener("focusout", (event) => box.form.contains(event.relatedTarget) || open(false));
  list.addEventListener("mousedown", (event) => event.preventDefault());
})();
