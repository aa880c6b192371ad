// Runs phi4j and llama.cpp alternately on one GGUF file and prints a comparison; see README.md.
import {execFileSync, spawn, spawnSync} from "node:child_process";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync
} from "node:fs";
import {arch, availableParallelism, cpus, loadavg, platform} from "node:os";
import {basename, dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const home = resolve(here, "../../..");
const installed = join(home, "target", "peers");
const nodeLlamaCpp = "3.22.1";
const javaLlamaCpp = "4.2.0";
const known = ["llama.cpp", "java-llama.cpp"];
const quietLoad = 0.5;

/** Instruction sets that both engines can be held to: llama.cpp's backends, and an option of the JVM. */
const isas = {
  avx2: {backends: ["haswell", "x64"], jvm: ["-XX:UseAVX=2"], flags: ["avx2", "fma", "f16c", "bmi2"]},
  avx512: {
    backends: ["icelake", "x64"],
    jvm: ["-XX:UseAVX=3"],
    flags: ["avx512f", "avx512bw", "avx512_vnni", "avx512vbmi"]
  }
};

const usage = `usage: node src/jmh/peers/compare.mjs --model FILE [options]
Runs phi4j and llama.cpp alternately on one GGUF file and prints a comparison.

  --model FILE         the file
  --threads N          worker threads of each engine. Default: the machine's processors
  --pp N               prompt length. Default: 256
  --tg N               tokens to generate. Default: 32
  --depth N            tokens in the context before each test. Default: 0
  --parallel N         sequences that run together; speeds are their total. Default: 1
  --isa NAME           hold both engines to avx2, or to avx512 without AMX. Default: all they can use
  --packed HOW         phi4j's packed weights, as for ./phi4 bench. Default: that of ./phi4 bench
  --rounds N           number of rounds. Default: 5
  --repetitions N      measurements per turn, after a warm-up; the median counts. Default: 2
  --peers LIST         llama.cpp, java-llama.cpp, or both with a comma. Default: llama.cpp
  --help               print this

llama.cpp is v0.5.0, through the npm package node-llama-cpp ${nodeLlamaCpp}; java-llama.cpp is
de.kherud:llama ${javaLlamaCpp}, with a llama.cpp of early 2025 and without --depth. npm and Maven install
both in target/peers. llama.cpp repacks a 9 GB file at load, which takes half a minute and 15 GB.
Options for phi4j's JVM can be given in PHI4_JAVA_OPTS.`;

class UsageError extends Error {}

function options() {
  const text = fallback => ({type: "string", default: fallback});
  let values;
  try {
    values = parseArgs({
      options: {
        model: {type: "string"},
        threads: text(String(availableParallelism())),
        pp: text("256"),
        tg: text("32"),
        depth: text("0"),
        parallel: text("1"),
        isa: {type: "string"},
        packed: {type: "string"},
        rounds: text("5"),
        repetitions: text("2"),
        peers: text("llama.cpp"),
        help: {type: "boolean", default: false}
      }
    }).values;
  } catch (e) {
    throw new UsageError(e.message);
  }
  if (values.help) {
    return values;
  }
  for (const name of ["threads", "pp", "tg", "depth", "parallel", "rounds", "repetitions"]) {
    const least = name === "depth" ? 0 : 1;
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least) {
      throw new UsageError(`--${name} must be an integer of at least ${least}, not '${values[name]}'`);
    }
    values[name] = value;
  }
  values.peers = values.peers.split(",").filter(peer => peer !== "");
  const unknown = values.peers.find(peer => !known.includes(peer));
  if (unknown !== undefined) {
    throw new UsageError(`--peers must be among ${known.join(" and ")}, not '${unknown}'`);
  }
  if (values.isa !== undefined && !Object.hasOwn(isas, values.isa)) {
    throw new UsageError(`--isa must be one of ${Object.keys(isas).join(" and ")}, not '${values.isa}'`);
  }
  if (values.isa !== undefined) {
    checkProcessor(values.isa);
  }
  const special = values.depth > 0 || values.parallel > 1 || values.isa !== undefined;
  if (special && values.peers.includes("java-llama.cpp")) {
    throw new UsageError("java-llama.cpp does not support --depth, --parallel or --isa: omit these, or this peer");
  }
  if (values.model === undefined) {
    throw new UsageError("--model is missing: give a GGUF file");
  }
  if (!existsSync(values.model)) {
    throw new UsageError(`no such file: ${values.model}`);
  }
  values.model = resolve(values.model);
  return values;
}

