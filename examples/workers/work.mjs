// What runs on workers: plain functions, which know of Belay only what their last
// argument gives.

/** How many primes there are from `from` up to, but not including, `to`. */
export function countPrimes({ from, to }, { report }) {
  if (!(from < to)) throw new RangeError(`from must be less than to; got ${from} and ${to}`);
  report('begins');
  let count = 0;
  for (let number = from; number < to; number++) if (isPrime(number)) count++;
  return count;
}

export function searchForEver() {
  for (let number = 3; ; number += 2) isPrime(number);
}

function isPrime(number) {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}
