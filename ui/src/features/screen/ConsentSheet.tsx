import { CircleX, Cloud, HardDrive, Monitor } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { providerName } from '@/components/format';
import { Icon } from '@/components/Icon';
import { useActions, useSession } from '@/session/context';
import { choices } from '@/session/store';
import { show, useView } from '@/session/view';

/** What the assistant will see and do, and how to stop it. Nothing starts without a click here. */
export function ConsentSheet() {
  const { t } = useTranslation();
  const { choose } = useActions();
  const open = useView((view) => view.consent);
  const model = useSession((state) => choices(state).model ?? '');
  const mode = useSession((state) => choices(state).mode);
  const standard = useSession((state) => state.defaults.mode);
  const local = useSession(
    (state) =>
      state.models.find(({ name }) => name === model)?.local ?? /^(builtin|ollama)\//.test(model),
  );
  const start = () => {
    // Screen actions need a mode that lets things happen at all.
    const running = standard === 'chat_only' ? 'ask_every_time' : standard;
    void choose({ os: true, ...(mode === 'chat_only' && { mode: running }) });
    show({ consent: false });
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => show({ consent: next })}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim/46" />
        <Dialog.Content className="fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100vh-32px)] w-160 max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-4 border border-border-strong bg-raised outline-none">
          <div className="px-6 pt-5 pb-3">
            <Dialog.Title className="font-strong text-20">{t('screen.title')}</Dialog.Title>
            <Dialog.Description className="mt-1 text-muted">{t('screen.lead')}</Dialog.Description>
          </div>
          <dl className="min-h-0 overflow-y-auto px-6">
            <Line name={t('screen.sees')}>{t('screen.seesWhat')}</Line>
            <Line name={t('screen.does')}>{t('screen.doesWhat')}</Line>
            <Line name={t('screen.asks')}>
              {t(mode === 'full_access' ? 'screen.asksNever' : 'screen.asksEach')}
            </Line>
            <Line name={t('screen.shots')}>
              <span className="flex items-center gap-2">
                <Icon of={local ? HardDrive : Cloud} size={14} className="text-muted" />
                {local
                  ? t('screen.shotsLocal')
                  : t('screen.shotsCloud', {
                      provider: model ? providerName(model) : t('header.cloud'),
                    })}
              </span>
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
            <Button big look="primary" icon={Monitor} onClick={start} data-action="start-screen">
              {t('screen.start')}
            </Button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap gap-x-4 border-border border-t py-2.5">
      <dt className="w-22 flex-none text-muted">{name}</dt>
      <dd className="min-w-50 flex-1">{children}</dd>
    </div>
  );
}
