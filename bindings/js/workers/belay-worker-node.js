/** What runs in a worker of Node. */
import { workerData } from 'node:worker_threads';
import { serve } from './serve.js';

const { port, ...given } = workerData.belay;
delete workerData.belay; // what is said over the port is nobody else's affair
port.on('messageerror', serve(port, given, (hear) => port.on('message', hear)));
