// Client of the page's own server.

export class ApiError extends Error {
  constructor(message, status) { super(message); this.status = status; }
}

const headers = (key) => ({ "Content-Type": "application/json", ...(key ? { Authorization: `Bearer ${key}` } : {}) });

async function failure(response) {
  let message = `The server answered with status ${response.status}.`;
  try { message = (await response.json()).error.message; } catch { /* the status must suffice */ }
  return new ApiError(message, response.status);
}

export async function props(key) {
  const response = await fetch("props", { headers: headers(key) });
  if (!response.ok) throw await failure(response);
  return response.json();
}

// Streams a chat completion; onChunk receives each chunk. Ends when the server is done or the signal aborts.
export async function chat(body, key, signal, onChunk) {
  const response = await fetch("v1/chat/completions", {
    method: "POST", headers: headers(key), body: JSON.stringify(body), signal,
  });
  if (!response.ok) throw await failure(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new ApiError("The connection was lost before the answer was complete.", 0);
    rest += value;
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
      if (!data) continue;
      if (data === "[DONE]") return;
      const chunk = JSON.parse(data);
      if (chunk.error) throw new ApiError(chunk.error.message, 500);
      onChunk(chunk);
    }
  }
}
