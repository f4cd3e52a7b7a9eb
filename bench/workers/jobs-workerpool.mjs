// The same for workerpool, whose workers register their functions.
import workerpool from 'workerpool';
import { compute, same, spin, timed } from './jobs.mjs';

workerpool.worker({ compute, same, spin, timed });
