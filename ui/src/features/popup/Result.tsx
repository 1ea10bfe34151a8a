import {
  Check,
  CircleX,
  Copy,
  CornerDownLeft,
  Ellipsis,
  ExternalLink,
  RotateCw,
  Square,
  TextCursorInput,
} from 'lucide-react';
import { type KeyboardEvent, lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { dollars, duration } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Menu, MenuItem } from '@/components/Menu';
import { useElapsed } from '@/components/Status';
import { textOf, turns } from '@/session/turns';
import { newText } from './actions';
import { Changes } from './Changes';
import { changeCount, difference } from './difference';
import { ModelLine } from './ModelLine';
import type { Chosen } from './model';
import type { Work } from './useTask';

// Large, and not needed before something is answered.
const Markdown = lazy(async () => ({ default: (await import('@/components/Markdown')).Markdown }));

type Props = {
  work: Work;
  text: string;
  app: string | undefined;
  /** The new text can take the place of the old one. */
  editable: boolean;
  model: Chosen | undefined;
};

/** What the model answers, and what can be done with it. */
export function Result({ work, text, app, editable, model }: Props) {
  const { t } = useTranslation();
  const { task, state, reply, failure, placed } = work;
  const replaces = task?.output === 'replace' || task?.differs === true;
  const over = state === 'done' || state === 'failed';
  const fresh = useMemo(() => (replaces ? newText(reply, text) : reply), [replaces, reply, text]);
  const pieces = useMemo(
    () => (over && task?.differs ? difference(text, fresh) : null),
    [over, task, text, fresh],
  );
  const [alone, setAlone] = useState(false);
  const [copied, setCopied] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const elapsed = useElapsed(!over, undefined);
  const took = useRef<number>(undefined);
  if (!over) took.current = undefined;
  else took.current ??= Date.now() - work.began;

  const ready = state === 'done' && reply.trim() !== '';
  useEffect(() => {
    // While it is written the keys scroll; then Enter does the first thing offered.
    if (ready) first.current?.focus();
    else box.current?.focus();
  }, [ready]);

  const copy = () => {
    navigator.clipboard.writeText(fresh).then(
      () => setCopied(true),
      () => {},
    );
  };
  const replace = editable && ready && (placed === null || placed === 'under way');
  const words = pieces && !alone;
  const count = pieces ? changeCount(pieces) : 0;
  const left =
    placed === 'under way'
      ? t('popup.replacing')
      : state === 'sending'
        ? t('popup.sending')
        : state === 'writing'
          ? t('popup.writing')
          : pieces
            ? t('popup.changes', { count })
            : null;
  const time = over ? took.current : elapsed;
  return (
    <div>
      <section
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keyboard
        tabIndex={0}
        aria-label={t(words ? 'popup.change' : replaces ? 'popup.newText' : 'popup.answer')}
        aria-busy={!over}
        className="max-h-96 min-h-12 overflow-y-auto px-3 py-2.5 -outline-offset-2"
        data-state={state}
      >
        {placed === 'in_place' || placed === 'copied' ? (
          <Placed placed={placed} app={app} />
        ) : failure ? (
          <Failed title={failure.message} why={failure.remedy} />
        ) : words ? (
          <Changes pieces={pieces} />
        ) : replaces ? (
          <p dir="auto" className="whitespace-pre-wrap text-14 [overflow-wrap:anywhere]">
            {fresh}
            {!over && <span aria-hidden className="pen" />}
          </p>
        ) : (
          <Thread work={work} />
        )}
        {state === 'done' && !ready && !failure && (
          <Failed title={t('popup.empty')} why={undefined} />
        )}
      </section>
      {ready && !replaces && <Further work={work} />}
      <div className="flex flex-wrap items-center gap-2 border-border border-t p-2">
        {replace && (
          <Button
            ref={first}
            big
            look="primary"
            hint="Enter"
            off={placed === 'under way' ? t('popup.replacing') : undefined}
            onClick={() => work.place(fresh, false)}
            data-action="accept"
            className="max-w-56"
          >
            {app ? t('popup.replaceIn', { app }) : t('popup.replace')}
          </Button>
        )}
        {ready && (
          <Button
            ref={replace ? undefined : first}
            big
            icon={copied ? Check : Copy}
            onClick={copy}
            onBlur={() => setCopied(false)}
            data-action="copy"
          >
            {t(copied ? 'popup.copied' : 'popup.copy')}
          </Button>
        )}
        {!over && (
          <Button big icon={Square} iconFill onClick={work.stop} data-action="stop">
            {t('popup.stop')}
          </Button>
        )}
        <span className="flex-1" />
        {over && placed === null && (
          <IconButton
            icon={RotateCw}
            name={t('popup.retry')}
            onClick={work.retry}
            data-action="retry"
          />
        )}
        {replace ? (
          <Menu
            label={t('popup.moreMenu')}
            button={<IconButton icon={Ellipsis} name={t('popup.moreMenu')} data-action="more" />}
          >
            <MenuItem
              icon={TextCursorInput}
              onSelect={() => work.place(fresh, true)}
              data-action="after"
            >
              {t('popup.after')}
            </MenuItem>
            {pieces && (
              <MenuItem onSelect={() => setAlone(!alone)} data-action="alone">
                {t(alone ? 'popup.showChange' : 'popup.showNew')}
              </MenuItem>
            )}
            <MenuItem icon={ExternalLink} onSelect={work.openMain} data-action="open">
              {t('popup.open')}
            </MenuItem>
          </Menu>
        ) : (
          work.conversation !== null && (
            <IconButton
              icon={ExternalLink}
              name={t('popup.open')}
              onClick={work.openMain}
              data-action="open"
            />
          )
        )}
      </div>
      <footer className="flex items-center gap-2 border-border border-t bg-sunken px-3 py-1.5 text-11 text-muted">
        {left ? (
          <span role="status" data-said="left">
            {left}
          </span>
        ) : (
          <ModelLine model={model} />
        )}
        <span className="num ms-auto flex-none">
          {time !== undefined && duration(time)}
          {work.cost > 0 && ` · ${dollars(work.cost)}`}
        </span>
      </footer>
      <span className="sr-only" role="status">
        {ready && placed === null && fresh}
      </span>
    </div>
  );
}

