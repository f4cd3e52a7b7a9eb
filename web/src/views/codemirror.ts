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
import { EditorState, RangeSetBuilder } from '@codemirror/state';
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

/** Gives what takes it away again. */
export function createEditor({ parent, text, change, focus }: EditorOptions): () => void {
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
  return () => view.destroy();
}

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
