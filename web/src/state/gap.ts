/** Measures how long the page's own thread was kept from drawing. */
export function createGapMeter() {
  let on = false;
  let last: number | null = null;
  let most: number | null = null;
  const look = (now: number) => {
    if (!on) {
      return;
    }
    if (last !== null && !document.hidden) {
      most = Math.max(most ?? 0, now - last);
    }
    last = document.hidden ? null : now;
    requestAnimationFrame(look);
  };
  return {
    begin(): void {
      most = null;
      last = null;
      if (!on) {
        on = true;
        requestAnimationFrame(look);
      }
    },
    end(): number | null {
      on = false;
      return most;
    },
  };
}
