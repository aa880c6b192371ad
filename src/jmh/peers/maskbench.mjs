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

/** The value as Python's json.dumps writes it without escapes. */
function written(value) {
  if (Array.isArray(value)) {
    return `[${value.map(written).join(", ")}]`;
  }
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value)
      .map(([name, member]) => `${JSON.stringify(name)}: ${written(member)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value);
}

const cases = [];
for (const path of files(folder)) {
  const file = JSON.parse(readFileSync(path, "utf8"));
  if (file.schema !== undefined && Array.isArray(file.tests)) {
    cases.push({ path, schema: file.schema, tests: file.tests });
  }
}

const model = options.model ? ["-m", options.model] : [];
const phi4 = spawn(join(home, "phi4"), ["grammar", "--jsonl", "--open-objects", ...model], {
  stdio: ["pipe", "pipe", "inherit"],
});
phi4.stdin.on("error", () => {}); // told by the exit code
const feed = async () => {
  for (const { schema, tests } of cases) {
    const texts = tests.map((test) => written(test.data));
    if (!phi4.stdin.write(JSON.stringify({ schema, texts }) + "\n")) {
      await new Promise((go) => phi4.stdin.once("drain", go));
    }
  }
  phi4.stdin.end();
};
feed();

const counts = { pass: 0, refused: 0, "valid rejected": 0, "invalid accepted": 0 };
const compile = [];
const means = [];
const p99s = [];
let masks = 0;
let time = 0;
let worst = 0;
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
    masks += result.mask_us.masks;
    time += result.mask_us.mean * result.mask_us.masks;
    means.push(result.mask_us.mean);
    p99s.push(result.mask_us.p99);
    worst = Math.max(worst, result.mask_us.max);
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
  values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? 0;
const percent = (n) => `${n} (${((100 * n) / Math.max(1, at)).toFixed(1)} %)`;
console.log(`| ${at} schemas | phi4j |\n|---|--:|`);
for (const [name, count] of Object.entries(counts)) {
  console.log(`| ${name} | ${percent(count)} |`);
}
console.log(`| compile µs p50 / p99 / worst | ${quantile(compile, 0.5)} / ${quantile(compile, 0.99)} / ${quantile(compile, 1)} |`);
console.log(`| mask µs mean / worst | ${(time / Math.max(1, masks)).toFixed(1)} / ${worst.toFixed(0)} |`);
console.log(`| a schema's p99 of mask µs, median / 99 % | ${quantile(p99s, 0.5).toFixed(0)} / ${quantile(p99s, 0.99).toFixed(0)} |`);
process.exitCode = at === cases.length ? 0 : 1;
