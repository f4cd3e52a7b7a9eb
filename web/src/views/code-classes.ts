/** Which parts of a program have a colour, by class; on the page and when it is built. */
import { tagHighlighter, tags } from '@lezer/highlight';

export const codeClasses = tagHighlighter([
  {
    tag: [
      tags.keyword,
      tags.operatorKeyword,
      tags.controlKeyword,
      tags.definitionKeyword,
      tags.moduleKeyword,
      tags.self,
      tags.null,
      tags.bool,
    ],
    class: 'k',
  },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.atom], class: 's' },
  { tag: [tags.number], class: 'n' },
  {
    tag: [
      tags.function(tags.variableName),
      tags.function(tags.propertyName),
      tags.function(tags.definition(tags.variableName)),
      tags.className,
      tags.namespace,
    ],
    class: 'f',
  },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], class: 'c' },
]);
