import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { FIELD, Select } from '@/components/Field';
import type { Rule } from '@/generated/Rule';
import type { RuleMatch } from '@/generated/RuleMatch';
import type { Tier } from '@/generated/Tier';
import type { Verdict } from '@/generated/Verdict';

const VERDICTS: readonly Verdict[] = ['deny', 'ask', 'allow'];
const KINDS = ['command', 'folder', 'host', 'app', 'language', 'tool'] as const;
type Kind = (typeof KINDS)[number];
const TIERS: readonly Tier[] = ['look', 'click', 'full'];

/** A rule in the person's own words. The strongest verdict is offered first. */
export function AddRule({ onAdd }: { onAdd: (rule: Rule) => Promise<boolean> }) {
  const { t } = useTranslation();
  const [verdict, setVerdict] = useState<Verdict>('deny');
  const [kind, setKind] = useState<Kind>('command');
  const [tier, setTier] = useState<Tier>('full');
  const [text, setText] = useState('');
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const value = text.trim();
    if (!value) return;
    if (await onAdd({ verdict, matches: matchOf(kind, value, tier) })) setText('');
  };
  return (
    <form onSubmit={add} className="px-3 py-2" aria-label={t('settings.rules.add')}>
      <p className="mb-1.5 text-12 text-muted">{t(`settings.rules.addWhy_${kind}`)}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Select
          name={t('settings.rules.addVerdict')}
          value={verdict}
          onChange={(chosen) => setVerdict(chosen as Verdict)}
        >
          {VERDICTS.map((one) => (
            <option key={one} value={one}>
              {t(`settings.rules.do_${one}`)}
            </option>
          ))}
        </Select>
        <Select
          name={t('settings.rules.addKind')}
          value={kind}
          onChange={(chosen) => setKind(chosen as Kind)}
        >
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`settings.rules.kind_${one}`)}
            </option>
          ))}
        </Select>
        {kind === 'app' && (
          <Select
            name={t('settings.rules.addTier')}
            value={tier}
            onChange={(chosen) => setTier(chosen as Tier)}
          >
            {TIERS.map((one) => (
              <option key={one} value={one}>
                {t(`settings.rules.tier_${one}`)}
              </option>
            ))}
          </Select>
        )}
        <input
          aria-label={t(`settings.rules.kind_${kind}`)}
          placeholder={t(`settings.rules.example_${kind}`)}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className={`${FIELD} min-w-40 flex-1 border-border-strong font-mono text-12`}
        />
        <Button type="submit">{t('settings.add')}</Button>
      </div>
    </form>
  );
}

/** What a rule is about, from what was written. */
function matchOf(kind: Kind, value: string, tier: Tier): RuleMatch {
  switch (kind) {
    case 'command':
      return { what: 'command', words: value.split(/\s+/) };
    case 'folder':
      return { what: 'folder', path: value };
    case 'host':
      return { what: 'host', host: value.replace(/^[a-z]+:\/\//, '').replace(/[/?#:].*$/, '') };
    case 'app':
      return { what: 'app', app: value, tier };
    case 'language':
      return { what: 'language', language: value.toLowerCase() };
    case 'tool':
      return { what: 'tool', name: value };
  }
}
