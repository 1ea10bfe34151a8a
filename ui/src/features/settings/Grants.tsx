import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Select } from '@/components/Field';
import type { Error as Failure } from '@/generated/Error';
import type { Grant } from '@/generated/Grant';
import type { Op } from '@/generated/Op';
import { useBackend, useSession } from '@/session/context';
import { failureOf } from '@/session/settings';
import { AddRule } from './AddRule';
import { Group, Nothing, Refusal, Unread } from './parts';
import { useQuery } from './useQuery';

/** Ends that can be chosen, in minutes from now. */
const ENDS = { hour: 60, day: 24 * 60, week: 7 * 24 * 60 } as const;
type End = keyof typeof ENDS;

/** Every permission and rule that is in force: what, where, until when; and the end of it. */
export function Grants() {
  const { t } = useTranslation();
  const backend = useBackend();
  const { answer, failure, again } = useQuery({ query: 'grants' });
  const [refused, setRefused] = useState<Failure | null>(null);
  const place = usePlace();
  const words = useRuleWords();
  const submit = (op: Op) =>
    backend.submit(op).then(
      () => {
        setRefused(null);
        again();
        return true;
      },
      (thrown) => {
        setRefused(failureOf(thrown));
        return false;
      },
    );
  const end = (grant: Grant, minutes: number) =>
    void submit({ op: 'grant', grant: { ...grant, until: Date.now() + minutes * 60_000 } });
  return (
    <div id="row-grants" data-row="grants">
      <Group name={t('settings.row.grants.name')} why={t('settings.row.grants.why')}>
        {failure && <Unread failure={failure} again={again} />}
        {answer?.grants.length === 0 && (
          <Nothing title={t('settings.rules.noGrants')} why={t('settings.rules.noGrantsWhy')} />
        )}
        {answer?.grants.map((grant) => {
          const rule = words(grant);
          return (
            <div
              key={grant.id}
              data-grant={grant.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2"
            >
              <p className="min-w-50 flex-1 [overflow-wrap:anywhere]">
                <span className="font-strong">{t(`settings.rules.${grant.rule.verdict}`)}:</span>{' '}
                {rule}
                <span className="block text-12 text-muted">{place(grant)}</span>
              </p>
              {grant.turn !== true && (
                <Select
                  name={t('settings.rules.endName', { rule })}
                  value=""
                  onChange={(chosen) => chosen && end(grant, ENDS[chosen as End])}
                >
                  <option value="">{t('settings.rules.end')}</option>
                  {Object.keys(ENDS).map((one) => (
                    <option key={one} value={one}>
                      {t(`settings.rules.end_${one as End}`)}
                    </option>
                  ))}
                </Select>
              )}
              <Button
                look="danger"
                aria-label={t('settings.rules.revokeName', { rule })}
                onClick={() => void submit({ op: 'revoke', grant: grant.id })}
              >
                {t('settings.rules.revoke')}
              </Button>
            </div>
          );
        })}
        <AddRule onAdd={(rule) => submit({ op: 'grant', grant: { id: '', rule } })} />
        {refused && (
          <div className="px-3 pb-2">
            <Refusal failure={refused} />
          </div>
        )}
      </Group>
    </div>
  );
}

/** Where a grant holds, and until when. */
function usePlace(): (grant: Grant) => string {
  const { t } = useTranslation();
  const titles = useSession((state) => state.conversations);
  return ({ conversation, profile, turn, until }) => {
    const title = titles?.find(({ id }) => id === conversation)?.title || t('sidebar.untitled');
    const where =
      conversation !== undefined
        ? t('settings.rules.inConversation', { title })
        : profile !== undefined
          ? t('settings.rules.withProfile', { profile })
          : t('settings.rules.everywhere');
    const when =
      until !== undefined
        ? t('settings.rules.until', {
            when: new Date(until).toLocaleString('en-GB', {
              dateStyle: 'medium',
              timeStyle: 'short',
            }),
          })
        : turn === true
          ? t('settings.rules.untilTurn')
          : conversation !== undefined
            ? t('settings.rules.untilQuit')
            : t('settings.rules.untilRevoked');
    return `${where}, ${when}`;
  };
}

function useRuleWords(): (grant: Grant) => string {
  const { t } = useTranslation();
  return ({ rule: { matches } }) => {
    switch (matches.what) {
      case 'code':
        return t('settings.rules.code', { text: matches.text });
      case 'command':
        return t('settings.rules.command', { words: matches.words.join(' ') });
      case 'language':
        return t('settings.rules.language', { language: matches.language });
      case 'tool':
        return t('settings.rules.tool', { name: matches.name });
      case 'folder':
        return t('settings.rules.folder', { path: matches.path });
      case 'host':
        return t('settings.rules.host', { host: matches.host });
      case 'app': {
        const { app } = matches;
        if (matches.tier === 'look') return t('settings.rules.appLook', { app });
        if (matches.tier === 'click') return t('settings.rules.appClick', { app });
        return t('settings.rules.appFull', { app });
      }
      case 'secret':
        return t('secrets.rule', {
          name: matches.name || t('secrets.anyName'),
          app: matches.app || t('secrets.anyApp'),
        });
    }
  };
}
