/**
 * `vite build web --mode single`: the whole page as one file, which works
 * from a disk, an attachment or any host. Vite makes one script of all
 * modules and puts the font into the styles; here they go into the page.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin, Rollup } from 'vite';
import { withPolicy } from './policy.ts';

export const SINGLE = 'single';
export const SINGLE_FILE = 'belay-playground.html';
const ICON = fileURLToPath(new URL('../public/icon.svg', import.meta.url));

export function singlePlugin(): Plugin {
  return {
    name: 'belay:single',
    apply: (_, { mode }) => mode === SINGLE,
    enforce: 'post',
    config: () => ({
      publicDir: false,
      build: {
        assetsInlineLimit: () => true,
        cssCodeSplit: false,
      },
    }),
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const page = bundle['index.html'];
        if (page?.type !== 'asset') {
          throw new Error('there is no page to put everything into');
        }
        const html = withAll(String(page.source), bundle);
        for (const name of Object.keys(bundle)) {
          delete bundle[name];
        }
        this.emitFile({ type: 'asset', fileName: SINGLE_FILE, source: withPolicy(html, 'within') });
      },
    },
  };
}

/** The page with its scripts, its styles and its icon in the place of the addresses. */
function withAll(html: string, bundle: Rollup.OutputBundle): string {
  const scripts: string[] = [];
  const textOf = (address: string): string => {
    const name = address.replace(/^\.\//, '');
    const part = bundle[name];
    if (part === undefined) {
      throw new Error(`${name} is not among what was built`);
    }
    return part.type === 'chunk' ? part.code : String(part.source);
  };
  const filled = html
    .replaceAll(/<script type="module"[^>]* src="([^"]+)"><\/script>/g, (_, address: string) => {
      scripts.push(`<script type="module">${inScript(textOf(address))}</script>`);
      return '';
    })
    .replaceAll(/<link rel="stylesheet"[^>]* href="([^"]+)">/g, (_, address: string) => {
      return `<style>${textOf(address).replaceAll('</style', '<\\/style')}</style>`;
    })
    .replace(/href="\.\/icon\.svg"/, () => {
      const icon = readFileSync(ICON).toString('base64');
      return `href="data:image/svg+xml;base64,${icon}"`;
    });
  const left = /(?:src|href)="\.\/[^"]*"/.exec(filled);
  if (scripts.length !== 1 || left !== null) {
    throw new Error(`not all is in one file: ${left?.[0] ?? `${scripts.length} scripts`}`);
  }
  return filled.replace('</body>', () => `${scripts.join('')}\n  </body>`);
}

/** Nothing in a script may look like its end, nor like a comment of the page. */
const inScript = (code: string): string => code.replaceAll(/<(?=\/script|!--)/gi, '\\x3C');