/** Without these, llama.cpp would silently use its plainest backend. */
function checkProcessor(isa) {
  const flags = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8").split(/\s+/) : [];
  const missing = isas[isa].flags.filter(flag => !flags.includes(flag));
  if (missing.length > 0) {
    throw new UsageError(`--isa ${isa} needs a processor on Linux with ${missing.join(", ")}`);
  }
}

const say = text => process.stderr.write(`${text}\n`);

/** Runs a program; returns its output and, if /proc exists, its peak memory. */
function run(command, args, settings = {}) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, {cwd: home, stdio: ["ignore", "pipe", "pipe"], ...settings});
    const memory = {resident: 0, own: 0};
    const watch = setInterval(() => look(child.pid, memory), 100);
    let out = "";
    let err = "";
    child.stdout.on("data", data => (out += data));
    child.stderr.on("data", data => (err += data));
    child.on("error", e => {
      clearInterval(watch);
      failed(new Error(`${command} does not start: ${e.message}`));
    });
    child.on("close", (code, signal) => {
      clearInterval(watch);
      if (code === 0) {
        done({out, err, memory});
      } else {
        const tail = err.trim().split("\n").slice(-12).join("\n");
        failed(new Error(`${basename(command)} ended with ${signal ?? code}:\n${tail}`));
      }
    });
  });
}

/** VmHWM is the peak resident memory; RssAnon the private part, without files. */
function look(pid, memory) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const bytes = name => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    memory.resident = Math.max(memory.resident, bytes("VmHWM"));
    memory.own = Math.max(memory.own, bytes("RssAnon"));
  } catch {
    // The process has just ended, or the system has no /proc.
  }
}

const lastJson = out => JSON.parse(out.trim().split("\n").at(-1));

/** phi4's own script finds the JDK and builds the jar; properties report both. */
async function findPhi4j() {
  const env = {...process.env, PHI4_JAVA_OPTS: "-XshowSettings:properties"};
  const {out, err} = await run("./phi4", ["--version"], {env});
  const property = name => new RegExp(`^ *${name} = (.*)$`, "m").exec(err)[1];
  return {
    version: out.split("\n")[0],
    java: join(property("java.home"), "bin", "java"),
    javaVersion: property("java.runtime.version"),
    jar: property("java.class.path")
  };
}

async function install(peers) {
  mkdirSync(installed, {recursive: true});
  if (peers.includes("llama.cpp") && !existsSync(join(installed, "node_modules", "node-llama-cpp"))) {
    say(`installing node-llama-cpp ${nodeLlamaCpp} ...`);
    const flags = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"];
    const binaries = {
      "linux-x64": "linux-x64",
      "linux-arm64": "linux-arm64",
      "darwin-x64": "mac-x64",
      "darwin-arm64": "mac-arm64-metal"
    }[`${platform()}-${arch()}`];
    // Only the binaries for this machine: those for GPUs take ten times the space.
    const packages = [`node-llama-cpp@${nodeLlamaCpp}`];
    if (binaries !== undefined) {
      flags.push("--omit=optional");
      packages.push(`@node-llama-cpp/${binaries}@${nodeLlamaCpp}`);
    }
    await run("npm", ["install", "--prefix", installed, ...flags, ...packages]);
  }
  if (peers.includes("java-llama.cpp") && !existsSync(javaLlamaCppJar())) {
    say(`installing de.kherud:llama ${javaLlamaCpp} ...`);
    const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy";
    const artifact = `-Dartifact=de.kherud:llama:${javaLlamaCpp}`;
    await run("mvn", ["-q", "-B", "-f", "pom.xml", goal, artifact, `-DoutputDirectory=${installed}`]);
  }
}

