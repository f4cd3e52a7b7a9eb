/**
 * Puts all that the page needs at first into one file, and nothing else: what
 * later parts use as well would otherwise be a file for each set of them, and
 * many small files compress badly.
 */
const ENTRY = /\/src\/main\.tsx$/;

interface Modules {
  getModuleInfo(id: string): { readonly importers: readonly string[] } | null;
}

/** The name of the file for a module, or null for where it would go by itself. */
export function firstView(id: string, modules: Modules): string | null {
  return isNeeded(id, modules, new Set()) ? 'first' : null;
}

/** Whether imports that are not put off lead to it from the entry. */
function isNeeded(id: string, modules: Modules, seen: Set<string>): boolean {
  if (ENTRY.test(id)) {
    return true;
  }
  if (seen.has(id)) {
    return false;
  }
  seen.add(id);
  const importers = modules.getModuleInfo(id)?.importers ?? [];
  return importers.some((importer) => isNeeded(importer, modules, seen));
}
