export function spin() {
  while (true) {}
}

export const add = (a, b) => a + b;
