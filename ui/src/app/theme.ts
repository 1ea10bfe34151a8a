/* Copies the system's choice of theme to the root, now and whenever it changes. */

export type Theme = 'light' | 'dark' | 'contrast';

export function systemTheme(): Theme {
  if (matchMedia('(prefers-contrast: more)').matches) return 'contrast';
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function followSystemTheme(root: HTMLElement): () => void {
  const queries = ['(prefers-contrast: more)', '(prefers-color-scheme: dark)'].map((query) =>
    matchMedia(query),
  );
  const copy = () => {
    root.dataset.theme = systemTheme();
  };
  copy();
  for (const query of queries) query.addEventListener('change', copy);
  return () => {
    for (const query of queries) query.removeEventListener('change', copy);
  };
}
