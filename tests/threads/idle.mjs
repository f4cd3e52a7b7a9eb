// A program that starts a job and leaves its jobs open: run by loading.test.mjs.
import { Task } from '../../bindings/js/index.js';
import { loadJobs } from '../../bindings/js/threads.js';

const testModule = new URL('../../build/jobs/threads-jobs/test_jobs.mjs', import.meta.url);

const jobs = await loadJobs(testModule, { mode: process.argv[2], idleTimeout: Infinity, min: 1 });
Task.await(Task.async(jobs.countPrimes, [1_000_000]), Infinity).then(console.log);
