// The floor: one worker by hand, one message for a job and one for its result.
import { parentPort } from 'node:worker_threads';
import { compute, same } from './jobs.mjs';

const jobs = { compute, same };
parentPort.on('message', ([name, item]) => parentPort.postMessage(jobs[name](item)));
