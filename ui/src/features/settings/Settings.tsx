import { ArrowLeft, ChevronRight, Search, Undo2, X } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { Select } from '@/components/Field';
import { Icon } from '@/components/Icon';
import { useBackend } from '@/session/context';
import { closePage, openPage, SETTINGS, type SettingsName } from '@/session/pages';
import { forgetLast, loadSettings, undo, useSettingsState } from '@/session/settings';
import { useView } from '@/session/view';
import { About } from './About';
import { Advanced } from './Advanced';
import { Appearance } from './Appearance';
import { Budget } from './Budget';
import { CodePage } from './CodePage';
import { ICONS, ROWS, type RowName } from './index';
import { Models } from './Models';
import { Privacy } from './Privacy';
import { Profiles } from './Profiles';
import { Nothing } from './parts';
import { Rules } from './Rules';
import { Screen } from './Screen';
import { SelectionPage } from './SelectionPage';
import { Shortcuts } from './Shortcuts';
import { Updates } from './Updates';

const PAGES: Record<SettingsName, () => ReactNode> = {
  models: Models,
  profiles: Profiles,
  rules: Rules,
  code: CodePage,
  screen: Screen,
  selection: SelectionPage,
  budget: Budget,
  shortcuts: Shortcuts,
  appearance: Appearance,
  privacy: Privacy,
  updates: Updates,
  about: About,
  advanced: Advanced,
};

/** Everything that can be set, over the whole window. */
export default function Settings() {
  const { t } = useTranslation();
  const backend = useBackend();
  const page = useView((view) => view.page);
  const name = SETTINGS.find((one) => page === `settings/${one}`) ?? 'models';
  const [text, setText] = useState('');
  const found = useFound(text);
  const scroller = useRef<HTMLDivElement>(null);

  useEffect(() => {
    void loadSettings(backend).catch(() => {
      // The connection's state says it.
    });
    return forgetLast;
  }, [backend]);

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const writing = (event.target as HTMLElement | null)?.matches?.(
        'input:not([readonly]), textarea, select',
      );
      if (event.key === 'Escape') {
        event.preventDefault();
        closePage();
      } else if (
        (event.ctrlKey || event.metaKey) &&
        event.key.toLowerCase() === 'z' &&
        !event.shiftKey &&
        !writing
      ) {
        event.preventDefault();
        void undo(backend);
      } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f') {
        event.preventDefault();
        document.getElementById('settings-search')?.focus();
      }
    };
    window.addEventListener('keydown', keys);
    window.addEventListener('keydown', otherHalf, { capture: true });
    return () => {
      window.removeEventListener('keydown', keys);
      window.removeEventListener('keydown', otherHalf, { capture: true });
    };
  }, [backend]);

  const go = (to: SettingsName, row: string | null = null) => {
    setText('');
    openPage(`settings/${to}`, row);
  };
  useEffect(() => {
    // A page that was opened is read from its top.
    if (name) scroller.current?.scrollTo({ top: 0 });
  }, [name]);
  useRow();
  const Shown = PAGES[name];
  return (
    <div className="flex h-full flex-col overflow-hidden bg-bg wide:flex-row">
      <div
        data-region="settings-list"
        className="flex flex-none flex-col gap-2 border-border bg-sunken p-2 max-wide:border-b wide:w-[clamp(216px,13.5rem,30vw)] wide:overflow-y-auto wide:border-e"
      >
        <div className="flex items-center gap-2">
          <IconButton
            icon={ArrowLeft}
            name={t('settings.back')}
            aria-keyshortcuts="Escape"
            data-action="back"
            className="rtl:-scale-x-100"
            onClick={closePage}
          />
          <span className="font-strong">{t('settings.title')}</span>
        </div>
        <div className="relative">
          <span className="pointer-events-none absolute inset-y-0 start-2 flex items-center text-muted">
            <Icon of={Search} size={14} />
          </span>
          <input
            id="settings-search"
            type="search"
            aria-label={t('settings.search')}
            placeholder={t('settings.search')}
            autoComplete="off"
            spellCheck={false}
            value={text}
            // biome-ignore lint/a11y/noAutofocus: the page was opened to find something
            autoFocus
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              const first = found[0];
              if (event.key === 'Escape' && text) {
                setText('');
                event.preventDefault();
                event.stopPropagation();
              } else if (event.key === 'Enter' && first && text.trim()) {
                event.preventDefault();
                go(first.page, first.row);
              }
            }}
            className="h-7 w-full rounded-2 border border-border-strong bg-surface ps-7 pe-2 focus-visible:border-focus focus-visible:-outline-offset-2 [&::-webkit-search-cancel-button]:hidden"
          />
        </div>
        <div className="wide:hidden">
          <Select
            name={t('settings.page')}
            value={name}
            onChange={(value) => go(value as SettingsName)}
            className="w-full"
          >
            {SETTINGS.map((one) => (
              <option key={one} value={one}>
                {t(`settings.pages.${one}`)}
              </option>
            ))}
          </Select>
        </div>
        <nav aria-label={t('settings.nav')} className="max-wide:hidden">
          <ul>
            {SETTINGS.map((one) => (
              <li key={one}>
                <button
                  type="button"
                  data-page={one}
                  aria-current={one === name && !text.trim() ? 'page' : undefined}
                  onClick={() => go(one)}
                  className="flex h-8 w-full items-center gap-2 rounded-2 px-2 text-start hover:bg-hover active:bg-pressed aria-[current]:bg-selected aria-[current]:font-strong"
                >
                  <Icon of={ICONS[one]} size={14} className="text-muted" />
                  <span className="min-w-0 flex-1 truncate">{t(`settings.pages.${one}`)}</span>
                </button>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
          <main
            data-settings={text.trim() ? 'search' : name}
            className="max-w-212 px-4 py-5 wide:px-8"
          >
            {text.trim() ? <Found text={text.trim()} found={found} go={go} /> : <Shown />}
          </main>
        </div>
        <LastChange />
      </div>
    </div>
  );
}

/** F6 goes between the list and the page, before the window's own regions get it. */
function otherHalf(event: KeyboardEvent): void {
  if (event.key !== 'F6') return;
  event.preventDefault();
  const list = document.querySelector('[data-region="settings-list"]');
  const inList = list?.contains(document.activeElement) === true;
  const next = inList
    ? document.querySelector<HTMLElement>('main[data-settings] [data-heading]')
    : ['[aria-current]', 'input']
        .map((selector) => list?.querySelector<HTMLElement>(selector))
        // In a narrow window the list is a menu.
        .find((element) => element?.offsetParent != null);
  next?.focus();
}

type Hit = { page: SettingsName; row: RowName };

/** Rows whose name, description or page contains every word. */
function useFound(text: string): Hit[] {
  const { t } = useTranslation();
  return useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    return SETTINGS.flatMap((page) =>
      ROWS[page]
        .map((row) => ({ page, row }))
        .filter(({ row }) => {
          const all = [
            t(`settings.row.${row}.name`),
            t(`settings.row.${row}.why`),
            t(`settings.pages.${page}`),
            row.replaceAll('_', ' '),
            row,
          ];
          const said = all.join(' ').toLowerCase();
          return words.every((word) => said.includes(word));
        }),
    );
  }, [text, t]);
}

