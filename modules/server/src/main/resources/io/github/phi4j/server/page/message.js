// A message view: text, thoughts, tokens and figures.

import { Markdown, copy } from "./markdown.js";
import * as store from "./store.js";

export function element(tag, properties = {}, ...children) {
  const { className, dataset, attributes, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  if (className) node.className = className;
  Object.assign(node.dataset, dataset ?? {});
  Object.entries(attributes ?? {}).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const button = (text, label, onclick) =>
  element("button", { type: "button", textContent: text, onclick, title: label, attributes: { "aria-label": label } });

// A JSON value as a collapsible tree.
function tree(value, key) {
  const name = key === undefined ? null : element("span", { className: "key", textContent: `${key}: ` });
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value);
    const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
    return element("details", { open: true },
      element("summary", {}, name, element("span", { className: "muted", textContent: size })),
      ...entries.map(([k, v]) => tree(v, k)));
  }
  const kind = value === null ? "null" : typeof value;
  return element("div", { className: "leaf" }, name,
    element("span", { className: kind, textContent: kind === "string" ? value : String(value) }));
}

export function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

// Tokens that end inside a character are shown together with those that complete it.
function pieces(tokens) {
  const decoder = new TextDecoder("utf-8");
  const shown = [];
  let held = [];
  for (const token of tokens) {
    held.push(token);
    const text = decoder.decode(new Uint8Array(token.bytes ?? []), { stream: true });
    if (text || !(token.bytes ?? []).length) {
      shown.push({ text, tokens: held });
      held = [];
    }
  }
  return shown;
}

const percent = (logprob) => {
  const p = Math.exp(logprob) * 100;
  return p >= 99.95 ? "100 %" : p >= 10 ? `${p.toFixed(0)} %` : p >= 0.1 ? `${p.toFixed(1)} %` : "< 0.1 %";
};

const visible = (text) => text.replaceAll("\n", "↵").replaceAll("\t", "→").replaceAll(" ", "·") || "∅";

let popup;
function hide() { popup?.remove(); popup = undefined; }

function alternatives(at, token) {
  hide();
  const rows = [...(token.top_logprobs ?? [])];
  if (!rows.some((row) => row.id === token.id)) rows.push(token);
  popup = element("div", { className: "alternatives", attributes: { role: "tooltip" } },
    element("table", {}, ...rows.map((row) => {
      const bar = element("i");
      bar.style.width = `${Math.max(Math.exp(row.logprob) * 100, 1)}%`;
      return element("tr", { className: row.id === token.id ? "chosen" : "" },
        element("td", { textContent: visible(row.token) }),
        element("td", { className: "bar-cell" }, bar),
        element("td", { textContent: percent(row.logprob) }));
    })));
  document.body.append(popup);
  const box = at.getBoundingClientRect();
  const size = popup.getBoundingClientRect();
  popup.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
  popup.style.top = `${box.bottom + size.height + 12 < innerHeight ? box.bottom + 6 : Math.max(8, box.top - size.height - 6)}px`;
}

function span({ text, tokens }) {
  const p = Math.exp(Math.min(...tokens.map((token) => token.logprob)));
  const node = element("span", { textContent: text });
  node.style.setProperty("--hue", `${Math.round(p * 130)}`);
  node.style.setProperty("--mix", `${Math.round(6 + (1 - p) * 38)}%`);
  node.tokens = tokens;
  return node;
}

// Text coloured by probability; alternatives on hover and with the arrow keys.
function tokenView(announce) {
  const view = element("div", { className: "tokens", tabIndex: 0,
    attributes: { role: "group", "aria-label": "Tokens by probability; arrow keys walk through them" } });
  let at = -1;
  const show = (node) => alternatives(node, node.tokens[0]);
  view.addEventListener("mouseover", (event) => event.target.tokens && show(event.target));
  view.addEventListener("mouseleave", hide);
  view.addEventListener("blur", () => { view.children[at]?.classList.remove("at"); hide(); });
  view.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") hide();
    if (!step) return;
    event.preventDefault();
    view.children[at]?.classList.remove("at");
    at = Math.max(0, Math.min(view.children.length - 1, at + step));
    const node = view.children[at];
    if (!node) return;
    node.classList.add("at");
    node.scrollIntoView({ block: "nearest" });
    show(node);
    const token = node.tokens[0];
    announce(`${token.token}, ${percent(token.logprob)}; ${(token.top_logprobs ?? []).slice(0, 3).map((t) => `${t.token} ${percent(t.logprob)}`).join(", ")}`);
  });
  return view;
}

export class MessageView {
  // actions: edit, regenerate, go(node), resume, announce, editable()
  constructor(conversation, node, actions) {
    Object.assign(this, { conversation, node, actions });
    this.root = element("article", {
      className: `message ${node.role}`, dataset: { id: node.id },
      attributes: { "aria-label": node.role === "user" ? "You" : "Phi-4" },
    });
    this.tools = element("div", { className: "tools" });
    this.build();
  }

