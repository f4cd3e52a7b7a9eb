/** Hands a text, or parts of one, to the browser as a file to be saved. */
export function saveFile(name: string, type: string, ...text: BlobPart[]): void {
  const address = URL.createObjectURL(new Blob(text, { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  /* The browser has taken it over by then. */
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
