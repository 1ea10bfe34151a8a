import { ArrowDown, ArrowUp, Pencil, Plus, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { FIELD, Select } from '@/components/Field';
import { Row } from './parts';
import { useSetting } from './useSetting';

const OUTPUTS = ['show', 'replace', 'chat'] as const;

/** An action of one's own over selected text. */
export type OwnAction = {
  id: string;
  name: string;
  prompt: string;
  output: (typeof OUTPUTS)[number];
};

/** What of a setting is such a list. */
export function actionsOf(value: unknown): OwnAction[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one): OwnAction[] => {
    const { id, name, prompt, output } = (one ?? {}) as Partial<OwnAction>;
    if (typeof id !== 'string' || typeof name !== 'string' || typeof prompt !== 'string') return [];
    return [{ id, name, prompt, output: OUTPUTS.find((known) => known === output) ?? 'show' }];
  });
}

/** A name for a new action that no other has. */
export function freshId(name: string, others: readonly OwnAction[]): string {
  const stem =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'action';
  for (let count = 1; ; count++) {
    const id = count === 1 ? stem : `${stem}-${count}`;
    if (!others.some((other) => other.id === id)) return id;
  }
}

/** The list with one entry a place up or down. */
export function moved<T>(list: readonly T[], at: number, by: 1 | -1): T[] {
  const to = at + by;
  const item = list[at];
  if (item === undefined || to < 0 || to >= list.length) return [...list];
  const rest = list.filter((_, index) => index !== at);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

const EMPTY: OwnAction = { id: '', name: '', prompt: '', output: 'show' };

/** Adds, changes, orders and removes actions. */
export function ActionsEditor() {
  const { t } = useTranslation();
  const setting = useSetting('selection_actions');
  const [editing, setEditing] = useState<OwnAction | null>(null);
  const actions = actionsOf(setting.value);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!editing?.name.trim() || !editing.prompt.trim()) return;
    const action = { ...editing, name: editing.name.trim(), prompt: editing.prompt.trim() };
    void setting.set(
      action.id
        ? actions.map((one) => (one.id === action.id ? action : one))
        : [...actions, { ...action, id: freshId(action.name, actions) }],
    );
    setEditing(null);
  };
  return (
    <Row
      of="selection_actions"
      setting={setting}
      below={
        <div className="flex flex-col gap-2">
          {actions.length === 0 && !editing && (
            <p className="text-12 text-muted">{t('settings.selection.noActions')}</p>
          )}
          {actions.length > 0 && (
            <ol className="divide-y divide-border rounded-2 border border-border bg-bg">
              {actions.map((action, at) => (
                <li
                  key={action.id}
                  data-own-action={action.id}
                  className="flex flex-wrap items-center gap-x-2 px-2 py-1"
                >
                  <span className="min-w-40 flex-1">
                    <span className="font-strong">{action.name}</span>{' '}
                    <span className="text-12 text-muted">
                      {t(`settings.selection.${action.output}`)}
                    </span>
                    <span className="line-clamp-1 text-12 text-muted">{action.prompt}</span>
                  </span>
                  <IconButton
                    small
                    icon={ArrowUp}
                    name={t('settings.selection.up', { name: action.name })}
                    aria-disabled={at === 0 || undefined}
                    onClick={() => at > 0 && void setting.set(moved(actions, at, -1))}
                  />
                  <IconButton
                    small
                    icon={ArrowDown}
                    name={t('settings.selection.down', { name: action.name })}
                    aria-disabled={at === actions.length - 1 || undefined}
                    onClick={() =>
                      at < actions.length - 1 && void setting.set(moved(actions, at, 1))
                    }
                  />
                  <IconButton
                    small
                    icon={Pencil}
                    name={t('settings.selection.editName', { name: action.name })}
                    onClick={() => setEditing(action)}
                  />
                  <IconButton
                    small
                    icon={Trash2}
                    name={t('settings.remove', { name: action.name })}
                    onClick={() => void setting.set(actions.filter((one) => one.id !== action.id))}
                  />
                </li>
              ))}
            </ol>
          )}
          {editing && (
            <form
              onSubmit={save}
              onKeyDown={(event) => {
                if (event.key !== 'Escape') return;
                event.preventDefault();
                setEditing(null);
              }}
              className="flex flex-col gap-2 rounded-2 border border-border-strong p-3"
            >
              <label className="flex flex-col gap-1 text-12 text-muted">
                {t('settings.selection.actionName')}
                <input
                  // biome-ignore lint/a11y/noAutofocus: opened to be written in
                  autoFocus
                  data-field="action-name"
                  value={editing.name}
                  onChange={(event) => setEditing({ ...editing, name: event.target.value })}
                  className={`${FIELD} border-border-strong text-text`}
                />
              </label>
              <label className="flex flex-col gap-1 text-12 text-muted">
                {t('settings.selection.actionPrompt')}
                <textarea
                  rows={3}
                  data-field="action-prompt"
                  value={editing.prompt}
                  onChange={(event) => setEditing({ ...editing, prompt: event.target.value })}
                  className={`${FIELD} h-auto resize-y border-border-strong py-1.5 text-text`}
                />
              </label>
              <div className="flex flex-wrap items-center justify-end gap-2">
                <Select
                  name={t('settings.selection.actionOutput')}
                  value={editing.output}
                  onChange={(output) =>
                    setEditing({ ...editing, output: output as OwnAction['output'] })
                  }
                >
                  {OUTPUTS.map((output) => (
                    <option key={output} value={output}>
                      {t(`settings.selection.${output}`)}
                    </option>
                  ))}
                </Select>
                <span className="flex-1" />
                <Button onClick={() => setEditing(null)}>{t('settings.cancel')}</Button>
                <Button look="primary" type="submit">
                  {t('settings.save')}
                </Button>
              </div>
            </form>
          )}
        </div>
      }
    >
      {!editing && (
        <Button icon={Plus} off={setting.off} onClick={() => setEditing(EMPTY)}>
          {t('settings.selection.addAction')}
        </Button>
      )}
    </Row>
  );
}
