// Times llama.cpp on a GGUF file and prints the result as a line of JSON. Started by compare.mjs.
// arguments: FOLDER_OF_NODE_MODULES MODEL THREADS PROMPT_LENGTH GENERATION_LENGTH DEPTH SEQUENCES REPETITIONS
import {join} from "node:path";
import {pathToFileURL} from "node:url";

const [modules, modelPath, ...numbers] = process.argv.slice(2);
const [threads, promptLength, generationLength, depth, parallel, repetitions] = numbers.map(Number);
const library = pathToFileURL(join(modules, "node-llama-cpp", "dist", "index.js"));
const {getLlama, LlamaLogLevel} = await import(library.href);

const seconds = async work => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const llama = await getLlama({
  gpu: false,
  build: "never",
  logLevel: LlamaLogLevel.error,
  maxThreads: threads
});
let context;
const loadSeconds = await seconds(async () => {
  const model = await llama.loadModel({modelPath, useMmap: true});
  const contextSize = depth + promptLength + generationLength + 64;
  context = await model.createContext({contextSize, threads, sequences: parallel, batchSize: 512});
});
const sequences = Array.from({length: parallel}, () => context.getSequence());

// The same ids each time, spread over the part of the vocabulary that every model has.
const ids = (from, count) => Array.from({length: count}, (_, i) => 1000 + ((from + i) * 7919) % 3000);
const all = work => Promise.all(sequences.map(work));
const feed = tokens => all(sequence => sequence.evaluateWithoutGeneratingNewTokens(tokens));
const rewind = () =>
  all(sequence =>
    sequence.nextTokenIndex > depth
      ? sequence.eraseContextTokenRanges([{start: depth, end: sequence.nextTokenIndex}])
      : undefined);

// A token is evaluated when the next one is asked for, so that count tokens make count evaluations.
async function generate(sequence, count) {
  let left = count;
  for await (const _ of sequence.evaluate(ids(depth, 1), {temperature: 0, yieldEogToken: true})) {
    if (--left === 0) {
      return;
    }
  }
  throw new Error(`generation ended ${left} tokens early`);
}

const prefill = [];
const decode = [];
if (depth > 0) {
  await feed(ids(0, depth));
}
for (let i = -1; i < repetitions; i++) { // the first one warms up
  const prefillSeconds = await seconds(() => feed(ids(depth, promptLength)));
  await rewind();
  const decodeSeconds = await seconds(() => all(sequence => generate(sequence, generationLength)));
  await rewind();
  for (const sequence of sequences) {
    if (sequence.nextTokenIndex !== depth) {
      throw new Error(`a context has ${sequence.nextTokenIndex} tokens instead of ${depth}`);
    }
  }
  if (i >= 0) {
    prefill.push(parallel * promptLength / prefillSeconds);
    decode.push(parallel * generationLength / decodeSeconds);
  }
}
const build = llama.llamaCppRelease.release;
console.log(JSON.stringify({build, loadSeconds, prefill, decode}));
process.exit(0);
