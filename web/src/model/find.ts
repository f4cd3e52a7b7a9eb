/** Finds lessons by words, best first. */
import type { Example } from './example.ts';

type Named = Pick<Example, 'id' | 'mark' | 'title' | 'section'>;

/** What each says beside its title, by id. */
type Texts = Readonly<Record<string, string>>;

/** All that have each of the words somewhere; those that begin with them first. */
export function found<T extends Named>(
  examples: readonly T[],
  words: string,
  texts: Texts,
): readonly T[] {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  return examples
    .map((example, index) => ({ example, index, rank: rankOf(example, wanted, texts) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank || a.index - b.index)
    .map(({ example }) => example);
}

/** The sum over the words: 4 for the mark, 3 for a word of the title, 1 for the rest; 0 is no match. */
function rankOf(example: Named, wanted: readonly string[], texts: Texts): number {
  let rank = 1;
  const title = plain(example.title);
  const mark = plain(example.mark);
  const rest = plain(`${example.id} ${example.section} ${texts[example.id] ?? ''}`);
  for (const word of wanted) {
    if (mark === word) {
      rank += 5;
    } else if (mark.startsWith(word)) {
      rank += 4;
    } else if (` ${title}`.includes(` ${word}`)) {
      rank += 3;
    } else if (title.includes(word)) {
      rank += 2;
    } else if (rest.includes(word)) {
      rank += 1;
    } else {
      return 0;
    }
  }
  return rank;
}

const plain = (text: string): string => text.toLowerCase().trim();