/** The folder of node-llama-cpp; for an instruction set, a copy with only its backends. */
function nodeModules(isa) {
  const all = join(installed, "node_modules");
  if (isa === undefined) {
    return all;
  }
  const held = join(installed, isa);
  if (!existsSync(held)) {
    const unfinished = join(installed, `${isa}.unfinished`);
    rmSync(unfinished, {recursive: true, force: true});
    cpSync(all, join(unfinished, "node_modules"), {recursive: true, verbatimSymlinks: true});
    keepBackends(join(unfinished, "node_modules", "@node-llama-cpp"), isas[isa].backends);
    renameSync(unfinished, held);
  }
  return join(held, "node_modules");
}

function keepBackends(folder, kept) {
  for (const file of readdirSync(folder, {recursive: true})) {
    const backend = /libggml-cpu-(\w+)\.\w+$/.exec(file)?.[1];
    if (backend !== undefined && !kept.includes(backend)) {
      rmSync(join(folder, file));
    }
  }
}

const javaLlamaCppJar = () => join(installed, `llama-${javaLlamaCpp}.jar`);

/** phi4j's description of a model. */
async function inspect(model) {
  const {out} = await run("./phi4", ["inspect", "--json", model]);
  return JSON.parse(out);
}

/**
 * Reads a file sequentially, so that each turn finds it in the same state in the page cache: in the
 * largest pages possible. Existing cached pages may be small ones, which are slower to read; if GNU
 * dd is available, they are dropped first.
 */
function readThrough(file) {
  spawnSync("dd", [`if=${file}`, "iflag=nocache", "count=0"], {stdio: "ignore"});
  const buffer = Buffer.alloc(8 << 20);
  const descriptor = openSync(file, "r");
  while (readSync(descriptor, buffer) > 0);
  closeSync(descriptor);
}

/** The file that phi4j's kernels read: the packed weights, if used. */
function mappedFile(o, packed) {
  const mode = o.packed ?? "auto";
  const used = mode === "file" || (mode === "auto" && packed?.state === "current");
  return used && existsSync(packed?.file) ? packed.file : o.model;
}

/** The bytes of weights read per token: all but the embedding, of which only a row is read. */
function bytesPerToken(tensors) {
  const tied = !tensors.some(tensor => tensor.name === "output.weight");
  return tensors
    .filter(tensor => tied || tensor.name !== "token_embd.weight")
    .reduce((sum, tensor) => sum + tensor.bytes, 0);
}

