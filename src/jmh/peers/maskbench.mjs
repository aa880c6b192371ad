// Runs MaskBench (guidance-ai/jsonschemabench, folder maskbench) with phi4j and prints the table of its README.
//
//   node src/jmh/peers/maskbench.mjs [--model FILE] [--list OUT] FOLDER
//
// FOLDER is data of a checkout of it: JSON files {"schema": …, "tests": [{"valid": …, "data": …}]}. Instances are written as the
// benchmark writes them: ", " and ": " between parts, other characters than ASCII as they are. Give a model with the vocabulary to
// measure with; its weights are not used. --list writes each file's result to OUT.

import { spawn } from "node:child_process";
import { createWriteStream, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const home = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const options = {};
let folder;
for (let args = process.argv.slice(2); args.length > 0; ) {
  const arg = args.shift();
  if (arg === "--model" || arg === "--list") {
    options[arg.slice(2)] = args.shift();
  } else {
    folder = arg;
  }
}
if (!folder) {
  console.error("usage: node src/jmh/peers/maskbench.mjs [--model FILE] [--list OUT] FOLDER");
  process.exit(2);
}

function* files(path) {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      yield* files(join(path, name));
    }
  } else if (path.endsWith(".json")) {
    yield path;
  }
}

/** JSON as objects of Maps, arrays, and texts of the other values: numbers stay as they are written, members in order. */
function parse(text) {
  let at = 0;
  const token = /[\s]*([[\]{}:,]|"(?:[^"\\]|\\.)*"|[^\s[\]{}:,"]+)/y;
  const next = () => {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) {
      throw new Error(`no JSON at character ${at}`);
    }
    at = token.lastIndex;
    return match[1];
  };
  const value = (first) => {
    if (first === "[") {
      const list = [];
      for (let item = next(); item !== "]"; item = next()) {
        list.push(value(item === "," ? next() : item));
      }
      return list;
    }
    if (first === "{") {
      const members = new Map();
      for (let name = next(); name !== "}"; name = next()) {
        name = name === "," ? next() : name;
        next(); // the colon
        members.set(JSON.parse(name), value(next()));
      }
      return members;
    }
    return first;
  };
  return value(next());
}

/** A value as JSON on one line. */
function written(value, scalar) {
  if (Array.isArray(value)) {
    return `[${value.map((item) => written(item, scalar)).join(", ")}]`;
  }
  if (value instanceof Map) {
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}: ${written(member, scalar)}`).join(", ")}}`;
  }
  return scalar(value);
}

/** A string, number, true, false or null as Python's json.dumps writes it without escapes. */
function asPython(text) {
  if (text[0] === '"') {
    return JSON.stringify(JSON.parse(text));
  }
  if (!/[.eE]/.test(text) || !/[0-9]/.test(text)) {
    return text;
  }
  const number = Number(text);
  const [digits, exponent] = number.toExponential().split("e");
  if (number !== 0 && (Number(exponent) < -4 || Number(exponent) >= 16)) {
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  const plain = String(number);
  return /[.e]/.test(plain) ? plain : `${Object.is(number, -0) ? "-0" : plain}.0`;
}

const cases = [];
for (const path of files(folder)) {
  const file = parse(readFileSync(path, "utf8"));
  if (file instanceof Map && file.has("schema") && Array.isArray(file.get("tests"))) {
    const tests = file.get("tests").map((test) => ({ valid: test.get("valid") === "true", text: written(test.get("data"), asPython) }));
    cases.push({ path, schema: written(file.get("schema"), (text) => text), tests });
  }
}

const model = options.model ? ["-m", options.model] : [];
const phi4 = spawn(join(home, "phi4"), ["grammar", "--jsonl", "--times", "--open-objects", ...model], {
  stdio: ["pipe", "pipe", "inherit"],
});
phi4.stdin.on("error", () => {}); // told by the exit code
const feed = async () => {
  for (const { schema, tests } of cases) {
    const texts = JSON.stringify(tests.map((test) => test.text));
    if (!phi4.stdin.write(`{"schema": ${schema}, "texts": ${texts}}\n`)) {
      await new Promise((go) => phi4.stdin.once("drain", go));
    }
  }
  phi4.stdin.end();
};
feed();

const counts = { pass: 0, refused: 0, "valid rejected": 0, "invalid accepted": 0 };
const compile = [];
const masks = [];
const list = options.list ? createWriteStream(options.list) : null;
let at = 0;
for await (const line of createInterface({ input: phi4.stdout })) {
  const { path, tests } = cases[at++];
  const result = JSON.parse(line);
  let outcome = "pass";
  if (result.refused !== undefined) {
    outcome = "refused";
  } else {
    compile.push(result.compile_us);
    masks.push(...(result.mask_us.times ?? []));
    tests.forEach((test, i) => {
      if (result.accepted[i] && !test.valid) {
        outcome = "invalid accepted";
      } else if (!result.accepted[i] && test.valid && outcome === "pass") {
        outcome = "valid rejected";
      }
    });
  }
  counts[outcome]++;
  list?.write(`${path}\t${outcome}\t${result.refused ?? ""}\t${result.pointer ?? ""}\n`);
}

const quantile = (values, q) =>
  Float64Array.from(values).sort()[Math.min(values.length - 1, Math.floor(q * values.length))] ?? 0;
const percent = (n) => `${n} (${((100 * n) / Math.max(1, at)).toFixed(1)} %)`;
console.log(`| ${at} schemas | phi4j |\n|---|--:|`);
for (const [name, count] of Object.entries(counts)) {
  console.log(`| ${name} | ${percent(count)} |`);
}
console.log(`| compile µs p50 / p99 / worst | ${quantile(compile, 0.5)} / ${quantile(compile, 0.99)} / ${quantile(compile, 1)} |`);
const mean = masks.reduce((sum, time) => sum + time, 0) / Math.max(1, masks.length);
const of = (q) => quantile(masks, q).toFixed(0);
console.log(`| mask µs mean / p50 / p99 / p99.9 / worst | ${mean.toFixed(1)} / ${of(0.5)} / ${of(0.99)} / ${of(0.999)} / ${of(1)} |`);
process.exitCode = at === cases.length ? 0 : 1;
