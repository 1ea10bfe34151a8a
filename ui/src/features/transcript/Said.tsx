import {
  ChevronDown,
  ChevronRight,
  Copy,
  Ellipsis,
  FileText,
  GitBranch,
  Pencil,
  Trash2,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { Tag } from '@/components/Chip';
import { timeOfDay } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Menu, MenuItem, MenuLine } from '@/components/Menu';
import { Picture } from '@/components/Picture';
import { useActions, useSession } from '@/session/context';
import { saidAgain } from '@/session/messages';
import { shown } from '@/session/store';
import { type Turn, textOf } from '@/session/turns';
import { pastedFile } from './pasted';
import { Removal } from './Removal';

/** More of a message than this folds. */
const LONG = 4000;

/** What the person said, as the heading of its turn. */
export function Said({ turn, responding }: { turn: Turn; responding: boolean }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const [whole, setWhole] = useState(false);
  const items = turn.said;
  const files = items.filter((item) => item.type === 'message' && pastedFile(textOf(item)));
  const quotes = items.filter((item) => item.type === 'message' && item.format === 'quote');
  const text = items
    .filter((item) => item.type === 'message' && !files.includes(item) && !quotes.includes(item))
    .map(textOf)
    .join('\n\n');
  const at = items[0]?.at;
  const others = items.filter(({ type }) => type !== 'message');
  if (editing) return <Edit turn={turn} text={text} onClose={() => setEditing(false)} />;
  const long = text.length > LONG;
  return (
    <div
      data-jump
      tabIndex={-1}
      className="flex flex-col gap-2 rounded-3 border border-border bg-sunken px-3 py-2"
    >
      <div className="flex items-baseline gap-3 text-14">
        <h2 className="min-w-0 flex-1 whitespace-pre-wrap [overflow-wrap:anywhere]" dir="auto">
          {long && !whole ? `${text.slice(0, LONG)}…` : text}
        </h2>
        <span className="near -my-1 flex flex-none self-start">
          <SaidMenu
            turn={turn}
            text={text}
            responding={responding}
            onEdit={() => setEditing(true)}
          />
        </span>
        <span className="num flex-none text-12 text-muted">
          {at === undefined ? t('app.you') : t('app.youAt', { time: timeOfDay(at) })}
        </span>
      </div>
      {long && (
        <span>
          <Button look="quiet" aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {t(whole ? 'turn.showLess' : 'turn.showWhole')}
          </Button>
        </span>
      )}
      {quotes.map((item) => (
        <blockquote
          key={item.id}
          data-quote
          dir="auto"
          className="max-h-60 overflow-auto whitespace-pre-wrap border-border-strong border-s-2 ps-3 text-muted [overflow-wrap:anywhere]"
        >
          {textOf(item)}
        </blockquote>
      ))}
      {files.map((item) => (
        <PastedFile key={item.id} text={textOf(item)} />
      ))}
      {others.length > 0 && (
        <div className="flex flex-wrap items-end gap-2">
          {others.map((item) =>
            item.type === 'image' && item.format !== 'path' ? (
              <Picture key={item.id} item={item} name={t('turn.attachedPicture')} width={320} />
            ) : (
              <span key={item.id} title={textOf(item)}>
                <Tag icon={FileText}>{textOf(item).split(/[\\/]/).at(-1)}</Tag>
              </span>
            ),
          )}
        </div>
      )}
    </div>
  );
}

/** A text file that went along as text: its name, its contents on demand. */
function PastedFile({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const file = pastedFile(text);
  if (!file) return null;
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="inline-flex h-6 items-center gap-1.5 rounded-1 px-1 text-12 text-muted hover:bg-hover"
      >
        <Icon of={open ? ChevronDown : ChevronRight} size={14} />
        <Icon of={FileText} size={14} />
        {file.name}
      </button>
      {open && (
        <pre className="mt-1 max-h-60 overflow-auto whitespace-pre-wrap font-mono text-code [overflow-wrap:anywhere]">
          {file.content.slice(0, 50_000)}
        </pre>
      )}
    </div>
  );
}

type MenuProps = { turn: Turn; text: string; responding: boolean; onEdit: () => void };

function SaidMenu({ turn, text, responding, onEdit }: MenuProps) {
  const { t } = useTranslation();
  const { branch } = useActions();
  const readOnly = useSession((state) => state.loaded[state.current ?? '']?.readOnly !== undefined);
  const [removing, setRemoving] = useState(false);
  const first = turn.said[0]?.id;
  return (
    <>
      <Menu
        label={t('turn.menu')}
        button={
          <IconButton small icon={Ellipsis} name={t('turn.menu')} data-action="message-menu" />
        }
      >
        <MenuItem icon={Copy} onSelect={() => void navigator.clipboard.writeText(text)}>
          {t('turn.copy')}
        </MenuItem>
        <MenuItem icon={Pencil} onSelect={onEdit} data-action="edit-message">
          {t('turn.edit')}
        </MenuItem>
        <MenuItem icon={GitBranch} onSelect={() => void branch(first)}>
          {t('turn.branchBefore')}
        </MenuItem>
        <MenuLine />
        <MenuItem
          icon={Trash2}
          danger
          disabled={responding || readOnly}
          onSelect={() => setRemoving(true)}
          data-action="delete-from"
        >
          {t('turn.delete')}
        </MenuItem>
      </Menu>
      <Removal from={first} open={removing} onClose={() => setRemoving(false)} />
    </>
  );
}

/** The message as a field; what is sent begins a branch, and this one stays as it is. */
function Edit({ turn, text, onClose }: { turn: Turn; text: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { resend } = useActions();
  const empty = useSession((state) => shown(state).items.length === 0);
  const [words, setWords] = useState(text);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const first = turn.said[0]?.id;
  const send = async () => {
    if (!first || busy || words.trim() === '' || empty) return;
    setBusy(true);
    if (!(await resend(first, saidAgain(turn.said, words)))) setBusy(false);
  };
  return (
    <form
      className="rounded-3 border border-border-strong bg-surface p-2"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={field}
        aria-label={t('turn.editLabel')}
        value={words}
        rows={Math.min(12, words.split('\n').length + 1)}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onClose();
          } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            void send();
          }
        }}
        className="block w-full resize-none bg-transparent px-1 py-0.5 text-14 outline-none"
      />
      <div className="mt-1 flex flex-wrap items-center gap-2">
        <Button
          look="primary"
          type="submit"
          off={busy ? t('turn.busy') : undefined}
          data-action="resend"
        >
          {t('turn.resend')}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {t('turn.cancel')}
        </Button>
        <span className="text-12 text-muted">{t('turn.editNote')}</span>
      </div>
    </form>
  );
}
