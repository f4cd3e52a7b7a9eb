/** Long lists are drawn a part at a time, one in each frame: the page has its turns between. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** How many of `count` are drawn by now; it begins anew with another `of`. All, where there are no frames. */
export function useSome(of: object, count: number, part: number): number {
  const drawn = useSignal({ of, some: part });
  const some =
    typeof requestAnimationFrame !== 'function' ? count : drawn.value.of === of ? drawn.value.some : part;
  useEffect(() => {
    if (some < count) {
      const next = requestAnimationFrame(() => (drawn.value = { of, some: some + part }));
      return () => cancelAnimationFrame(next);
    }
    return undefined;
  }, [of, some < count, some]);
  return some;
}
