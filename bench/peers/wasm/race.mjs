// race.mjs FOLDER EDGE NPM ROUNDS: the edge library's WebAssembly and ONNX Runtime's on the same
// windows, one thread, in turns as race.h has them. Prints JSON: peak and byte_peak, multiply-adds a
// second in each round, and contestants, each with its name, its seconds a window in each round and
// its logits of the first window.
//   FOLDER  fp32.lhm, int8.lhm, fp32.onnx, int8.onnx, windows.f32, shape.json
//   EDGE    edge_wasm.js   NPM  where onnxruntime-web is installed
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [folder, edgeModule, npm, roundsText] = process.argv.slice(2);
const file = (name) => readFileSync(`${folder}/${name}`);
const { leads, time, classes } = JSON.parse(file('shape.json'));
const samples = file('windows.f32');
const all = new Float32Array(samples.buffer, samples.byteOffset, samples.length / 4);
const windows = [];
for (let at = 0; at < all.length; at += leads * time) windows.push(all.slice(at, at + leads * time));

const require = createRequire(`${resolve(npm)}/`);
const path = resolve(edgeModule);
const edge = await require(path)({ wasmBinary: readFileSync(path.replace(/\.js$/, '.wasm')) });
const ort = require('onnxruntime-web');
ort.env.wasm.numThreads = 1;

function edgeContestant(kind) {
  const bytes = file(`${kind}.lhm`);
  const memory = edge._edge_memory(bytes.length);
  const window = edge._edge_memory(4 * leads * time);
  const logits = edge._edge_memory(4 * classes);
  edge.HEAPU8.set(bytes, memory);
  const opened = edge._edge_open(memory, bytes.length);
  if (opened === 0) throw new Error(`the edge model ${kind} does not open`);
  return {
    name: `edge ${kind}`,
    run: (x) => {
      edge.HEAPF32.set(x, window / 4);
      edge._edge_run(opened, window, logits);
      return edge.HEAPF32.slice(logits / 4, logits / 4 + classes);
    },
  };
}

async function onnxContestant(kind) {
  const session = await ort.InferenceSession.create(file(`${kind}.onnx`), {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  return {
    name: `ONNX Runtime Web ${ort.env.versions.web} ${kind}`,
    run: async (x) => {
      const made = await session.run({ window: new ort.Tensor('float32', x, [1, leads, time]) }, [
        'logits',
      ]);
      return made.logits.data;
    },
  };
}

function now() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1e-6;
}

async function turn(contestant, seconds) {
  const start = now();
  for (let ran = 0; ; ) {
    const made = contestant.run(windows[ran % windows.length]);
    if (made instanceof Promise) await made;
    const passed = now() - start;
    ++ran;
    if (passed >= seconds) return passed / ran;
  }
}

const contestants = [
  edgeContestant('fp32'),
  edgeContestant('int8'),
  await onnxContestant('fp32'),
  await onnxContestant('int8'),
];
for (const c of contestants) {
  c.logits = [...(await c.run(windows[0]))];
  c.seconds = [];
  await turn(c, 1); // until the code is compiled to its last
}
const peak = [];
const bytePeak = [];
edge._edge_peak(); // likewise
edge._edge_byte_peak();
for (let round = 0; round < Number(roundsText); ++round) {
  peak.push(edge._edge_peak());
  bytePeak.push(edge._edge_byte_peak());
  for (let i = 0; i < contestants.length; ++i) {
    const c = contestants[(i + round) % contestants.length];
    c.seconds.push(await turn(c, 0.05));
  }
}
console.log(
  JSON.stringify({
    peak,
    byte_peak: bytePeak,
    contestants: contestants.map(({ name, seconds, logits }) => ({ name, seconds, logits })),
  }),
);
