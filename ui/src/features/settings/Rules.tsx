import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import type { Error as Failure } from '@/generated/Error';
import type { Grant } from '@/generated/Grant';
import type { Mode } from '@/generated/Mode';
import { useBackend, useSession } from '@/session/context';
import { failureOf } from '@/session/settings';
import { AskNow } from './Ask';
import { ListField, textsOf } from './ListField';
import { Group, LIST, Nothing, Page, Refusal, Row, Unread } from './parts';
import { useQuery } from './useQuery';
import { useSetting } from './useSetting';

const MODES: readonly Mode[] = [
  'ask_every_time',
  'ask_before_changes',
  'ask_when_blocked',
  'full_access',
  'chat_only',
];

/** How much is asked, what was permitted, what never runs. */
export function Rules() {
  const { t } = useTranslation();
  const forbidden = useSetting('forbidden_commands');
  return (
    <Page name="rules" lead={t('settings.rules.lead')}>
      <Modes />
      <Grants />
      <Group>
        <Row
          of="forbidden_commands"
          setting={forbidden}
          below={
            <ListField
              mono
              label={t('settings.rules.addCommand')}
              off={forbidden.off}
              values={textsOf(forbidden.value)}
              onChange={(values) => void forbidden.set(values)}
            />
          }
        />
      </Group>
    </Page>
  );
}

/** The mode of new conversations. Full access is typed, not merely clicked. */
function Modes() {
  const { t } = useTranslation();
  const id = useId();
  const setting = useSetting('mode');
  const [asking, setAsking] = useState(false);
  const choose = (mode: Mode) => {
    if (setting.off || mode === setting.value) return;
    if (mode === 'full_access') setAsking(true);
    else void setting.set(mode);
  };
  return (
    <Group bare>
      <div className={LIST}>
        <Row of="mode" setting={setting} />
        <fieldset aria-label={t('settings.row.mode.name')} className="flex flex-col p-1">
          {MODES.map((mode) => (
            <label
              key={mode}
              data-mode={mode}
              className="flex items-start gap-2.5 rounded-2 px-2 py-1.5 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-focus has-focus-visible:-outline-offset-2"
            >
              <input
                type="radio"
                name={id}
                className="radio mt-0.5"
                checked={setting.value === mode}
                aria-disabled={setting.off ? true : undefined}
                aria-describedby={`${id}${mode}`}
                onChange={() => choose(mode)}
              />
              <span>
                <span className={setting.value === mode ? 'font-strong' : ''}>
                  {t(`mode.${mode}`)}
                </span>
                <span id={`${id}${mode}`} className="block text-12 text-muted">
                  {t(`mode.${mode}Why`)}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
      </div>
      <AskNow
        open={asking}
        onClose={() => setAsking(false)}
        onDo={() => void setting.set('full_access')}
        title={t('settings.rules.fullTitle')}
        why={t('settings.rules.fullWhy')}
        action={t('settings.rules.fullDo')}
        keep={t('settings.cancel')}
        word={{
          word: t('settings.rules.fullWord'),
          label: t('settings.rules.fullType', { word: t('settings.rules.fullWord') }),
        }}
      />
    </Group>
  );
}

function Grants() {
  const { t } = useTranslation();
  const backend = useBackend();
  const { answer, failure, again } = useQuery({ query: 'grants' });
  const [refused, setRefused] = useState<Failure | null>(null);
  const titles = useSession((state) => state.conversations);
  const revoke = (grant: Grant) => {
    backend.submit({ op: 'revoke', grant: grant.id }).then(
      () => {
        setRefused(null);
        again();
      },
      (thrown) => setRefused(failureOf(thrown)),
    );
  };
  const words = useRuleWords();
  return (
    <div id="row-grants" data-row="grants">
      <Group name={t('settings.row.grants.name')} why={t('settings.row.grants.why')}>
        {failure && <Unread failure={failure} again={again} />}
        {answer?.grants.length === 0 && (
          <Nothing title={t('settings.rules.noGrants')} why={t('settings.rules.noGrantsWhy')} />
        )}
        {answer?.grants.map((grant) => {
          const title = titles?.find(({ id }) => id === grant.conversation)?.title;
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
                <span className="block text-12 text-muted">
                  {grant.conversation === undefined
                    ? t('settings.rules.everywhere')
                    : t('settings.rules.inConversation', { title: title || t('sidebar.untitled') })}
                  {grant.until !== undefined &&
                    `, ${t('settings.rules.until', { when: new Date(grant.until).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }) })}`}
                </span>
              </p>
              <Button
                look="danger"
                aria-label={t('settings.rules.revokeName', { rule })}
                onClick={() => revoke(grant)}
              >
                {t('settings.rules.revoke')}
              </Button>
            </div>
          );
        })}
        {refused && (
          <div className="px-3 pb-2">
            <Refusal failure={refused} />
          </div>
        )}
      </Group>
    </div>
  );
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
      case 'app': {
        const { app } = matches;
        if (matches.tier === 'look') return t('settings.rules.appLook', { app });
        if (matches.tier === 'click') return t('settings.rules.appClick', { app });
        return t('settings.rules.appFull', { app });
      }
    }
  };
}
