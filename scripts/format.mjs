// Lays out the project's C sources: clang-format -i.
import { isC, ownFiles } from './lib/files.mjs';
import { Complaint, must, run } from './lib/shell.mjs';
import { clangFormat } from './lib/tools.mjs';

await run(() => {
  const format = clangFormat();
  if (!format) {
    throw new Complaint('clang-format is missing: node scripts/setup.mjs test');
  }
  must(format, ['-i', ...ownFiles().filter(isC)]);
});
