import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Key } from '@/components/Button';
import { Icon } from '@/components/Icon';
import type { Pending } from '@/generated/Pending';
import type { RuleMatch } from '@/generated/RuleMatch';
import type { RuleScope } from '@/generated/RuleScope';
import { useSession } from '@/session/context';
import { choices } from '@/session/store';

type Props = {
  pending: Pending;
  language: string;
  languageName: string;
  code: string;
  off: string | undefined;
  onPick: (matches: RuleMatch, scope: RuleScope) => void;
};

const SCOPES: readonly RuleScope[] = ['turn', 'conversation', 'profile', 'everywhere'];

/** Run, and do not ask again for what a rule covers, and where. Narrowest first. */
export function RuleMenu({ pending, language, languageName, code, off, onPick }: Props) {
  const { t } = useTranslation();
  const profile = useSession((state) => choices(state).profile);
  const [scope, setScope] = useState<RuleScope>('conversation');
  const text = code.split('\n', 1)[0]?.slice(0, 80) ?? '';
  const words = firstWords(language, code);
  const command = words.join(' ');
  const rules: { kind: string; label: string; saves: string; matches: RuleMatch }[] = [
    {
      kind: 'code',
      label: t('rule.exact'),
      saves: t('rule.savesExact', { text }),
      matches: { what: 'code', digest: pending.digest, text },
    },
  ];
  if (words.length > 1) {
    rules.push({
      kind: 'command',
      label: t('rule.command', { words: command }),
      saves: t('rule.savesCommand', { words: command }),
      matches: { what: 'command', words },
    });
  }
  const [program] = words;
  if (program !== undefined) {
    rules.push({
      kind: words.length > 1 ? 'program' : 'command',
      label: t('rule.command', { words: program }),
      saves: t('rule.savesCommand', { words: program }),
      matches: { what: 'command', words: [program] },
    });
  }
  rules.push({
    kind: 'language',
    label: t('rule.language', { language: languageName }),
    saves: t('rule.savesLanguage', { language }),
    matches: { what: 'language', language },
  });
  return (
    <DropdownMenu.Root modal={false} onOpenChange={() => setScope('conversation')}>
      <DropdownMenu.Trigger asChild>
        <Button big look="quiet" off={off} data-action="rule">
          <span className="flex items-center gap-1">
            {t('rule.run')}
            <Icon of={ChevronDown} size={14} />
          </span>
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="z-30 w-100 max-w-[calc(100vw-16px)] rounded-3 border border-border-strong bg-raised p-1"
          // A digit picks a line, as drawn at its end.
          onKeyDown={(event) => {
            const choice = rules[Number(event.key) - 1];
            if (choice) onPick(choice.matches, scope);
          }}
        >
          <DropdownMenu.Label className="px-2 py-1 text-12 text-muted">
            {t('control.ruleLabel')}
          </DropdownMenu.Label>
          {rules.map(({ kind, label, saves, matches }, at) => (
            <DropdownMenu.Item
              key={label}
              onSelect={() => onPick(matches, scope)}
              data-rule={kind}
              className="flex min-h-8 items-center gap-3 rounded-2 px-2 py-1 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2"
            >
              <span className="min-w-0 flex-1">
                <span className="block [overflow-wrap:anywhere]">{label}</span>
                <span className="block truncate text-12 text-muted">{saves}</span>
              </span>
              <Key>{String(at + 1)}</Key>
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Separator className="my-1 border-border border-t" />
          <DropdownMenu.Label className="px-2 py-1 text-12 text-muted">
            {t('control.ruleScope')}
          </DropdownMenu.Label>
          <DropdownMenu.RadioGroup
            value={scope}
            onValueChange={(next) => setScope(next as RuleScope)}
          >
            {SCOPES.map((one) => (
              <DropdownMenu.RadioItem
                key={one}
                value={one}
                // Chosen first, then the rule.
                onSelect={(event) => event.preventDefault()}
                data-scope={one}
                className="flex min-h-7 items-center gap-2 rounded-2 px-2 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2"
              >
                <span className="grid size-4 flex-none place-items-center">
                  {scope === one && <Icon of={Check} size={14} />}
                </span>
                {t(`control.scope_${one}`, { profile })}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The program and its first word, where the code is one plain command; else nothing. */
export function firstWords(language: string, code: string): string[] {
  const line = code.trim();
  if (language !== 'shell' || !/^[\w./@%+:,=\- ]+$/.test(line)) return [];
  const [program = '', next] = line.split(/ +/);
  if (!/^[\w.-]+$/.test(program)) return [];
  return next !== undefined && /^[a-z][\w-]*$/.test(next) ? [program, next] : [program];
}
