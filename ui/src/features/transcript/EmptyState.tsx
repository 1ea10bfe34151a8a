import { FileText, Image, type LucideIcon, Monitor, Terminal, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { useActions, useSession } from '@/session/context';
import { openPage } from '@/session/pages';
import { choices } from '@/session/store';
import { show } from '@/session/view';

type Suggestion = {
  icon: LucideIcon;
  key: 'model1' | 'model2' | 'model3' | 'model4' | 'try1' | 'try2' | 'try3' | 'try4';
};

const WITH_MODEL: Suggestion[] = [
  { icon: FileText, key: 'model2' },
  { icon: Image, key: 'model3' },
  { icon: Terminal, key: 'model1' },
  { icon: Monitor, key: 'model4' },
];
const BUILT_IN: Suggestion[] = [
  { icon: Monitor, key: 'try1' },
  { icon: Terminal, key: 'try2' },
  { icon: Monitor, key: 'try3' },
  { icon: FileText, key: 'try4' },
];

/** What is possible now, and one thing to do. */
export function EmptyState({ onPick }: { onPick: (text: string) => void }) {
  const { t } = useTranslation();
  const os = useSession((state) => choices(state).os);
  const builtin = useSession((state) => {
    return choices(state).model?.startsWith('builtin/') === true;
  });
  const { setDraft } = useActions();
  const pick = (text: string) => {
    setDraft(text);
    onPick(text);
  };
  return (
    <div className="flex min-h-0 flex-1 overflow-y-auto p-6">
      <div className="m-auto flex w-full max-w-130 flex-col items-center gap-2 text-center">
        {builtin && <Icon of={Unplug} size={20} className="mb-1 text-muted" />}
        <h2 className="font-strong text-20">{t(builtin ? 'empty.builtinTitle' : 'empty.title')}</h2>
        <p className="text-muted">
          {builtin ? t('empty.builtinWhy') : t(os ? 'empty.screenOn' : 'empty.screenOff')}
        </p>
        {builtin && (
          <div className="mt-2 flex flex-wrap justify-center gap-2">
            <Button big look="primary" onClick={() => openPage('settings/models')}>
              {t('empty.connect')}
            </Button>
            <Button big onClick={() => show({ models: true })}>
              {t('empty.choose')}
            </Button>
          </div>
        )}
        <ul
          aria-label={builtin ? t('empty.builtinTry') : undefined}
          className="mt-4 flex w-full flex-col gap-1 text-left"
        >
          {(builtin ? BUILT_IN : WITH_MODEL).map(({ icon, key }) => {
            const text = t(`empty.${key}`);
            return (
              <li key={key}>
                <button
                  type="button"
                  onClick={() => pick(text)}
                  className="flex h-8 w-full items-center gap-2 rounded-2 border border-border bg-surface px-2 transition-colors duration-(--d-1) hover:bg-hover active:bg-pressed"
                >
                  <Icon of={icon} size={14} className="text-muted" />
                  <span className={`truncate ${builtin ? 'font-mono text-12' : ''}`}>{text}</span>
                </button>
              </li>
            );
          })}
        </ul>
        <p className="mt-2 text-12 text-faint">{t('empty.tip')}</p>
      </div>
    </div>
  );
}
