declare module 'virtual:lesson' {
  import type { Example } from './model/example.ts';
  export const examples: readonly Example[];
}
