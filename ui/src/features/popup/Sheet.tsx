import { Clipboard, Lock, SquareDashed, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { whole } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { Selection } from '@/generated/Selection';
import { useActions } from '@/session/context';
import { Choose } from './Choose';
import { Result } from './Result';
import type { Surroundings } from './useSummons';
import { useTask } from './useTask';

type Props = { selection: Selection; around: Surroundings | null; onClose: () => void };

/** One opening of the popup: what was selected, what can be done, what came of it. */
export function Sheet({ selection, around, onClose }: Props) {
  const { t } = useTranslation();
  const { open } = useActions();
  const length = useLength();
  /** Where nothing was selected: what was pasted or taken from the clipboard. */
  const [given, setGiven] = useState<string>();
  const text = given ?? selection.text;
  const editable = given === undefined && selection.editable;
  const work = useTask(selection, text, around, onClose);

  // Nothing is followed once it is closed.
  useEffect(() => () => void open(null), [open]);

  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    onClose();
  };
  if (selection.refused) {
    return (
      <Frame onKeyDown={keys}>
        <Head
          icon={Lock}
          title={t('popup.refused')}
          why={selection.refused}
          onClose={onClose}
          focus
        />
      </Frame>
    );
  }
  const { clipboard } = selection;
  return (
    <Frame onKeyDown={keys}>
      {text === '' ? (
        <Head
          icon={SquareDashed}
          title={t('popup.nothing')}
          why={t(clipboard ? 'popup.nothingWhy' : 'popup.nothingPlain')}
          onClose={onClose}
        />
      ) : (
        <Quote
          text={text}
          app={given === undefined ? selection.app : undefined}
          onClose={onClose}
        />
      )}
      {work.task ? (
        <Result
          work={work}
          text={text}
          app={selection.app}
          editable={editable && work.task.output === 'replace'}
          model={around?.model}
        />
      ) : (
        <Choose
          text={text}
          language={given === undefined ? selection.language : undefined}
          editable={editable}
          around={around}
          work={work}
          onPaste={text === '' ? setGiven : undefined}
        >
          {text === '' && clipboard && (
            <div className="mx-2 mb-2 flex items-center gap-2.5 rounded-2 border border-border py-2 pr-2 pl-2.5">
              <Icon of={Clipboard} className="text-muted" />
              <div className="min-w-0 flex-1">
                <p className="truncate text-12" dir="auto">
                  {clipboard.trim()}
                </p>
                <p className="text-11 text-muted">
                  {t('popup.clipboard', { length: length(clipboard) })}
                </p>
              </div>
              <Button data-action="clipboard" onClick={() => setGiven(clipboard)}>
                {t('popup.useClipboard')}
              </Button>
            </div>
          )}
        </Choose>
      )}
    </Frame>
  );
}

function Frame({
  children,
  onKeyDown,
}: {
  children: ReactNode;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes, wherever the focus is
    <div onKeyDown={onKeyDown}>{children}</div>
  );
}

/** How long a text is, in words. */
function useLength() {
  const { t } = useTranslation();
  return (text: string): string => {
    const count = [...text].length;
    return t('popup.count', { count, number: whole(count) });
  };
}

/** The text in two lines, how long it is, and where it is from. */
function Quote({
  text,
  app,
  onClose,
}: {
  text: string;
  app: string | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const count = useLength()(text);
  return (
    <header className="flex items-start gap-2 border-border border-b py-2 pr-2 pl-3">
      <div className="min-w-0 flex-1">
        <p dir="auto" className="line-clamp-2 text-12 text-muted [overflow-wrap:anywhere]">
          “{text.slice(0, 600).trim()}”
        </p>
        <p className="mt-0.5 text-11 text-muted" data-said="from">
          {app ? t('popup.from', { length: count, app }) : count}
        </p>
      </div>
      <IconButton icon={X} name={t('popup.close')} onClick={onClose} data-action="close" />
    </header>
  );
}

function Head(props: {
  icon: typeof Lock;
  title: string;
  why: string;
  onClose: () => void;
  focus?: boolean;
}) {
  const { icon, title, why, onClose, focus = false } = props;
  const { t } = useTranslation();
  return (
    <header className="flex items-start gap-2 border-border border-b py-2 pr-2 pl-3">
      <Icon of={icon} className="mt-0.5 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="font-strong">{title}</p>
        <p className="text-12 text-muted">{why}</p>
      </div>
      <IconButton
        icon={X}
        name={t('popup.close')}
        onClick={onClose}
        autoFocus={focus}
        data-action="close"
      />
    </header>
  );
}
