/* Type-level assertions, checked by the compiler only. */

/** True when A and B are the same type, not merely assignable. */
export type Same<A, B> =
  (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2
    ? true
    : false;

/** `same<A, B>(true)` compiles when the two are the same. */
export declare function same<A, B>(verdict: Same<A, B>): void;

/** `is<A>(value)` compiles when value can stand for an A. */
export declare function is<A>(value: A): void;
