/** Addresses of scripts and modules. */
import { describe } from '../describe.js';

const ADDRESS = 'a URL, or a string with an absolute address (file:, http:, https:, data: or blob:)';
const PROTOCOLS = ['file:', 'http:', 'https:', 'data:', 'blob:'];

/** The address as a text. What a relative one is relative to, only the calling module knows. */
export function checkAddress(call, argument, address) {
  const text = String(address);
  const url = parse(text);
  if (url === null) {
    const relative = text.startsWith('.') || text.startsWith('/') ? text : './work.js';
    throw new TypeError(
      `${call}: ${argument} must be ${ADDRESS}; got ${describe(text)}. What a relative address is relative to only the ` +
        `calling module knows: give new URL(${describe(relative).replaceAll('"', "'")}, import.meta.url)`,
    );
  }
  if (!PROTOCOLS.includes(url.protocol)) {
    throw new TypeError(`${call}: ${argument} must be ${ADDRESS}; got ${describe(text)}`);
  }
  return url.href;
}

function parse(text) {
  if (URL.canParse?.(text) === false) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
