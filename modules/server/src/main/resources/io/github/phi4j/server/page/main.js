import * as api from "./api.js";
import * as store from "./store.js";
import { MessageView, element } from "./message.js";

const $ = (id) => document.getElementById(id);
const SAMPLING = ["temperature", "top_p", "top_k", "min_p", "repeat_penalty", "max_tokens", "seed"];
const EXAMPLE_SCHEMA = `{
  "type": "object",
  "properties": {
    "answer": { "type": "string" },
    "confidence": { "type": "number", "minimum": 0, "maximum": 1 }
  },
  "required": ["answer", "confidence"],
  "additionalProperties": false
}`;

let conversations = [];
let current = store.newConversation();
let views = new Map();
let running = null;
let server = null;
let settings = load();

function load() {
  const fallback = { theme: "", key: "", sampling: {}, reasoning_effort: "", probabilities: false, schemaOn: false, schema: EXAMPLE_SCHEMA };
  try { return { ...fallback, ...JSON.parse(localStorage.getItem("phi4j-settings")) }; } catch { return fallback; }
}

function keepSettings() {
  try { localStorage.setItem("phi4j-settings", JSON.stringify(settings)); } catch { /* a full or closed store */ }
}

function announce(text) { $("status").textContent = text; }

// ---- the list of conversations

const titleOf = (conversation) => conversation.title || "New conversation";

function listConversations() {
  const wanted = $("search").value.trim().toLowerCase();
  const matches = (c) => !wanted || titleOf(c).toLowerCase().includes(wanted)
    || Object.values(c.nodes).some((node) => node.content.toLowerCase().includes(wanted));
  $("conversations").replaceChildren(...conversations.filter(matches).map((conversation) => {
    const open = element("button", { type: "button", className: "open", textContent: titleOf(conversation), onclick: () => show(conversation) });
    if (conversation.id === current.id) open.setAttribute("aria-current", "true");
    return element("li", { className: conversation.id === current.id ? "current" : "" }, open,
      element("button", { type: "button", className: "icon delete", textContent: "✕", onclick: () => removeConversation(conversation),
        attributes: { "aria-label": `Delete ${titleOf(conversation)}` } }));
  }));
}

async function removeConversation(conversation) {
  if (!confirm(`Delete “${titleOf(conversation)}”?`)) return;
  if (conversation.id === current.id) stop();
  await store.remove(conversation.id);
  conversations = conversations.filter((each) => each.id !== conversation.id);
  if (conversation.id === current.id) show(store.newConversation());
  listConversations();
}

function rename() {
  const title = prompt("Name of the conversation", titleOf(current))?.trim();
  if (!title) return;
  current.title = title;
  showTitle();
  keep();
}

async function keep() {
  if (!Object.keys(current.nodes).length) return;
  if (!conversations.includes(current)) conversations.unshift(current);
  conversations.sort((a, b) => b.updated - a.updated);
  listConversations();
  try {
    await store.save(current);
  } catch (error) {
    announce(`The conversation could not be kept: ${error.message}`);
  }
}

// ---- the conversation

function show(conversation) {
  if (running && running.conversation !== conversation) stop();
  current = conversation;
  $("system").value = conversation.system ?? "";
  closePanel("sidebar");
  render();
  listConversations();
  history.replaceState(null, "", Object.keys(conversation.nodes).length ? `#${conversation.id}` : location.pathname);
  if (innerWidth > 760) $("input").focus();
}

const actions = {
  announce,
  changed: () => keep(),
  go(node) { if (!running) { store.select(current, node); render(); keep(); } },
  edit(node, text) {
    if (running || !text.trim()) return;
    store.add(current, node.parent, "user", text);
    render();
    answer();
  },
  regenerate(node) {
    if (running) return;
    current.leaf = node.parent;
    render();
    answer();
  },
  resume(node) { if (!running) answer(node); },
};

function showTitle() {
  $("title").textContent = titleOf(current);
  $("title").disabled = !Object.keys(current.nodes).length;
  document.title = current.title ? `${current.title} – phi4j` : "phi4j";
}

function render() {
  views = new Map();
  showTitle();
  const messages = store.path(current);
  $("messages").replaceChildren();
  if (!messages.length) {
    $("messages").append(element("div", { className: "welcome" },
      element("h2", { textContent: "Ask Phi-4" }),
      element("p", { textContent: "It runs on this server; your messages stay there." })));
  }
  messages.forEach(showMessage);
  showContext(messages.findLast((node) => node.context)?.context);
  toEnd(true);
}

function showMessage(node) {
  const view = new MessageView(current, node, actions);
  views.set(node.id, view);
  $("messages").querySelector(".welcome")?.remove();
  $("messages").append(view.root);
  return view;
}

function showContext(tokens) {
  const most = server?.default_generation_settings?.n_ctx;
  $("context").value = tokens && most ? tokens / most : 0;
  $("context-text").textContent = most ? `${(tokens ?? 0).toLocaleString("en")} / ${most.toLocaleString("en")}` : "";
}

let following = true;
function toEnd(force) {
  const box = $("messages");
  if (force) following = true;
  if (following) box.scrollTop = box.scrollHeight;
  $("to-end").hidden = following;
}

