/** Step 5. Each is given an aggregator, right or wrong, and throws when it is wrong. */
export const tests = {
  async 'asks all three at once'({ aggregate, network, assert }) {
    await aggregate();
    assert(network.requests.length === 3, 'it does not ask three times');
    assert(network.requests.every(({ at }) => at === 0), 'one waits for another');
  },

  async 'tells of a crash, and of it alone'({ aggregate, network, assert }) {
    network.fail('/orders', 503);
    const answer = await aggregate();
    assert(answer['/orders'].error?.kind === 'crash', 'the crash is not told');
    assert(answer['/users'].value !== undefined, 'the others suffer');
  },

  async 'falls back when one hangs, and lets go of it'({ aggregate, network, now, assert }) {
    network.hang('/orders');
    const answer = await aggregate();
    assert(now() < 500, 'it waits too long');
    assert(answer['/orders'].source === 'fallback', 'there is no fallback');
    assert(network.running.length === 0, 'something still runs');
  },

  async 'refreshes under the supervisor'({ startRefresh, TaskSupervisor, assert }) {
    const supervisor = TaskSupervisor.start();
    startRefresh(supervisor);
    assert(TaskSupervisor.children(supervisor).length === 1, 'it is not its child');
  },
};
