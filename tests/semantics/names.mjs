/** The tests of a file of this folder, from its text: { id, title }. */
export function testsIn(text) {
  const pattern = /^(?:statement|test|unwatched)\('([A-Z]\d+)( (?:[^'\\]|\\.)*)',/gm;
  return [...text.matchAll(pattern)].map(([, id, rest]) => ({ id, title: `${id}${rest}` }));
}