$("messages").addEventListener("scroll", () => {
  const box = $("messages");
  following = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  $("to-end").hidden = following;
});
$("to-end").addEventListener("click", () => toEnd(true));

// ---- requests

function body(messages) {
  const request = { messages, stream: true, stream_options: { include_usage: true }, timings_per_token: true };
  for (const [name, value] of Object.entries(settings.sampling)) if (value !== "" && value !== null) request[name] = value;
  if (settings.reasoning_effort) request.reasoning_effort = settings.reasoning_effort;
  if (settings.probabilities) Object.assign(request, { logprobs: true, top_logprobs: 8 });
  if (settings.schemaOn) {
    request.response_format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema: JSON.parse(settings.schema) } };
  }
  return request;
}

function conversationMessages(upTo) {
  const messages = store.path(current).map(({ role, content, reasoning }) =>
    role === "assistant" && reasoning ? { role, content, reasoning_content: reasoning } : { role, content });
  if (!upTo) while (messages.at(-1)?.role === "assistant") messages.pop();
  return current.system?.trim() ? [{ role: "system", content: current.system }, ...messages] : messages;
}

const speed = (timings) => timings && timings.predicted_n > 1 ? `${timings.predicted_n} tokens · ${timings.predicted_per_second.toFixed(1)} tokens/s` : "";

function take(node, chunk) {
  const choice = chunk.choices?.[0];
  if (choice?.delta?.content) node.content += choice.delta.content;
  if (choice?.delta?.reasoning_content) node.reasoning = (node.reasoning ?? "") + choice.delta.reasoning_content;
  if (choice?.logprobs?.content) (node.tokens ??= []).push(...choice.logprobs.content);
  if (choice?.finish_reason === "length") node.stopped = true;
  if (chunk.timings) node.figures = speed(chunk.timings);
  if (chunk.usage) {
    node.context = chunk.usage.total_tokens;
    const cached = chunk.usage.prompt_tokens_details?.cached_tokens;
    node.figures += `${node.figures ? " · " : ""}prompt ${chunk.usage.prompt_tokens}${cached ? ` (${cached} cached)` : ""}`;
  }
}

async function answer(resumed) {
  const conversation = current;
  const abort = new AbortController();
  const messages = conversationMessages(Boolean(resumed));
  const node = resumed ?? store.add(conversation, conversation.leaf, "assistant", "");
  Object.assign(node, { error: undefined, stopped: false, json: settings.schemaOn });
  const view = resumed ? views.get(node.id) : showMessage(node);
  if (!resumed && settings.probabilities) view.view = "tokens";
  running = { abort, conversation };
  busy(true);
  view.updateTools(true);
  view.update(true);
  toEnd(true);
  keep();
  let frame = 0;
  const draw = () => { frame = 0; view.update(true); $("model").textContent = node.figures ?? ""; toEnd(false); };
  try {
    await api.chat(body(messages), settings.key, abort.signal, (chunk) => {
      take(node, chunk);
      frame ||= requestAnimationFrame(draw);
    });
    announce("The answer is complete.");
  } catch (error) {
    node.stopped = true;
    if (error.name === "AbortError") announce("Stopped.");
    else {
      node.error = error.status === 401 ? `${error.message} It goes into the settings.` : error.message;
      node.stopped = node.content !== "";
      if (error.status === 401) openPanel("settings", $("key"));
    }
  }
  cancelAnimationFrame(frame);
  running = null;
  busy(false);
  if (node.json && !node.error && !node.tokens) view.view = "tree";
  view.update(false);
  view.updateTools(false);
  showModel();
  if (conversation === current) showContext(node.context);
  toEnd(false);
  conversation.updated = Date.now();
  if (conversation === current) keep(); else store.save(conversation);
}

function stop() { running?.abort.abort(); }

function busy(on) {
  $("send").hidden = on;
  $("stop").hidden = !on;
  $("messages").setAttribute("aria-busy", String(on));
}

function send() {
  const text = $("input").value.trim();
  if (!text || running) return;
  if (settings.schemaOn && !checkSchema()) { openPanel("settings", $("schema")); return; }
  $("input").value = "";
  grow();
  if (!current.title) current.title = text.split("\n")[0].slice(0, 60);
  const node = store.add(current, current.leaf, "user", text);
  showMessage(node);
  showTitle();
  history.replaceState(null, "", `#${current.id}`);
  announce("Sent.");
  answer();
}

// ---- the box

function grow() {
  const box = $("input");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("stop").addEventListener("click", stop);
$("input").addEventListener("input", grow);
$("input").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  if (event.key === "ArrowUp" && !$("input").value && !running) {
    const last = store.path(current).findLast((node) => node.role === "user");
    if (last) { event.preventDefault(); views.get(last.id)?.edit(); }
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (running) stop();
    else if (document.body.classList.contains("sidebar-open")) closePanel("sidebar");
    else if (document.body.classList.contains("settings-open")) closePanel("settings");
  }
  if (event.altKey && event.code === "KeyN") { event.preventDefault(); show(store.newConversation()); }
  if (event.altKey && event.code === "KeyR") {
    const last = store.path(current).findLast((node) => node.role === "assistant");
    if (last) { event.preventDefault(); actions.regenerate(last); }
  }
});

