/** The editor, put together of CodeMirror's parts. A chunk of its own. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import {
  LRLanguage,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
  syntaxTree,
} from '@codemirror/language';
import { EditorState, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  ViewPlugin,
  drawSelection,
  keymap,
  lineNumbers,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import { parser } from '@lezer/javascript';
import { codeClasses } from './code-classes.ts';

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly change: (text: string) => void;
  readonly focus: boolean;
}

export interface OpenEditor {
  /** Marks the line on which something was thrown; null marks none. */
  readonly mark: (line: number | null) => void;
  /** Puts the cursor on a line; null is the first place that cannot be read. */
  readonly go: (line: number | null) => void;
  readonly end: () => void;
}

export function createEditor({ parent, text, change, focus }: EditorOptions): OpenEditor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        indentOnInput(),
        indentUnit.of('  '),
        LRLanguage.define({ parser }),
        syntaxHighlighting(codeClasses),
        mistakes,
        thrown,
        keymap.of([
          ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
          ...historyKeymap,
          indentWithTab,
        ]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'The program' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            change(update.state.doc.toString());
          }
        }),
      ],
    }),
  });
  if (focus) {
    view.focus();
  }
  const placeOf = (line: number) =>
    view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
  return {
    mark: (line) => view.dispatch({ effects: putThrown.of(line === null ? null : placeOf(line).from) }),
    go(line) {
      const { from, to } = line === null ? firstMistake(view) : placeOf(line);
      view.dispatch({
        selection: { anchor: from, head: to },
        effects: EditorView.scrollIntoView(from, { y: 'center' }),
      });
      view.focus();
      view.dom.scrollIntoView({ block: 'nearest' });
    },
    end: () => view.destroy(),
  };
}

function firstMistake(view: EditorView): { readonly from: number; readonly to: number } {
  const { value, from, to } = find(view).iter();
  return value === null ? { from: 0, to: 0 } : { from, to };
}

const putThrown = StateEffect.define<number | null>();
const thrownLine = Decoration.line({ class: 'thrown' });

/** The line on which something was thrown; it moves along with what is typed. */
const thrown = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marked, { effects, changes }) {
    const put = effects.find((effect) => effect.is(putThrown))?.value as number | null | undefined;
    return put === undefined
      ? marked.map(changes)
      : put === null
        ? Decoration.none
        : Decoration.set([thrownLine.range(put)]);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const mistake = Decoration.mark({ class: 'mistake' });

/** Underlines what cannot be parsed. */
const mistakes = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = find(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || syntaxTree(update.startState) !== syntaxTree(update.state)) {
        this.decorations = find(update.view);
      }
    }
  },
  { decorations: ({ decorations }) => decorations },
);

function find(view: EditorView): DecorationSet {
  const found = new RangeSetBuilder<Decoration>();
  let last = -1;
  const { length } = view.state.doc;
  syntaxTree(view.state).iterate({
    enter({ type, from, to }) {
      if (type.isError && from > last) {
        last = Math.min(length, Math.max(to, from + 1));
        const start = Math.min(from, Math.max(0, last - 1));
        if (last > start) {
          found.add(start, last, mistake);
        }
      }
    },
  });
  return found.finish();
}
