// Jobs in C as tasks: node examples/jobs/run.mjs <example_jobs.mjs> [mode]
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Task } from 'belay-tasks';
import { loadJobs } from 'belay-tasks/threads';

const [file = 'build/example-jobs/example_jobs.mjs', mode] = process.argv.slice(2);
const jobs = await loadJobs(pathToFileURL(resolve(file)), { mode });
console.log(`mode: ${jobs.mode}`);

// One job, which starts others and tells how far it is.
const parts = [];
const primes = Task.async(jobs.countPrimes, [1_000_000], { onReport: (part) => parts.push(part) });
console.log(`primes below 1,000,000: ${await Task.await(primes, 60_000)}, in ${parts.length} parts`);

// A stream of jobs: the lines of a picture, as they are ready, in order.
const WIDTH = 64;
const HEIGHT = 24;
const shades = ' .:-=+*#%@';
const lines = Task.asyncStream(Array.from({ length: HEIGHT }).keys(), jobs.mandelbrot, [WIDTH, HEIGHT]);
for await (const { value: points } of lines) {
  console.log([...points].map((turns) => shades[Math.min(9, Math.floor(turns / 5))]).join(''));
}

// Bad arguments are refused where they are given.
try {
  Task.async(jobs.countPrimes, ['many']);
} catch (error) {
  console.log(error.message);
}

// A task that takes too long is killed; its job hears of it.
const slow = Task.async(jobs.primesBetween, [0, 4_000_000_000]);
console.log(`in time: ${await Task.yield(slow, 50)}; shut down: ${await Task.shutdown(slow)}`);
