import type { useBackend } from '@/session/context';

type Shell = ReturnType<typeof useBackend>['shell'];

/** Saves a text where the person says, or as the browser does. Gives a path or a name; null: not saved. */
export async function saveText(
  shell: Shell,
  name: string,
  text: string,
  type: string,
): Promise<string | null> {
  if (shell) return shell.save(name, text);
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The download has its own hold on the bytes by the next task.
  setTimeout(() => URL.revokeObjectURL(address), 0);
  return name;
}
