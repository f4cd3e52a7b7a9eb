/**
 * A program's text as a part of a link: deflated, in the letters of base64
 * that an address may have. The platform's own streams do the work.
 */

/** Characters of a program that goes into a link, and that is taken out of one. */
export const CODE_MAX = 50_000;

/** The text packed; null when it is too long for a link. */
export async function pack(text: string): Promise<string | null> {
  if (text.length > CODE_MAX) {
    return null;
  }
  const bytes = await through(
    new TextEncoder().encode(text),
    new CompressionStream('deflate-raw'),
    Number.POSITIVE_INFINITY,
  );
  let letters = '';
  for (const byte of bytes) {
    letters += String.fromCharCode(byte);
  }
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * The text of `packed`. Throws an error that says what is wrong with it: it
 * was cut short, it is no text, or it grows beyond CODE_MAX, in which case
 * no more than that is ever unpacked.
 */
export async function unpack(packed: string): Promise<string> {
  if (!/^[\w-]+$/.test(packed)) {
    throw new Error('it has letters that packed code has not');
  }
  let letters: string;
  try {
    letters = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw new Error('it is not whole');
  }
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  /* A character takes at most three bytes. */
  const unpacked = await through(bytes, new DecompressionStream('deflate-raw'), CODE_MAX * 3);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(unpacked);
  } catch {
    throw new Error('it is no text');
  }
  if (text.length > CODE_MAX) {
    throw tooLong();
  }
  return text;
}

const tooLong = () =>
  new Error(`it is longer than ${CODE_MAX.toLocaleString('en')} characters`);

/** What comes out of `stream`, of which no more than `most` bytes are taken. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  /* What goes wrong here is told by the reading side, too. */
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  const reader = (stream.readable as ReadableStream<Uint8Array>).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Error('it is not whole');
    });
    if (done) {
      return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
    }
    size += value.length;
    if (size > most) {
      await reader.cancel().catch(() => {});
      throw tooLong();
    }
    parts.push(value);
  }
}
