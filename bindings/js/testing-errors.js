/** What can go wrong with a simulation itself. */
import { BelayError } from './errors.js';

/** A simulation cannot begin. */
export class SimulationError extends BelayError {
  constructor(message, code = 'BELAY_SIMULATION') {
    super(message, code);
  }

  get name() {
    return 'SimulationError';
  }
}

/** Main has not settled, and nothing is left to happen. */
export class DeadlockError extends SimulationError {
  constructor(message, { waiting }) {
    super(message, 'BELAY_DEADLOCK');
    this.waiting = waiting;
  }

  get name() {
    return 'DeadlockError';
  }
}

/** Main has not settled within `maxTime` or `maxSteps`. */
export class UnboundedError extends SimulationError {
  constructor(message, { limit, waiting }) {
    super(message, 'BELAY_UNBOUNDED');
    this.limit = limit;
    this.waiting = waiting;
  }

  get name() {
    return 'UnboundedError';
  }
}

/** What happens depends on something whose time is not virtual. */
export class RealIoError extends SimulationError {
  constructor(message, kind) {
    super(message, 'BELAY_REAL_IO');
    this.kind = kind;
  }

  get name() {
    return 'RealIoError';
  }
}
