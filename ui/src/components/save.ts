/* Files for the person: through the app's dialog, or as a download in a browser. */

/** The part of the app's abilities this needs; absent in a browser. */
type Dialog = { save(name: string, content: string | Blob): Promise<string | null> } | undefined;

/** How long a download may take to read what it was given, in milliseconds. */
const READ_WITHIN = 60_000;

/** Offers text as a file. Gives its path, or in a browser its name; null: not saved. */
export function saveText(dialog: Dialog, name: string, text: string): Promise<string | null> {
  return saveBlob(dialog, name, new Blob([text], { type: 'text/plain;charset=utf-8' }));
}

/** Offers bytes as a file, in the same way. */
export async function saveBlob(
  dialog: Dialog,
  name: string,
  content: Blob,
): Promise<string | null> {
  if (dialog) return dialog.save(name, content);
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_WITHIN);
  return name;
}
