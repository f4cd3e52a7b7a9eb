/** What the foot of a narrow screen has no room for, behind its `⋯`. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

/** `children` makes what it holds; it gets what closes it. */
export function Sheet({ children }: { children: (close: () => void) => JSX.Element }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current?.close();
  return (
    <>
      <button
        type="button"
        class="step sheet-open"
        aria-label="More: break, speed"
        aria-haspopup="dialog"
        onClick={() => dialog.current?.showModal()}
      >
        <span aria-hidden="true">⋯</span>
      </button>
      <dialog
        ref={dialog}
        class="sheet"
        aria-label="Break, and speed of play"
        onClick={({ target }) => target === dialog.current && close()}
      >
        <div class="sheet-body" data-stage>
          <div class="sheet-head">
            <h2>Break it at the playhead</h2>
            <button type="button" class="button small" onClick={close}>
              Close
            </button>
          </div>
          {children(close)}
        </div>
      </dialog>
    </>
  );
}