function Found({
  text,
  found,
  go,
}: {
  text: string;
  found: readonly Hit[];
  go: (page: SettingsName, row: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <h1 role="status" className="mb-3 font-strong text-16">
        {found.length === 0
          ? t('settings.none', { text })
          : t('settings.found', { count: found.length })}
      </h1>
      <div className="divide-y divide-border rounded-3 border border-border bg-surface">
        {found.length === 0 && <Nothing title={t('settings.noneWhy')} />}
        {found.map(({ page, row }) => (
          <button
            key={row}
            type="button"
            data-hit={row}
            onClick={() => go(page, row)}
            className="flex w-full items-center gap-3 px-3 py-2 text-start first:rounded-t-3 last:rounded-b-3 hover:bg-hover focus-visible:-outline-offset-2 active:bg-pressed"
          >
            <Icon of={ICONS[page]} size={14} className="text-muted" />
            <span className="min-w-0 flex-1">
              <span className="block">{t(`settings.row.${row}.name`)}</span>
              <span className="block text-12 text-muted">{t(`settings.row.${row}.why`)}</span>
            </span>
            <span className="flex-none text-12 text-muted">{t(`settings.pages.${page}`)}</span>
            <Icon of={ChevronRight} size={14} className="text-muted rtl:-scale-x-100" />
          </button>
        ))}
      </div>
    </>
  );
}

/** Brings the row that was asked for into view, with the focus on its control. */
function useRow(): void {
  const row = useView((view) => view.row);
  const read = useSettingsState((state) => state.read);
  useEffect(() => {
    if (!row || !read) return;
    const frame = requestAnimationFrame(() => {
      const element = document.getElementById(`row-${row}`);
      if (!element) return;
      element.scrollIntoView({ block: 'center' });
      const control = element.querySelector<HTMLElement>(
        'input, textarea, select, [role="switch"], [role="radio"][tabindex="0"], button',
      );
      if (control) control.focus({ preventScroll: true });
      else {
        element.tabIndex = -1;
        element.focus({ preventScroll: true });
      }
      useView.setState({ row: null });
    });
    return () => cancelAnimationFrame(frame);
  }, [row, read]);
}

/** What was changed last, until something else is: with the way back. */
function LastChange() {
  const { t, i18n } = useTranslation();
  const backend = useBackend();
  const last = useSettingsState((state) => state.last);
  const names = last?.keys
    .map((key) =>
      i18n.exists(`settings.row.${key}.name`) ? t(`settings.row.${key as RowName}.name`) : key,
    )
    .join(', ');
  return (
    <div role="status" className="flex-none empty:hidden">
      {last && (
        <div
          data-changed={last.keys.join(' ')}
          className="flex flex-wrap items-center gap-2 border-border border-t bg-raised px-4 py-2 wide:px-8"
        >
          <span className="min-w-40 flex-1 truncate">{t('settings.changed', { names })}</span>
          <Button
            icon={Undo2}
            data-action="undo"
            aria-keyshortcuts="Control+Z"
            onClick={() => void undo(backend)}
          >
            {t('settings.undo')}
          </Button>
          <IconButton icon={X} name={t('settings.dismiss')} onClick={forgetLast} />
        </div>
      )}
    </div>
  );
}