  build() {
    this.body = element("div", { className: "body" });
    this.root.replaceChildren(this.body, this.tools);
    if (this.node.role === "user") {
      this.body.textContent = this.node.content;
    } else {
      this.thoughtsText = element("div");
      this.thoughts = element("details", { className: "thoughts", hidden: true }, element("summary", { textContent: "Thoughts" }), this.thoughtsText);
      this.text = element("div");
      this.error = element("p", { className: "error", hidden: true, attributes: { role: "alert" } });
      this.body.append(this.thoughts, this.text, this.error);
      this.markdown = new Markdown(this.text);
      this.thoughtsMarkdown = new Markdown(this.thoughtsText);
      this.view = this.node.view ?? (this.node.tokens?.length ? "tokens" : this.node.json ? "tree" : "text");
      this.update(false);
    }
    this.updateTools(false);
  }

  update(running) {
    const { node } = this;
    if (node.reasoning) {
      this.thoughts.hidden = false;
      this.thoughts.firstChild.textContent = running && !node.content ? "Thinking …" : "Thoughts";
      this.thoughtsMarkdown.update(node.reasoning);
    }
    const value = this.view === "tree" && !running ? parsed(node.content) : undefined;
    if (this.view === "tokens" && node.tokens?.length) this.updateTokens();
    else if (value !== undefined) this.text.replaceChildren(element("div", { className: "tree" }, tree(value)));
    else this.markdown.update(node.json ? `\`\`\`json\n${node.content}` : node.content);
    this.text.classList.toggle("cursor", running);
    this.error.hidden = !node.error;
    this.error.textContent = node.error ?? "";
  }

  updateTokens() {
    if (!this.tokenView) {
      this.tokenView = tokenView(this.actions.announce);
      this.tokenView.done = 0;
      this.text.replaceChildren(this.tokenView);
    }
    // The last piece may still grow.
    const all = pieces(this.node.tokens);
    for (let i = this.tokenView.done; i < all.length; i++) this.tokenView.append(span(all[i]));
    this.tokenView.done = all.length;
  }

  show(view) {
    this.view = view;
    this.node.view = view;
    this.tokenView = undefined;
    this.text.replaceChildren();
    this.markdown = new Markdown(this.text);
    this.update(false);
    this.updateTools(false);
    this.actions.changed();
  }

  updateTools(running) {
    const { node, conversation, actions } = this;
    this.tools.replaceChildren();
    if (running) return;
    const others = store.siblings(conversation, node);
    if (others.length > 1) {
      const at = others.indexOf(node);
      const previous = button("‹", "Previous version", () => actions.go(others[at - 1]));
      const next = button("›", "Next version", () => actions.go(others[at + 1]));
      previous.disabled = at === 0;
      next.disabled = at === others.length - 1;
      this.tools.append(previous, `${at + 1}/${others.length}`, next);
    }
    const copyIt = button("Copy", "Copy the message", async () => {
      await copy(node.content);
      copyIt.textContent = "Copied";
      setTimeout(() => (copyIt.textContent = "Copy"), 1500);
    });
    this.tools.append(copyIt);
    if (node.role === "user") {
      this.tools.append(button("Edit", "Edit, in a new branch", () => this.edit()));
      return;
    }
    this.tools.append(button("Regenerate", "Answer again, in a new branch", () => actions.regenerate(node)));
    if (node.stopped) this.tools.append(button("Continue", "Continue the answer", () => actions.resume(node)));
    const views = [["text", "Text"]];
    if (node.tokens?.length) views.push(["tokens", "Tokens"]);
    if (parsed(node.content) !== undefined) views.push(["tree", "Tree"]);
    if (views.length > 1) {
      views.filter(([view]) => view !== this.view)
        .forEach(([view, label]) => this.tools.append(button(label, `Show as ${label.toLowerCase()}`, () => this.show(view))));
    }
    if (node.figures) this.tools.append(element("span", { className: "figures", textContent: node.figures }));
  }

  edit() {
    const area = element("textarea", { value: this.node.content, attributes: { "aria-label": "Edit the message" } });
    const cancel = () => { this.build(); this.root.querySelector(".tools button")?.focus(); };
    const send = () => this.actions.edit(this.node, area.value);
    const form = element("div", { className: "edit" }, area, element("div", { className: "row" },
      button("Cancel", "Cancel", cancel), Object.assign(button("Send", "Send the edited message", send), { className: "primary" })));
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); cancel(); }
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
    });
    this.root.replaceChildren(form);
    area.style.height = `${area.scrollHeight + 4}px`;
    area.focus();
  }
}
