// Conversations, stored in the browser. A conversation is a tree of messages: an edit or a new answer
// starts a branch, and `leaf` is the end of the visible one.

const DATABASE = "phi4j";
const STORE = "conversations";

function request(operation) {
  return new Promise((resolve, reject) => {
    operation.onsuccess = () => resolve(operation.result);
    operation.onerror = () => reject(operation.error);
  });
}

let opened;
function database() {
  opened ??= new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  return opened;
}

async function store(mode) {
  return (await database()).transaction(STORE, mode).objectStore(STORE);
}

export const newId = () => crypto.getRandomValues(new Uint32Array(3)).join("-");

export function newConversation() {
  return { id: newId(), title: "", created: Date.now(), updated: Date.now(), system: "", nodes: {}, leaf: null };
}

export async function all() {
  const found = await request((await store("readonly")).getAll());
  return found.sort((a, b) => b.updated - a.updated);
}

export async function save(conversation) {
  await request((await store("readwrite")).put(conversation));
}

export async function remove(id) {
  await request((await store("readwrite")).delete(id));
}

// The messages from the root to the leaf.
export function path(conversation) {
  const messages = [];
  for (let id = conversation.leaf; id; id = conversation.nodes[id].parent) messages.unshift(conversation.nodes[id]);
  return messages;
}

export function siblings(conversation, node) {
  return Object.values(conversation.nodes)
    .filter((each) => each.parent === node.parent && each.role === node.role)
    .sort((a, b) => a.created - b.created || (a.order ?? 0) - (b.order ?? 0));
}

export function add(conversation, parent, role, content) {
  const node = { id: newId(), parent, role, content, created: Date.now(), order: Object.keys(conversation.nodes).length };
  conversation.nodes[node.id] = node;
  conversation.leaf = node.id;
  conversation.updated = Date.now();
  return node;
}

// Shows the branch of a node, down to its latest leaf.
export function select(conversation, node) {
  let leaf = node;
  for (;;) {
    const children = Object.values(conversation.nodes).filter((each) => each.parent === leaf.id);
    if (!children.length) break;
    leaf = children.reduce((a, b) => (b.created > a.created || (b.created === a.created && b.order > a.order) ? b : a));
  }
  conversation.leaf = leaf.id;
}

const isText = (value) => typeof value === "string";

// Parses an export; null if it is something else.
export function read(text) {
  let data;
  try { data = JSON.parse(text); } catch { return null; }
  if (data?.format !== "phi4j-conversations" || !Array.isArray(data.conversations)) return null;
  const sound = (c) => isText(c?.id) && isText(c.title) && c.nodes && typeof c.nodes === "object"
    && Object.entries(c.nodes).every(([id, n]) => n.id === id && isText(n.content) && (n.role === "user" || n.role === "assistant")
      && (n.parent === null || Object.hasOwn(c.nodes, n.parent)))
    && (c.leaf === null || Object.hasOwn(c.nodes, c.leaf)) && !circular(c);
  return data.conversations.every(sound) ? data.conversations : null;
}

function circular(conversation) {
  const most = Object.keys(conversation.nodes).length;
  return Object.values(conversation.nodes).some((node) => {
    let steps = 0;
    for (let id = node.parent; id; id = conversation.nodes[id].parent) if (++steps > most) return true;
    return false;
  });
}

export function written(conversations) {
  return JSON.stringify({ format: "phi4j-conversations", version: 1, conversations }, null, 1);
}
