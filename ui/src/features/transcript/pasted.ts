/* Text files that a browser cannot name by path go along as a message of this form. */

const FORM = /^File: ([^\n]+)\n\n(`{3,})\n([\s\S]*?)\n?\2\s*$/;

/** The file in a message that is nothing but one. */
export function pastedFile(text: string): { name: string; content: string } | null {
  if (!text.startsWith('File: ')) return null;
  const [, name, , content] = FORM.exec(text) ?? [];
  return name !== undefined && content !== undefined ? { name, content } : null;
}
