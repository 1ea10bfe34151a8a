/* Which page of the window is shown, and how an address names it. */
import { useView } from './view';

/** The pages of the settings, in their order. */
export const SETTINGS = [
  'models',
  'profiles',
  'rules',
  'code',
  'screen',
  'selection',
  'budget',
  'shortcuts',
  'appearance',
  'privacy',
  'updates',
  'about',
  'advanced',
] as const;
export type SettingsName = (typeof SETTINGS)[number];
export type Page = 'chat' | 'start' | `settings/${SettingsName}`;

/** Where the focus was when the conversation was left. */
let origin: HTMLElement | null = null;

/**
 * Shows a page; `settings` alone is its first page. A row of a page is scrolled to
 * and gets the focus.
 */
export function openPage(name: Page | 'settings', row: string | null = null): void {
  const page = name === 'settings' ? 'settings/models' : name;
  const before = useView.getState().page;
  if (before === page && row === null) return;
  if (before === 'chat' && page !== 'chat') {
    origin = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    // A new entry, so that Back leads to the conversation again.
    history.pushState(null, '', hashOf(page));
  }
  useView.setState({ page, row });
}

/** Back to the conversation. */
export function closePage(): void {
  useView.setState({ page: 'chat', row: null });
}

/** Puts the focus where it was before a page was opened, else into the message field. */
export function restoreFocus(): void {
  const there = origin?.isConnected && origin !== document.body ? origin : null;
  origin = null;
  (there ?? document.getElementById('composer'))?.focus();
}

export const hashOf = (page: Page): string => `#/${page}`;

/** The page an address or another program names; null where there is none such. */
export function pageOf(path: string): Page | null {
  const name = path.replace(/^#?\/?/, '').replace(/\/$/, '');
  if (name === 'start' || name === 'chat') return name;
  if (name === 'settings') return 'settings/models';
  const found = SETTINGS.find((one) => name === `settings/${one}`);
  return found ? `settings/${found}` : null;
}