function contestants(phi4j, o, packedFile) {
  const context = o.depth + o.pp + o.tg + 64;
  const jvm = o.isa === undefined ? [] : isas[o.isa].jvm;
  return {
    phi4j: async () => {
      readThrough(mappedFile(o, packedFile));
      const packed = o.packed === undefined ? [] : [o.packed];
      const load = [join(here, "LoadSeconds.java"), o.model, o.threads, context, ...packed].map(String);
      const vector = "--add-modules=jdk.incubator.vector";
      const flags = [vector, "-XX:+UseSerialGC", ...jvm];
      const loaded = await run(phi4j.java, [...flags, "-cp", phi4j.jar, ...load]);
      const lengths = ["-p", o.pp, "-n", o.tg, "-d", o.depth, "-np", o.parallel];
      const bench = ["-t", o.threads, ...lengths, "-r", o.repetitions];
      const how = packed.flatMap(word => ["--packed", word]);
      const all = ["bench", "-m", o.model, ...how, ...bench.map(String), "-o", "json"];
      const given = process.env.PHI4_JAVA_OPTS ?? "";
      const env = {...process.env, PHI4_JAVA_OPTS: [given, ...jvm].join(" ").trim()};
      const {out, memory} = await run("./phi4", all, {env});
      const tests = JSON.parse(out);
      return {
        memory,
        loadSeconds: lastJson(loaded.out).loadSeconds,
        prefill: tests.find(test => test.n_prompt > 0).samples_ts,
        decode: tests.find(test => test.n_gen > 0).samples_ts
      };
    },
    "llama.cpp": async () => {
      readThrough(o.model);
      const numbers = [o.threads, o.pp, o.tg, o.depth, o.parallel, o.repetitions].map(String);
      const script = join(here, "llama-cpp.mjs");
      const args = [script, nodeModules(o.isa), o.model, ...numbers];
      const {out, memory} = await run(process.execPath, args);
      return {memory, ...lastJson(out)};
    },
    "java-llama.cpp": async () => {
      readThrough(o.model);
      const numbers = [o.threads, o.pp, o.tg, o.repetitions].map(String);
      // A separate folder: the library deletes files there with names like its own.
      const unpacked = join(installed, "java-llama.cpp");
      mkdirSync(unpacked, {recursive: true});
      const flags = ["--enable-native-access=ALL-UNNAMED", `-Dde.kherud.llama.tmpdir=${unpacked}`];
      const script = ["-cp", javaLlamaCppJar(), join(here, "JavaLlamaCpp.java")];
      const {out, memory} = await run(phi4j.java, [...flags, ...script, o.model, ...numbers]);
      return {memory, ...lastJson(out)};
    }
  };
}

