import { useCallback, useEffect, useRef, useState } from 'react';
import { useActions, useBackend } from '@/session/context';
import { byContent, byPath, type Refused } from './attach';

/** Attaches what is picked, pasted or dropped; says what could not be. */
export function useAttach() {
  const { attach } = useActions();
  const { shell } = useBackend();
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const input = useRef<HTMLInputElement>(null);

  const take = useCallback(
    async (files: readonly File[]) => {
      if (files.length === 0) return;
      const made = await byContent(files);
      if (made.fresh.length > 0) attach(made.fresh);
      setRefused(made.refused);
    },
    [attach],
  );

  // In the app, files that are dropped come with their paths.
  useEffect(
    () => shell?.onEvent((event) => event.event === 'dropped' && attach(byPath(event.paths))),
    [shell, attach],
  );

  // Anywhere in the window; else the browser would show the file in place of the page.
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      void take(files);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, [take]);

  const pick = () => {
    if (shell) void shell.pickFiles().then((paths) => attach(byPath(paths)));
    else input.current?.click();
  };
  return { pick, take, input, refused, forget: () => setRefused([]), inApp: shell !== undefined };
}
