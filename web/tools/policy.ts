/** The policy of the page: nothing is loaded from elsewhere, and no script that is not its own. */
import { createHash } from 'node:crypto';
import { FRAME_SCRIPT } from '../src/engine/frame.ts';

const PLACE = '<meta charset="utf-8" />';

/** Where the page's parts lie: beside it, or all in the one file. */
export type Parts = 'beside' | 'within';

/** Puts the policy into the text, whose scripts must all be there. */
export function withPolicy(html: string, parts: Parts): string {
  if (!html.includes(PLACE)) {
    throw new Error(`the page has no ${PLACE} to put its policy after`);
  }
  /* The frame of the runs inherits this policy, beside its own stricter one. */
  const inline = [...html.matchAll(/<script(?: type="module")?>([\s\S]*?)<\/script>/g)].map(
    ([, text]) => text ?? '',
  );
  const hashes = [...inline, FRAME_SCRIPT].map(
    (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  const own = parts === 'beside' ? "'self' " : '';
  const policy = [
    "default-src 'none'",
    `script-src ${own}blob: 'wasm-unsafe-eval' ${hashes.join(' ')}`,
    `style-src ${own}'unsafe-inline'`,
    `font-src ${parts === 'beside' ? "'self'" : 'data:'}`,
    `img-src ${own}data:`,
    `worker-src ${own}blob:`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html.replace(
    PLACE,
    `$&\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
  );
}
