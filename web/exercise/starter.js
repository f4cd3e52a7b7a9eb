import { Task, TaskSupervisor } from 'belay-tasks';

const endpoints = ['/users', '/orders', '/stock'];
const DEADLINE = 400; // ms for the whole answer
const EVERY = 1000; // ms between two refreshes

/** The last good value of each endpoint. */
const lastGood = { '/users': 'unknown', '/orders': 'unknown', '/stock': 'unknown' };

/** Asks one endpoint. An answer that is no good is thrown. */
async function get(endpoint, signal) {
  const response = await fetch(endpoint, { signal });
  if (!response.ok) {
    throw new Error(`${endpoint} answered ${response.status}`);
  }
  return response.json();
}

/** Steps 1 to 3. Gives { '/users': { value }, '/orders': ..., '/stock': ... } */
export async function aggregate() {
  const answer = {};
  for (const endpoint of endpoints) {
    answer[endpoint] = { value: await get(endpoint) };
  }
  return answer;
}

/** Step 4. Keeps lastGood fresh, as a child of `supervisor`. */
export function startRefresh(supervisor) {}

/** Step 5. Each is given an aggregator, right or wrong, and throws when it is wrong. */
export const tests = {};

/** What Run shows. */
export async function main() {
  return aggregate();
}
