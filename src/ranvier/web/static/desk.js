// The desk's own script: keys on findings, and giving a sentence its source. Every page works without it.
(function () {
  "use strict";

  document.documentElement.classList.add("js");

  const typing = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;

  // Findings: j and k walk, c confirms, e corrects, x rejects, a adds.
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...document.querySelectorAll("[data-finding]")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const go = (index) => rows[Math.max(0, Math.min(rows.length - 1, index))].focus();
    if (event.key === "j") { go(at < 0 ? last : at + 1); event.preventDefault(); return; }
    if (event.key === "k") { go(at < 0 ? last : at - 1); event.preventDefault(); return; }
    if (event.key === "a") {
      const add = document.getElementById("add-finding");
      if (add) { add.open = true; add.querySelector("select").focus(); event.preventDefault(); }
      return;
    }
    if (at < 0) return;
    last = at;
    if (event.key === "c" || event.key === "x") {
      const button = rows[at].querySelector('[data-key="' + event.key + '"]');
      if (button) { button.click(); event.preventDefault(); }
    } else if (event.key === "e") {
      const edit = rows[at].querySelector("[data-edit]");
      if (edit) { edit.open = true; edit.querySelector("select").focus(); event.preventDefault(); }
    }
  });
  document.addEventListener("htmx:afterSwap", () => {
    const rows = [...document.querySelectorAll("[data-finding]")];
    if (rows.length && document.activeElement === document.body) {
      rows[Math.min(last, rows.length - 1)].focus({ preventScroll: true });
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A refusal comes as a page of its own: show it whole.
    if (event.detail.xhr.status === 409 || event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // What a sentence rests on goes away with Escape, and comes back with the next move.
  const tips = (off) => document.documentElement.classList.toggle("tips-off", off);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") tips(true); });
  document.addEventListener("focusin", () => tips(false));
  document.addEventListener("mouseover", (event) => { if (event.target.closest(".sentence, mark")) tips(false); });

  // Sources of a sentence in the editor.
  let chosen = null;
  const words = (id) => id.replace(/[-_]/g, " ");
  document.addEventListener("click", (event) => {
    const target = event.target.closest("button");
    if (!target) return;
    const row = target.closest("[data-row]");
    if (target.hasAttribute("data-find") && row) {
      document.querySelectorAll(".edit-row.chosen").forEach((one) => one.classList.remove("chosen"));
      row.classList.add("chosen");
      chosen = row;
      document.getElementById("finder").focus();
    } else if (target.dataset.dropTie && row) {
      const field = row.querySelector("[data-drop]");
      field.value = (field.value + " " + target.dataset.dropTie).trim();
      target.closest(".tie").classList.add("dropped");
      target.disabled = true;
      row.querySelector(".reason").classList.remove("spare");
    } else if (target.dataset.statement && chosen) {
      const field = chosen.querySelector("[data-add]");
      if (!field.value.split(" ").includes(target.dataset.statement)) {
        field.value = (field.value + " " + target.dataset.statement).trim();
        const tie = document.createElement("span");
        tie.className = "tie";
        tie.textContent = words(target.dataset.statement);
        chosen.querySelector("[data-ties]").prepend(tie);
      }
      chosen.querySelector("textarea").focus();
    }
  });

  // Text fields grow with their text where the browser does not do it by itself.
  if (!CSS.supports("field-sizing", "content")) {
    document.querySelectorAll("[data-grow]").forEach((field) => {
      field.rows = Math.max(2, Math.ceil(field.value.length / 80));
    });
  }
})();
