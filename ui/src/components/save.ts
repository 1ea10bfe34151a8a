/* Files for the person: through the app's dialog, or as a download in a browser. */

/** The part of the app's abilities this needs; absent in a browser. */
type Dialog = { save(name: string, text: string): Promise<unknown> } | undefined;

/** How long a download may take to read what it was given, in milliseconds. */
const READ_WITHIN = 60_000;

/** Offers text as a file. */
export async function saveText(dialog: Dialog, name: string, text: string): Promise<void> {
  if (dialog) await dialog.save(name, text);
  else saveBlob(name, new Blob([text], { type: 'text/plain;charset=utf-8' }));
}

/** Offers bytes as a download. */
export function saveBlob(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_WITHIN);
}
