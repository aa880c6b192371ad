// OpenAI's and Ollama's own clients against a running server with the tiny model:
//   npm install && node clients.mjs http://127.0.0.1:8080
import assert from "node:assert/strict";
import OpenAI from "openai";
import { Ollama } from "ollama";

const base = process.argv[2] ?? "http://127.0.0.1:8080";
const openai = new OpenAI({ baseURL: `${base}/v1`, apiKey: "none", maxRetries: 0 });
const ollama = new Ollama({ host: base });
const model = "phi-4";
const question = [{ role: "user", content: "What is 27 + 45?" }];
const schema = {
  type: "object",
  properties: { sum: { type: "integer", minimum: 0, maximum: 999 } },
  required: ["sum"],
  additionalProperties: false,
};
const parameters = {
  type: "object",
  properties: { city: { type: "string", enum: ["Rome", "Paris"] } },
  required: ["city"],
  additionalProperties: false,
};
const tools = [{ type: "function", function: { name: "weather", description: "Tells the weather", parameters } }];

const tests = {
  async "openai: chat"() {
    const answer = await openai.chat.completions.create({ model, messages: question, temperature: 0 });
    assert.match(answer.choices[0].message.content, /Answer: 72/);
    assert.equal(answer.choices[0].finish_reason, "stop");
    assert.ok(answer.usage.total_tokens > 0);
  },
  async "openai: stream"() {
    const stream = await openai.chat.completions.create({
      model, messages: question, temperature: 0, stream: true, stream_options: { include_usage: true },
    });
    let text = "", usage;
    for await (const chunk of stream) { text += chunk.choices[0]?.delta.content ?? ""; usage = chunk.usage ?? usage; }
    assert.match(text, /Answer: 72/);
    assert.ok(usage.completion_tokens > 0);
  },
  async "openai: json schema with parse"() {
    const answer = await openai.chat.completions.parse({
      model, messages: question, temperature: 0,
      response_format: { type: "json_schema", json_schema: { name: "sum", strict: true, schema } },
    });
    assert.equal(typeof JSON.parse(answer.choices[0].message.content).sum, "number");
  },
  async "openai: tools, and their results"() {
    const first = await openai.chat.completions.create({ model, messages: question, tools, tool_choice: "required", parallel_tool_calls: false, temperature: 0 });
    const { message, finish_reason } = first.choices[0];
    assert.equal(finish_reason, "tool_calls");
    assert.match(JSON.parse(message.tool_calls[0].function.arguments).city, /Rome|Paris/);
    const second = await openai.chat.completions.create({
      model, tools, tool_choice: "none", max_tokens: 5,
      messages: [...question, message, ...message.tool_calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: "sunny" }))],
    });
    assert.equal(second.choices[0].message.role, "assistant");
  },
  async "openai: streamed tool calls, gathered by the client"() {
    const runner = openai.chat.completions.stream({ model, messages: question, tools, tool_choice: { type: "function", function: { name: "weather" } } });
    const final = await runner.finalChatCompletion();
    assert.equal(final.choices[0].finish_reason, "tool_calls");
    assert.equal(final.choices[0].message.tool_calls[0].function.name, "weather");
    JSON.parse(final.choices[0].message.tool_calls[0].function.arguments);
  },
  async "openai: a call is streamed piece by piece"() {
    const stream = await openai.chat.completions.create({ model, messages: question, tools, tool_choice: "required", stream: true });
    const parts = [];
    for await (const chunk of stream) parts.push(...(chunk.choices[0]?.delta.tool_calls ?? []));
    assert.equal(parts[0].function.name, "weather");
    assert.equal(parts[0].function.arguments, "");
    const first = parts.filter((part) => part.index === 0);
    assert.ok(first.length > 2);
    JSON.parse(first.map((part) => part.function.arguments).join(""));
  },
  async "openai: responses"() {
    const answer = await openai.responses.create({ model, input: "What is 27 + 45?", instructions: "Compute.", temperature: 0 });
    assert.equal(answer.status, "completed");
    assert.ok(answer.output_text.length > 0);
    assert.ok(answer.usage.input_tokens > 0);
  },
  async "openai: responses, streamed"() {
    const stream = openai.responses.stream({ model, input: question, temperature: 0 });
    let text = "";
    stream.on("response.output_text.delta", (event) => { text += event.delta; });
    const final = await stream.finalResponse();
    assert.match(text, /Answer: 72/);
    assert.equal(final.output_text, text);
  },
  async "openai: responses, a streamed call"() {
    const stream = openai.responses.stream({ model, input: question, tool_choice: "required", parallel_tool_calls: false, tools: [{ type: "function", name: "weather", parameters, strict: true }] });
    let pieces = 0, text = "";
    stream.on("response.function_call_arguments.delta", (event) => { pieces++; text += event.delta; });
    const final = await stream.finalResponse();
    const [item] = final.output.filter((each) => each.type === "function_call");
    assert.ok(pieces > 1);
    assert.equal(item.arguments, text);
    assert.match(JSON.parse(text).city, /Rome|Paris/);
  },
  async "openai: responses with a schema and with tools"() {
    const parsed = await openai.responses.parse({
      model, input: question, text: { format: { type: "json_schema", name: "sum", strict: true, schema } },
    });
    assert.equal(typeof JSON.parse(parsed.output_text).sum, "number");
    const call = await openai.responses.create({
      model, input: question, tool_choice: "required", parallel_tool_calls: false, tools: [{ type: "function", name: "weather", parameters, strict: true }],
    });
    const [item] = call.output.filter((each) => each.type === "function_call");
    const end = await openai.responses.create({
      model, max_output_tokens: 5,
      input: [...question, item, { type: "function_call_output", call_id: item.call_id, output: "sunny" }],
      tools: [{ type: "function", name: "weather", parameters, strict: true }], tool_choice: "none",
    });
    assert.match(end.status, /completed|incomplete/);
  },
  async "openai: embeddings"() {
    const { data } = await openai.embeddings.create({ model, input: ["a cat", "a dog"] });
    assert.equal(data.length, 2);
    assert.ok(Math.abs(data[0].embedding.reduce((sum, x) => sum + x * x, 0) - 1) < 1e-3);
  },
  async "openai: models, completions, errors"() {
    assert.ok((await openai.models.list()).data.some((each) => each.id === model));
    const answer = await openai.completions.create({ model, prompt: "27 + 45 =", max_tokens: 4, ignore_eos: true, logprobs: 2, temperature: 0 });
    assert.equal(answer.choices[0].logprobs.tokens.length, 4);
    await assert.rejects(openai.chat.completions.create({ model: "gpt-9", messages: question }), (e) => e.status === 404 && e.code === "model_not_found");
    await assert.rejects(openai.chat.completions.create({ model, messages: question, temperature: 1e6 }), (e) => e.status === 400 && e.param === "temperature");
  },
  async "openai: cancel in mid-stream"() {
    const stream = await openai.chat.completions.create({ model, messages: question, stream: true, ignore_eos: true, max_tokens: 1500 });
    for await (const chunk of stream) { if (chunk.choices[0]?.delta.content) { stream.controller.abort(); break; } }
    for (let i = 0; i < 200; i++) {
      const metrics = await (await fetch(`${base}/metrics`)).text();
      if (/^phi4j_server_requests_active\S* 0(\.0)?$/m.test(metrics)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail("the generation goes on");
  },
  async "ollama: chat and generate"() {
    const answer = await ollama.chat({ model, messages: question, options: { temperature: 0 } });
    assert.match(answer.message.content, /Answer: 72/);
    assert.equal(answer.done_reason, "stop");
    let text = "";
    for await (const part of await ollama.chat({ model: `${model}:latest`, messages: question, stream: true, options: { temperature: 0 } })) text += part.message.content;
    assert.equal(text, answer.message.content);
    const generated = await ollama.generate({ model, prompt: "What is 27 + 45?", options: { temperature: 0, num_predict: 3 } });
    assert.equal(generated.done_reason, "length");
  },
  async "ollama: format, tools, embed, and what tells of models"() {
    const answer = await ollama.chat({ model, messages: question, format: schema });
    assert.equal(typeof JSON.parse(answer.message.content).sum, "number");
    await ollama.chat({
      model, tools, options: { num_predict: 3 },
      messages: [...question, { role: "assistant", content: "", tool_calls: [{ function: { name: "weather", arguments: { city: "Rome" } } }] },
        { role: "tool", tool_name: "weather", content: "sunny" }],
    });
    assert.equal((await ollama.embed({ model, input: ["a", "b"] })).embeddings.length, 2);
    assert.ok((await ollama.list()).models.some((each) => each.name === `${model}:latest`));
    assert.ok((await ollama.show({ model })).capabilities.includes("completion"));
    await assert.rejects(ollama.chat({ model: "nobody", messages: question }), /does not exist/);
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`failed  ${name}\n${error.stack}`);
  }
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
