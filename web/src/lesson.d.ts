declare module 'virtual:lesson' {
  import type { Example } from './model/example.ts';
  export const examples: readonly Example[];
}

declare module 'virtual:lesson-words' {
  /** Question and rule of each, in lower case, by id. */
  export const words: Readonly<Record<string, string>>;
}

declare module 'virtual:sandbox' {
  /** The worker of a run, as the text of one classic script. */
  export const sandbox: string;
}

declare module 'virtual:exercise' {
  import type { ExerciseTexts } from './model/exercise.ts';
  export const exercise: ExerciseTexts;
}

/** Its import makes a worker one of the library's, once it is told so. */
declare module 'belay-tasks/worker' {}