/** What was asked and answered, the selected text left out. */
function Thread({ work }: { work: Work }) {
  const { task, items, state } = work;
  const all = turns(items);
  return (
    <div className="flex flex-col gap-2">
      {all.map((turn, at) => {
        const said =
          at === 0 ? (task?.id === 'ask' ? task.name : '') : turn.said.map(textOf).join('\n');
        const texts = turn.blocks.flatMap((block) => (block.kind === 'text' ? [block.item] : []));
        return (
          <div key={turn.id} className="flex flex-col gap-2">
            {said && (
              <p dir="auto" className="rounded-2 bg-sunken px-2.5 py-1.5 [overflow-wrap:anywhere]">
                {said}
              </p>
            )}
            <Suspense fallback={null}>
              {texts.map((item) => (
                <Markdown
                  key={item.id}
                  text={textOf(item)}
                  streaming={state === 'writing' && !item.complete}
                />
              ))}
            </Suspense>
          </div>
        );
      })}
    </div>
  );
}

/** A further question in the same conversation. */
function Further({ work }: { work: Work }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || text.trim() === '') return;
    event.preventDefault();
    work.ask(text.trim());
    setText('');
  };
  return (
    <div className="relative mx-2 mb-2">
      <input
        aria-label={t('popup.follow')}
        placeholder={t('popup.follow')}
        autoComplete="off"
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keys}
        className="h-8 w-full rounded-2 border border-border-strong bg-surface ps-2.5 pe-8 focus-visible:border-focus focus-visible:outline-1 focus-visible:-outline-offset-2"
      />
      <span className="pointer-events-none absolute inset-y-0 end-2.5 flex items-center text-muted">
        <Icon of={CornerDownLeft} size={14} />
      </span>
    </div>
  );
}

function Placed({ placed, app }: { placed: 'in_place' | 'copied'; app: string | undefined }) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="flex items-start gap-2">
      <Icon of={placed === 'in_place' ? Check : Copy} className="mt-0.5 text-success" />
      <div className="min-w-0">
        <p className="font-strong">
          {t(placed === 'in_place' ? 'popup.inPlace' : 'popup.onClipboard')}
        </p>
        <p className="text-12 text-muted">
          {placed === 'in_place'
            ? t('popup.inPlaceWhy', { app: app ?? t('popup.theApp') })
            : t('popup.onClipboardWhy')}
        </p>
      </div>
    </div>
  );
}

function Failed({ title, why }: { title: string; why: string | undefined }) {
  return (
    <div role="alert" className="flex items-start gap-2">
      <Icon of={CircleX} className="mt-0.5 text-danger" />
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <p className="font-strong">{title}</p>
        {why && <p className="text-12 text-muted">{why}</p>}
      </div>
    </div>
  );
}
