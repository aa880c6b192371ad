// Markdown to safe HTML. The model's output passes DOMPurify; the page's policy also allows no
// scripts but its own, and no other hosts.

const { Marked } = globalThis.marked;
const purify = globalThis.DOMPurify;

const MATH = { throwOnError: true, trust: false, strict: "ignore", maxExpand: 500, maxSize: 50 };

function escape(text) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

// A formula. An incomplete one is shown as far as it can be typeset.
function math(source, displayMode, open) {
  const set = (text) => globalThis.katex.renderToString(text, { ...MATH, displayMode });
  try {
    return set(source);
  } catch {
    if (open) {
      for (let text = source; text; text = text.replace(/(\\[a-zA-Z]*|[\s\S])$/, "")) {
        const braces = (text.match(/(?<!\\)\{/g) ?? []).length - (text.match(/(?<!\\)\}/g) ?? []).length;
        try { return set(text + "}".repeat(Math.max(braces, 0))); } catch { if (source.length - text.length > 80) break; }
      }
    }
    return `<code class="math-source">${escape(source)}</code>`;
  }
}

const blockMath = {
  name: "blockMath",
  level: "block",
  start: (src) => src.match(/(^|\n)[ \t]*(\$\$|\\\[)/)?.index,
  tokenizer(src) {
    const closed = /^[ \t]*(?:\$\$((?:(?!\$\$)[\s\S])+)\$\$|\\\[((?:(?!\\\])[\s\S])+)\\\])[ \t]*(?:\n+|$)/.exec(src);
    if (closed) return { type: "blockMath", raw: closed[0], text: (closed[1] ?? closed[2]).trim(), open: false };
    const open = /^[ \t]*(?:\$\$|\\\[)((?:(?!\$\$|\\\])[\s\S])+)$/.exec(src);
    if (open) return { type: "blockMath", raw: open[0], text: open[1].trim(), open: true };
    return undefined;
  },
  renderer: (token) => `<div class="math-block${token.open ? " math-open" : ""}">${math(token.text, true, token.open)}</div>`,
};

const inlineMath = {
  name: "inlineMath",
  level: "inline",
  start: (src) => src.match(/\$|\\\(|\\\[/)?.index,
  tokenizer(src) {
    const round = /^\\\(([\s\S]+?)\\\)/.exec(src) ?? /^\\\[([\s\S]+?)\\\]/.exec(src);
    if (round) return { type: "inlineMath", raw: round[0], text: round[1].trim(), display: src[1] === "[" };
    const double = /^\$\$([^$]+?)\$\$/.exec(src);
    if (double) return { type: "inlineMath", raw: double[0], text: double[1].trim(), display: true };
    // As in Pandoc, so that prices are not formulas: no blank inside the dollars, no digit after them.
    const dollar = /^\$(?![\s$])((?:\\.|[^$\\\n])*?[^\s\\])\$(?!\d)/.exec(src);
    if (dollar) return { type: "inlineMath", raw: dollar[0], text: dollar[1], display: false };
    const open = /^\\\(([\s\S]+)$/.exec(src);
    return open ? { type: "inlineMath", raw: open[0], text: open[1].trim(), display: false, open: true } : undefined;
  },
  renderer: (token) => math(token.text, token.display, token.open),
};

function code({ text, lang }) {
  const language = (lang ?? "").split(/\s/)[0];
  const known = language && globalThis.hljs.getLanguage(language);
  const html = known ? globalThis.hljs.highlight(text, { language, ignoreIllegals: true }).value : escape(text);
  return `<div class="codeblock"><div class="bar"><span>${escape(language)}</span></div><pre><code>${html}</code></pre></div>`;
}

const marked = new Marked({ gfm: true, breaks: false, extensions: [] });
marked.use({ extensions: [blockMath, inlineMath], renderer: { code } });

purify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A" && node.hasAttribute("href")) {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer nofollow");
  }
  if (node.tagName === "IMG" && !/^data:image\/(png|jpeg|gif|webp)/.test(node.getAttribute("src") ?? "")) {
    node.replaceWith(node.ownerDocument.createTextNode(`[image: ${node.getAttribute("alt") || node.getAttribute("src") || ""}]`));
  }
});

const CLEAN = {
  USE_PROFILES: { html: true, mathMl: true, svg: true },
  FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "option", "iframe", "video", "audio", "dialog"],
  FORBID_ATTR: ["id", "name"],
};

function clean(html) {
  return purify.sanitize(html, CLEAN);
}

function copyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await copy(block.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  block.querySelector(".bar").append(button);
}

// Beyond loopback, a page without TLS has no clipboard API.
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

// Shows a growing text: only changed blocks are rendered again.
export class Markdown {
  constructor(container) {
    this.container = container;
    this.shown = [];
  }

  update(text) {
    const tokens = marked.lexer(text).filter((token) => token.type !== "space");
    const children = this.container.children;
    tokens.forEach((token, i) => {
      if (this.shown[i] === token.raw) return;
      const block = children[i] ?? this.container.appendChild(document.createElement("div"));
      block.innerHTML = clean(marked.parser([token]));
      block.querySelectorAll(".codeblock").forEach(copyButton);
      this.shown[i] = token.raw;
    });
    while (children.length > tokens.length) this.container.lastChild.remove();
    this.shown.length = tokens.length;
  }
}