async function readBandwidth(phi4j, o) {
  const source = "src/jmh/java/io/github/phi4j/internal/kernel/ReadBandwidth.java";
  const args = ["--add-modules=jdk.incubator.vector", source, o.model, String(o.threads)];
  const {memory, mapped} = lastJson((await run(phi4j.java, args)).out);
  return Math.max(memory, mapped);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const fixed = (number, digits) => (Number.isFinite(number) ? number.toFixed(digits) : "-");
const gigabytes = bytes => (bytes > 0 ? fixed(bytes / 1e9, 2) : "-");
const percent = share => (Number.isFinite(share) ? `${Math.round(100 * share)} %` : "-");

function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map(row => row[i].length)));
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  const line = row => `| ${row.map(pad).join(" | ")} |`;
  const rule = `|${widths.map((w, i) => (i === 0 ? "-".repeat(w + 2) : `${"-".repeat(w + 1)}:`)).join("|")}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n");
}

/** Medians over the rounds, and the median of each round's ratio of phi4j to the peer. */
function summary(rounds, peers, o, bytes) {
  const names = ["phi4j", ...peers];
  const of = (name, value) => rounds.map(round => value(round[name], round));
  const medians = (label, value, show) => [label, ...names.map(name => show(median(of(name, value))))];
  const ratios = (label, value) => [
    label,
    "",
    ...peers.map(peer =>
      fixed(median(rounds.map(round => value(round.phi4j) / value(round[peer]))), 2))
  ];
  const times = o.parallel > 1 ? ` × ${o.parallel}` : "";
  const at = `${times}${o.depth > 0 ? ` at ${o.depth}` : ""}`;
  return table([
    ["", ...names],
    medians(`prefill, ${o.pp} tokens${at}: tokens/s`, r => r.prefill, x => fixed(x, 2)),
    ratios("– phi4j's ratio to it", r => r.prefill),
    medians(`decode, ${o.tg} tokens${at}: tokens/s`, r => r.decode, x => fixed(x, 2)),
    ratios("– phi4j's ratio to it", r => r.decode),
    medians(
      "– share of the read bandwidth",
      (r, round) => r.decode / o.parallel * bytes / round.bandwidth,
      percent
    ),
    medians("load: seconds", r => r.loadSeconds, x => fixed(x, 2)),
    medians("peak resident memory: GB", r => r.memory.resident, gigabytes),
    medians("– of it not the mapped file: GB", r => r.memory.own, gigabytes)
  ]);
}

function perRound(rounds, peers) {
  const head = peers.flatMap(peer => [`prefill / ${peer}`, `decode / ${peer}`]);
  return table([
    ["round", "prefill", "decode", ...head, "read bandwidth: GB/s"],
    ...rounds.map((round, i) => [
      String(i + 1),
      fixed(round.phi4j.prefill, 2),
      fixed(round.phi4j.decode, 2),
      ...peers.flatMap(peer => [
        fixed(round.phi4j.prefill / round[peer].prefill, 2),
        fixed(round.phi4j.decode / round[peer].decode, 2)
      ]),
      fixed(round.bandwidth / 1e9, 1)
    ])
  ]);
}

function commit() {
  const git = (...args) => execFileSync("git", ["-C", home, ...args], {encoding: "utf8"}).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no") !== "";
    return git("rev-parse", "--short", "HEAD") + (changed ? ", with changes" : "");
  } catch {
    return "none";
  }
}

function header(phi4j, o, builds, load) {
  const processor = `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} processors`;
  const quote = arg => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`);
  return [
    `${basename(o.model)}, ${o.threads} threads, ${o.rounds} rounds, medians`,
    `machine: ${processor}, ${platform()} ${arch()}, load average ${fixed(load, 1)} before`,
    `date: ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `${phi4j.version}, commit ${commit()}, Java ${phi4j.javaVersion}`,
    ...builds,
    `command: node src/jmh/peers/compare.mjs ${process.argv.slice(2).map(quote).join(" ")}`
  ].join("\n");
}

/** One turn of each: the order is reversed each time, and a failing peer is dropped. */
async function playRound(number, competing, o, phi4j, packedFile) {
  const players = contestants(phi4j, o, packedFile);
  const names = ["phi4j", ...competing];
  const round = {bandwidth: await readBandwidth(phi4j, o)};
  for (const name of number % 2 === 1 ? names : names.reverse()) {
    try {
      const result = await players[name]();
      const {prefill, decode} = result;
      round[name] = {...result, prefill: median(prefill), decode: median(decode)};
      const speeds = `prefill ${fixed(round[name].prefill, 2)}, decode ${fixed(round[name].decode, 2)}`;
      say(`round ${number} of ${o.rounds}: ${name}: ${speeds} tokens/s`);
    } catch (e) {
      if (name === "phi4j") {
        throw e;
      }
      say(`${name} is dropped: ${e.message}`);
    }
  }
  return round;
}

async function main() {
  const o = options();
  if (o.help) {
    console.log(usage);
    return;
  }
  const [load] = loadavg();
  if (load > quietLoad) {
    say(`the machine is busy (load average ${fixed(load, 1)}): do not trust the figures`);
  }
  const phi4j = await findPhi4j();
  await install(o.peers);
  const {tensors, packed} = await inspect(o.model);
  const bytes = bytesPerToken(tensors);
  const rounds = [];
  let peers = o.peers;
  for (let number = 1; number <= o.rounds; number++) {
    const round = await playRound(number, peers, o, phi4j, packed);
    peers = peers.filter(peer => round[peer] !== undefined);
    rounds.push(round);
  }
  const builds = [];
  if (peers.includes("llama.cpp")) {
    builds.push(`llama.cpp: ${rounds[0]["llama.cpp"].build} in node-llama-cpp ${nodeLlamaCpp}`);
  }
  if (peers.includes("java-llama.cpp")) {
    builds.push(`java-llama.cpp: ${javaLlamaCpp}`);
  }
  console.log(header(phi4j, o, builds, load));
  console.log(`\n${summary(rounds, peers, o, bytes)}\n\n${perRound(rounds, peers)}`);
}

try {
  await main();
} catch (e) {
  say(`compare.mjs: ${e.message}`);
  if (e instanceof UsageError) {
    say("--help lists the options");
  }
  process.exitCode = e instanceof UsageError ? 2 : 1;
}
