import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { FIELD } from '@/components/Field';

type Props = {
  /** What one entry is, as the label of the field that adds one. */
  label: string;
  values: readonly string[];
  off?: string | undefined;
  mono?: boolean;
  onChange: (values: string[]) => void;
};

/** A list of texts: each can go, and one can be added. */
export function ListField({ label, values, off, mono = false, onChange }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const long = values.length > 8;
  const [filter, setFilter] = useState('');
  const seen = values.filter((value) => value.toLowerCase().includes(filter.toLowerCase()));
  const add = (event: FormEvent) => {
    event.preventDefault();
    const value = text.trim();
    if (!value || off) return;
    if (!values.includes(value)) onChange([...values, value]);
    setText('');
  };
  return (
    <div className="flex flex-col gap-2">
      {long && (
        <div className="flex items-center gap-2">
          <input
            type="search"
            aria-label={t('settings.rules.filter')}
            placeholder={t('settings.rules.filter')}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            className={`${FIELD} min-w-0 flex-1 border-border-strong`}
          />
          <span className="num flex-none text-12 text-muted">
            {t('settings.rules.count', { count: values.length })}
          </span>
        </div>
      )}
      {values.length > 0 && (
        <ul
          aria-label={label}
          tabIndex={long ? 0 : undefined}
          className="max-h-48 overflow-y-auto rounded-2 border border-border bg-bg p-1"
        >
          {seen.map((value) => (
            <li key={value} className="flex items-center gap-2 ps-2">
              <span
                className={`min-w-0 flex-1 [overflow-wrap:anywhere] ${mono ? 'font-mono text-12' : ''}`}
              >
                {value}
              </span>
              {!off && (
                <IconButton
                  small
                  icon={X}
                  name={t('settings.remove', { name: value })}
                  onClick={() => onChange(values.filter((one) => one !== value))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {!off && (
        <form onSubmit={add} className="flex gap-2">
          <input
            aria-label={label}
            placeholder={label}
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className={`${FIELD} min-w-0 flex-1 border-border-strong ${mono ? 'font-mono text-12' : ''}`}
          />
          <Button type="submit">{t('settings.add')}</Button>
        </form>
      )}
    </div>
  );
}

/** The texts of a setting that should be a list of them. */
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
