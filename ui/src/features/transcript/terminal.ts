/* What a terminal would make of text that was meant for one. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are control characters
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Drops colour and cursor codes; a carriage return begins its line again, as in a progress bar. */
export function stripEscapes(text: string): string {
  const plain = text.replace(ESCAPES, '').replace(/\r\n/g, '\n');
  if (!plain.includes('\r')) return plain;
  return plain
    .split('\n')
    .map((line) => line.split('\r').reduce((shown, part) => part + shown.slice(part.length), ''))
    .join('\n');
}
