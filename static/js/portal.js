// Everything works without this file. It adds the theme, menus, dialogs, row counts, copying, toasts and the hiding of secrets.
const root = document.documentElement;
function say(text) {
  document.getElementById("live").textContent = text;
}

function keep(name, value, seconds = 31536000) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${seconds}; samesite=lax${secure}`;
}

// The server draws the theme from the cookie, so that nothing flashes; here it changes without a new page.
function setTheme(value) {
  if (value) root.dataset.theme = value; else delete root.dataset.theme;
  keep("theme", value, value ? undefined : 0);
  for (const each of document.querySelectorAll("button[name=theme]")) each.setAttribute("aria-pressed", each.value === value);
}

async function copy(text) {
  try { await navigator.clipboard.writeText(text); say("Copied"); toast("Copied"); }
  catch { say("Copying is not allowed here. Select the text and copy it."); }
}

function toast(text, state = "done") {
  const place = document.getElementById("toasts");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.state = state === "error" ? "failed" : state === "warning" ? "attention" : "done";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  place.append(box);
  setTimeout(() => box.remove(), 6000);
}

function countSelected(form) {
  const ticks = [...form.querySelectorAll("tbody .tick input:not(:disabled)")];
  const on = ticks.filter((tick) => tick.checked).length;
  const all = form.querySelector("thead .tick input");
  if (all) { all.checked = on > 0 && on === ticks.length; all.indeterminate = on > 0 && on < ticks.length; }
  const output = form.querySelector("output[data-count]");
  if (output) output.textContent = output.dataset.count.replace("#", on);
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const target = event.target.closest("[data-opens], [data-closes], [data-copy], [data-copies]");
  if (!target) return;
  if (target.dataset.opens) { event.preventDefault(); document.getElementById(target.dataset.opens).showModal(); }
  if ("closes" in target.dataset) { event.preventDefault(); target.closest("dialog").close(); }
  if (target.dataset.copy) copy(target.dataset.copy);
  if (target.dataset.copies) copy(document.getElementById(target.dataset.copies).textContent.trim());
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-form]") || event.submitter?.name !== "theme") return;
  event.preventDefault();
  setTheme(event.submitter.value);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (!form || !event.target.closest(".tick")) return;
  if (event.target.closest("thead")) {
    for (const tick of form.querySelectorAll("tbody .tick input:not(:disabled)")) tick.checked = event.target.checked;
  }
  countSelected(form);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// A secret is on the screen for as long as it says, then the page asks for the password again.
function hideSecretsLater(place) {
  for (const box of place.querySelectorAll("[data-hides-after]")) {
    const end = Date.now() + Number(box.dataset.hidesAfter) * 1000;
    // A time and not a timer: timers sleep with the page.
    const timer = setInterval(() => {
      if (!box.isConnected) clearInterval(timer);
      else if (Date.now() >= end) location.assign(box.dataset.hidesTo);
    }, 500);
  }
}

// What the browser keeps of a page that was left holds no secret, and is read anew when it comes back.
window.addEventListener("pagehide", () => {
  for (const each of document.querySelectorAll(".secret samp")) each.textContent = "••••";
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  const secret = document.querySelector("[data-hides-to]");
  if (secret) location.replace(secret.dataset.hidesTo); else location.reload();
});

document.addEventListener("toast", (event) => {
  for (const each of event.detail.value ?? []) { toast(each.text, each.state); say(each.text); }
});

// What changes by itself is said once, when its words change.
let lastSaid = document.querySelector("[data-says]")?.dataset.says;
function sayChange(place) {
  const words = (place.matches?.("[data-says]") ? place : place.querySelector?.("[data-says]"))?.dataset.says;
  if (words && words !== lastSaid) { lastSaid = words; say(words); }
}

// A page that waits for answers says so when none has come for a while; what is told by data-slow changes with each answer.
const SLOW_AFTER_MS = 8000;
let lastAnswer = { told: null, at: 0 };
function tellSlow() {
  const note = document.querySelector("[data-slow]");
  if (!note || note.dataset.slow !== lastAnswer.told) lastAnswer = { told: note?.dataset.slow ?? null, at: Date.now() };
  if (!note || Date.now() - lastAnswer.at < SLOW_AFTER_MS) return;
  if (note.hidden) { note.hidden = false; if (!lastAnswer.said) say(note.textContent); }
  lastAnswer.said = true;
}
setInterval(tellSlow, 1000);

// Rows that were asked for stay: a list that has grown is not read anew from its first rows.
let rowsBefore = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "show-more") rowsBefore = document.querySelectorAll("#rows tbody tr").length;
  else if (event.target.matches("#rows[data-grown]")) event.preventDefault();
});
function keepPlace(list) {
  list.closest("#rows").dataset.grown = true;
  list.rows[rowsBefore]?.querySelector("a")?.focus({ preventScroll: true });
  say("More rows are shown");
}

// What a person opened or closed stays so when its part is drawn anew.
let openBefore = new Map();
document.addEventListener("htmx:beforeSwap", () => {
  openBefore = new Map([...document.querySelectorAll("details[data-kept]")].map((each) => [each.id, each.open]));
});
function keepOpen(place) {
  for (const each of place.querySelectorAll?.("details[data-kept]") ?? []) each.open = openBefore.get(each.id) ?? each.open;
}

document.addEventListener("htmx:afterSwap", (event) => {
  keepOpen(event.target);
  if (event.detail.requestConfig?.elt?.id === "show-more") {
    if (event.target.matches("tbody")) keepPlace(event.target);
    return;
  }
  sayChange(event.target);
  tellSlow();
  hideSecretsLater(event.target);
  const form = event.target.closest?.("form");
  if (form) countSelected(form);
  event.target.querySelector?.("[data-takes-focus]")?.focus();
});

// A poll that fails is tried again by itself; anything else that fails is said aloud. Whether it was carried out is not
// known, unless the answer itself says so.
document.addEventListener("htmx:responseError", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig.verb === "get" || xhr.getResponseHeader("HX-Trigger")) return;
  toast("That did not work. Look whether it was done before you try it again.", "error");
});
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig.verb === "get") return;
  toast("The portal cannot be reached. Look whether it was done before you try it again.", "error");
});

keep("zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
document.querySelectorAll("form").forEach((form) => { if (form.querySelector("tbody .tick")) countSelected(form); });
hideSecretsLater(document);
document.querySelector("[data-error-summary]")?.focus();