// ---- panels

function openPanel(id, focus) {
  document.body.classList.add(`${id}-open`);
  $(`open-${id}`).setAttribute("aria-expanded", "true");
  $("scrim").hidden = innerWidth > (id === "sidebar" ? 760 : 1000);
  (focus ?? $(id).querySelector("button, input, textarea"))?.focus();
}

function closePanel(id) {
  if (!document.body.classList.contains(`${id}-open`)) return;
  const inside = $(id).contains(document.activeElement);
  document.body.classList.remove(`${id}-open`);
  $(`open-${id}`).setAttribute("aria-expanded", "false");
  $("scrim").hidden = true;
  if (inside) $(`open-${id}`).focus();
}

for (const id of ["sidebar", "settings"]) {
  $(`open-${id}`).addEventListener("click", () =>
    document.body.classList.contains(`${id}-open`) ? closePanel(id) : openPanel(id));
  $(id).querySelector(`[data-close=${id}]`).addEventListener("click", () => closePanel(id));
}
$("scrim").addEventListener("click", () => { closePanel("sidebar"); closePanel("settings"); });

// ---- settings

function dark() {
  return settings.theme ? settings.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function applyTheme() { document.documentElement.dataset.theme = dark() ? "dark" : "light"; }

function checkSchema() {
  let fault = "";
  try { JSON.parse(settings.schema); } catch (error) { fault = error.message; }
  $("schema-error").textContent = fault;
  return !fault;
}

function fillSettings() {
  for (const name of SAMPLING) {
    const field = $("settings-form").elements[name];
    field.value = settings.sampling[name] ?? "";
    const value = server?.default_generation_settings?.params?.[name];
    field.placeholder = value === undefined ? (name === "max_tokens" ? "no limit" : "random") : String(+value.toFixed(3));
  }
  $("settings-form").elements.reasoning_effort.value = settings.reasoning_effort;
  $("probabilities").checked = settings.probabilities;
  $("schema-on").checked = settings.schemaOn;
  $("schema-row").hidden = !settings.schemaOn;
  $("schema").value = settings.schema;
  $("theme").value = settings.theme;
  $("key").value = settings.key;
}

$("settings-form").addEventListener("submit", (event) => event.preventDefault());
function changeSettings({ target }) {
  if (target.id === "system") { current.system = target.value; keep(); return; }
  if (SAMPLING.includes(target.name)) settings.sampling[target.name] = target.value === "" ? "" : Number(target.value);
  settings.reasoning_effort = $("settings-form").elements.reasoning_effort.value;
  settings.probabilities = $("probabilities").checked;
  settings.schemaOn = $("schema-on").checked;
  settings.schema = $("schema").value;
  settings.theme = $("theme").value;
  $("schema-row").hidden = !settings.schemaOn;
  if (settings.schemaOn) checkSchema();
  applyTheme();
  keepSettings();
}
for (const type of ["input", "change"]) $("settings-form").addEventListener(type, changeSettings);
$("key").addEventListener("change", () => { settings.key = $("key").value.trim(); keepSettings(); connect(); });
$("reset-sampling").addEventListener("click", () => { settings.sampling = {}; keepSettings(); fillSettings(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);

// ---- export and import

$("title").addEventListener("click", rename);
$("new-chat").addEventListener("click", () => show(store.newConversation()));
$("search").addEventListener("input", listConversations);
$("export").addEventListener("click", () => {
  const url = URL.createObjectURL(new Blob([store.written(conversations)], { type: "application/json" }));
  element("a", { href: url, download: "phi4j-conversations.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
});
$("import").addEventListener("click", () => $("import-file").click());
$("import-file").addEventListener("change", async () => {
  const file = $("import-file").files[0];
  $("import-file").value = "";
  if (!file) return;
  const found = store.read(await file.text());
  if (!found) { alert(`${file.name} has no conversations that were exported here.`); return; }
  for (const conversation of found) await store.save(conversation);
  conversations = await store.all();
  current = conversations.find((each) => each.id === current.id) ?? current;
  listConversations();
  announce(`${found.length} conversations imported.`);
});

// ---- the start

function showModel() { $("model").textContent = server?.model_alias ?? ""; }

async function connect() {
  try {
    server = await api.props(settings.key);
    $("effort-row").hidden = !server.reasoning;
    showModel();
  } catch (error) {
    server = null;
    $("model").textContent = error.status === 401 ? "needs an API key" : "server not reached";
    if (error.status === 401) openPanel("settings", $("key"));
  }
  fillSettings();
  showContext(store.path(current).findLast((node) => node.context)?.context);
}

applyTheme();
fillSettings();
try {
  conversations = await store.all();
} catch (error) {
  announce(`Conversations cannot be kept in this browser: ${error.message}`);
}
show(conversations.find((each) => `#${each.id}` === location.hash) ?? store.newConversation());
await connect();
document.body.dataset.ready = "true";
