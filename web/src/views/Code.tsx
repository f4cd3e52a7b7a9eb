/** The program that runs, and beside it what it says in other languages. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Pane } from '../model/example.ts';
import { activeRegions } from '../model/regions.ts';
import type { Store } from '../state/store.ts';
import type { EditorProps } from './Editor.tsx';
import { later } from './Later.tsx';
import { RunButtons } from './RunButtons.tsx';
import type { Part } from './Page.tsx';

const Editor = later<EditorProps>(async () => (await import('./Editor.tsx')).Editor);
const PaneFoot = later<{ store: Store; pane: Pane }>(
  async () => (await import('./PaneFoot.tsx')).PaneFoot,
);
const AllPanes = later<{ store: Store; panes: readonly Pane[] }>(
  async () => (await import('./AllPanes.tsx')).AllPanes,
);

/** Not a language: all of them below each other, or side by side where there is room. */
export const ALL = { id: 'all', name: 'All', runs: false } as const;

export function Code({ store, part }: { store: Store; part: Signal<Part> }) {
  const panes = store.texts.value?.panes ?? [];
  const tabs = panes.length > 1 ? [...panes, ALL] : panes;
  const shown = useSignal('javascript');
  const opened = useSignal<{ of: string; at: number } | null>(null);
  const plain = store.preferences.plain.value;
  const all = shown.value === ALL.id && panes.length > 1;
  const pane = all ? null : (panes.find(({ id }) => id === shown.value) ?? panes[0] ?? null);
  const current = all ? ALL.id : pane?.id;
  const edited = store.setting.value.source !== null;
  /* An editor is of one example: with another one it is closed, and when the first text is back. */
  const chosen = store.chosen.value;
  const isBack = !edited && opened.value?.at !== store.replaced.value;
  const editing = opened.value?.of === chosen && !isBack;
  const open = editing || edited;
  const edit = (asPlain = plain) => {
    opened.value = { of: chosen, at: store.replaced.peek() };
    if (asPlain !== plain) {
      store.preferences.setPlain(asPlain); // only when it is chosen: another tab may have chosen otherwise
    }
  };
  useEffect(() => {
    if (opened.peek()?.of !== chosen) {
      opened.value = null;
    }
  }, [chosen]);

  /* A line to be shown is one of the program that runs; what cannot be read is found in the editor. */
  const asked = store.asked.value;
  useEffect(() => {
    if (asked?.isNew === true) {
      shown.value = 'javascript';
    }
  }, [asked]);

  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = tabs[(to + tabs.length) % tabs.length]?.id ?? '';
      shown.value = next;
      document.getElementById(`tab-${next}`)?.focus();
    }
  };

  return (
    <section class="panel code" aria-label="Program">
      <div class="panel-head">
        <div class="tabs" role="tablist" aria-label="Languages" onKeyDown={move}>
          {tabs.map(({ id, name, runs }) => (
            <button
              key={id}
              id={`tab-${id}`}
              type="button"
              role="tab"
              aria-selected={id === current}
              aria-controls="code-text"
              tabIndex={id === current ? 0 : -1}
              onClick={() => (shown.value = id)}
            >
              {name} {runs && <small>{store.offered.value !== null ? 'of the link' : edited ? 'edited' : 'runs'}</small>}
            </button>
          ))}
        </div>
        <RunButtons store={store} part={part} />
      </div>
      {all && <AllPanes store={store} panes={panes} />}
      {pane !== null && (
        <div
          class="code-text"
          id="code-text"
          role="tabpanel"
          aria-labelledby={`tab-${pane.id}`}
          tabIndex={0}
        >
          {pane.runs && store.offered.value !== null ? (
            <pre>
              <code>{store.offered.value}</code>
            </pre>
          ) : pane.runs && open ? (
            <Editor
              key={`${chosen} ${plain} ${store.replaced.value}`}
              store={store}
              plain={plain}
              focus={editing}
            />
          ) : (
            <CodeText pane={pane} store={store} />
          )}
        </div>
      )}
      {all && (
        <div class="code-foot">
          <span class="hint-line">What is at work is lit up in each of them.</span>
        </div>
      )}
      {pane !== null && (
        <div class="code-foot">
          {pane.runs && store.offered.value !== null ? (
            <span class="hint-line">The code of the link, not run.</span>
          ) : pane.runs ? (
            <>
              {!open && (
                <button type="button" class="link" onClick={() => edit()}>
                  Edit
                </button>
              )}
              {(open || !plain) && (
                <button type="button" class="link" onClick={() => edit(!plain)}>
                  {plain ? 'In colour' : 'Plain text'}
                </button>
              )}
              {edited && (
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    opened.value = null;
                    store.edit(null);
                  }}
                >
                  Reset
                </button>
              )}
              {editing && (
                <span class="hint-line">Esc, then Tab leaves the editor. Ctrl Enter runs.</span>
              )}
            </>
          ) : (
            <PaneFoot store={store} pane={pane} />
          )}
        </div>
      )}
    </section>
  );
}

export function CodeText({ pane, store }: { pane: Pane; store: Store }) {
  const text = useRef<HTMLPreElement>(null);
  const example = store.chosen.value;
  const rules = store.texts.value?.regions;
  const names = useMemo(
    () => [
      ...new Set(
        [...pane.html.matchAll(/ data-region="(\w+)"/g)].map(([, name]) => name as string),
      ),
    ],
    [pane],
  );
  const active = activeRegions(store.trace.value, store.t.value, names, rules).join(' ');
  useEffect(() => {
    document.getElementById('code-text')?.scrollTo(0, 0);
  }, [example, pane.id]);
  useEffect(() => {
    const lit = active.split(' ');
    for (const line of text.current?.querySelectorAll<HTMLElement>('[data-region]') ?? []) {
      line.classList.toggle('lit', lit.includes(line.dataset['region'] as string));
    }
    if (!store.fresh.peek()) {
      bringIntoSight(text.current?.parentElement ?? null);
    }
  }, [active, pane]);
  const asked = store.asked.value;
  const red = store.redLine.value;
  useEffect(() => {
    const lines = text.current?.querySelectorAll<HTMLElement>('.line');
    if (!pane.runs || lines === undefined) {
      return;
    }
    lines.forEach((line, index) => line.classList.toggle('thrown', index + 1 === red));
    const line = lines[(asked?.line ?? 1) - 1];
    if (asked?.isNew === true && line !== undefined) {
      asked.isNew = false;
      line.tabIndex = -1;
      line.focus({ preventScroll: true });
      line.scrollIntoView({ block: 'center' });
    }
  }, [asked, red, pane]);
  return <pre ref={text} dangerouslySetInnerHTML={{ __html: `<code>${pane.html}</code>` }} />;
}

/** Scrolls the text, and never the page, to what is at work; not under somebody's hand. */
function bringIntoSight(box: HTMLElement | null): void {
  const line = box?.querySelector<HTMLElement>('.lit');
  if (
    box === null ||
    line == null ||
    box.scrollHeight <= box.clientHeight ||
    box.matches(':hover, :focus-within')
  ) {
    return;
  }
  const frame = box.getBoundingClientRect();
  const place = line.getBoundingClientRect();
  if (place.top < frame.top || place.bottom > frame.bottom) {
    box.scrollTop += place.top - frame.top - frame.height / 3;
  }
}
