import { CircleX, Cloud, HardDrive, Monitor } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { FIELD, Segments } from '@/components/Field';
import { providerName } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { Mode } from '@/generated/Mode';
import { useActions, useSession, useSessionStore } from '@/session/context';
import { type Choices, choices, NEW, shown } from '@/session/store';
import { textOf } from '@/session/turns';
import { show, useView } from '@/session/view';
import { fieldsOf, limitChanges, tickedDisplays, type Written, wrongField } from './limits';
import { Displays, Limits, Line, useDisplays } from './SheetFields';
import { useValues, type Values } from './useValues';

/** What the assistant will see and do, and how to stop it. Nothing starts without a click here. */
export function ConsentSheet() {
  const { t } = useTranslation();
  const open = useView((view) => view.consent);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => show({ consent: next })}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim/46" />
        <Dialog.Content className="fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100vh-32px)] w-160 max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-4 border border-border-strong bg-raised outline-none">
          <div className="px-6 pt-5 pb-3">
            <Dialog.Title className="font-strong text-20">{t('screen.title')}</Dialog.Title>
            <Dialog.Description className="mt-1 text-muted">{t('screen.lead')}</Dialog.Description>
          </div>
          <Sheet />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Sheet() {
  const { t } = useTranslation();
  const { choose, send, setDraft } = useActions();
  const store = useSessionStore();
  const mode = useSession((state) => choices(state).mode);
  const standard = useSession((state) => state.defaults.mode);
  const draft = useSession((state) => state.drafts[state.current ?? NEW] ?? '');
  const said = useSession((state) => {
    const last = shown(state).items.findLast(
      ({ role, type }) => role === 'user' && type === 'message',
    );
    return last ? textOf(last) : '';
  });
  const values = useValues();
  const [goal, setGoal] = useState(draft);
  const displays = useDisplays();
  const [written, setWritten] = useState<Written>({});
  const [picked, setPicked] = useState<readonly string[]>();
  // Screen actions need a mode that lets things happen at all.
  const running: Mode =
    mode !== 'chat_only' ? mode : standard === 'chat_only' ? 'ask_every_time' : standard;
  const [chosen, setChosen] = useState<Mode>(running);
  const [asking] = useState<Mode>(running === 'full_access' ? 'ask_every_time' : running);
  const fields = fieldsOf(written, values);
  const wrong = wrongField(fields);
  const several = displays.length > 1;
  const ticked = picked ?? tickedDisplays(displays, values);

  const start = async () => {
    if (wrong) return;
    const changes: Partial<Choices> & Record<string, unknown> = {
      os: true,
      ...(chosen !== mode && { mode: chosen }),
      ...limitChanges(written, values),
      // What is not ticked is not seen: said even where nothing was changed.
      ...(several && { os_displays: ticked }),
    };
    show({ consent: false });
    await choose(changes);
    if (goal !== draft) setDraft(goal);
    // What was refused is shown above the message field; then nothing is sent.
    const state = store.getState();
    if (goal.trim() === '' || state.refused[state.current ?? NEW]) return;
    await send(goal);
  };
  return (
    <>
      <dl className="min-h-0 overflow-y-auto px-6">
        <Line name={t('control.goal')}>
          {said !== '' && draft === '' ? (
            <p className="line-clamp-3 [overflow-wrap:anywhere]" data-said="goal">
              {said}
            </p>
          ) : (
            <textarea
              rows={2}
              aria-label={t('control.goal')}
              placeholder={t('control.goalPlaceholder')}
              dir="auto"
              value={goal}
              onChange={(event) => setGoal(event.target.value)}
              data-field="goal"
              className={`${FIELD} block h-auto w-full resize-y border-border-strong py-1.5`}
            />
          )}
        </Line>
        <Line name={t('screen.sees')}>
          {t(several ? 'control.seesTicked' : 'screen.seesWhat')}
          {!several && <Display />}
        </Line>
        {several && <Displays displays={displays} ticked={ticked} onChange={setPicked} />}
        <Line name={t('screen.does')}>{t('screen.doesWhat')}</Line>
        <Line name={t('control.autonomy')}>
          <Segments
            name={t('control.autonomy')}
            value={chosen === 'full_access' ? 'never' : 'each'}
            options={[
              { value: 'each', label: t('control.asks_each') },
              { value: 'never', label: t('control.asks_never') },
            ]}
            onChange={(next) => setChosen(next === 'never' ? 'full_access' : asking)}
          />
          <p className="mt-1 text-12 text-muted">
            {t(chosen === 'full_access' ? 'screen.asksNever' : 'screen.asksEach')}
          </p>
        </Line>
        <Limits
          fields={fields}
          wrong={wrong}
          onChange={(change) => setWritten((before) => ({ ...before, ...change }))}
        />
        <Line name={t('screen.shots')}>
          <Shots values={values} />
        </Line>
      </dl>
      <div className="mx-6 mt-1 flex items-start gap-2 rounded-2 bg-sunken px-3 py-2 text-12">
        <Icon of={CircleX} size={14} className="mt-px" />
        <span>
          <strong className="font-strong">{t('screen.stopTitle')}</strong> {t('screen.stopWhy')}
        </span>
      </div>
      <div className="flex flex-wrap items-center gap-2 px-6 pt-3 pb-4">
        <span className="min-w-40 flex-1 text-12 text-muted">{t('screen.footer')}</span>
        <Dialog.Close asChild>
          <Button big>{t('screen.notNow')}</Button>
        </Dialog.Close>
        <Button
          big
          look="primary"
          icon={Monitor}
          off={wrong && t(wrong === 'cost' ? 'control.limitWrong' : 'control.countWrong')}
          onClick={() => void start()}
          data-action="start-screen"
        >
          {t('screen.start')}
        </Button>
      </div>
    </>
  );
}

/** The size of the display, once the assistant has looked at it. */
function Display() {
  const { t } = useTranslation();
  const frame = useSession((state) => shown(state).items.findLast((item) => item.frame)?.frame);
  if (!frame) return null;
  const [width, height] = frame.native;
  return (
    <span className="num ms-2 text-12 text-muted">{t('control.display', { width, height })}</span>
  );
}

/** Where screenshots go, and how long they stay. */
function Shots({ values }: { values: Values | undefined }) {
  const { t } = useTranslation();
  const model = useSession((state) => choices(state).model ?? '');
  const local = useSession(
    (state) =>
      state.models.find(({ name }) => name === model)?.local ?? /^(builtin|ollama)\//.test(model),
  );
  const days = values?.screenshot_days;
  const kept =
    values?.keep_screenshots === false || days === 0
      ? t('control.keptNot')
      : t('control.kept', { count: typeof days === 'number' ? days : 7 });
  return (
    <span className="flex items-center gap-2">
      <Icon of={local ? HardDrive : Cloud} size={14} className="text-muted" />
      {local
        ? t('control.shotsLocal', { kept })
        : t('control.shotsCloud', {
            kept,
            provider: model ? providerName(model) : t('header.cloud'),
          })}
    </span>
  );
}
