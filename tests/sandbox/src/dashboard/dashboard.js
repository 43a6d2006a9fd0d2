"use strict";

const rows = document.getElementById("rows");

document.getElementById("add")?.addEventListener("click", () => {
  const chosen = document.getElementById("add-group").selectedOptions[0];
  const row = document.createElement("li");
  row.className = "row";
  const words = document.createElement("span");
  words.textContent = chosen.textContent;
  words.style.gridColumn = "1 / 4";
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "group";
  field.value = chosen.value;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quiet remove";
  remove.textContent = "Remove";
  remove.setAttribute("aria-label", `Remove ${chosen.textContent}`);
  row.append(words, field, remove);
  rows.append(row);
});

rows?.addEventListener("click", (event) => {
  if (event.target.matches(".remove")) event.target.closest(".row").remove();
});

document.getElementById("copy")?.addEventListener("click", async () => {
  const value = document.getElementById("token-value");
  const said = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(value.textContent);
    said.textContent = "Copied";
  } catch {
    // Some web views refuse the clipboard interface but still know the old command.
    getSelection().selectAllChildren(value);
    said.textContent = document.execCommand("copy") ? "Copied" : "Copy it by hand";
  }
});
