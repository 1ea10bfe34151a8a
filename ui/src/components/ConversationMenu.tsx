import {
  Archive,
  ArchiveRestore,
  Check,
  ChevronRight,
  Copy,
  Download,
  GitBranch,
  type LucideIcon,
  Pencil,
  Pin,
  PinOff,
  Trash2,
} from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportFormat } from '@/generated/ExportFormat';
import type { Item as Said } from '@/generated/Item';
import { useActions, useSession, useSessionStore } from '@/session/context';
import { startRename, useHistoryActions } from '@/session/history';
import { speaks, textOf } from '@/session/turns';
import { Icon } from './Icon';

const ITEM =
  'flex min-h-8 items-center gap-2 rounded-2 px-2 outline-none data-[highlighted]:bg-hover data-[state=open]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2';
const MENU =
  'z-60 min-w-48 max-w-[calc(100vw-16px)] rounded-3 border border-border-strong bg-raised p-1';

export const FORMATS: readonly Exclude<ExportFormat, 'steps'>[] = [
  'markdown',
  'notebook',
  'json',
  'html',
];

type Props = {
  id: string;
  where: 'list' | 'header';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** After it was deleted; says where the focus goes. */
  onRemoved?: () => void;
  /** The button it hangs under. */
  children: ReactNode;
};

/** What can be done with a conversation, under a button. */
export function ConversationMenu({ id, where, open, onOpenChange, onRemoved, children }: Props) {
  const { t } = useTranslation();
  const actions = useHistoryActions();
  const row = useSession((state) => state.conversations?.find((known) => known.id === id));
  const damaged = row?.damaged !== undefined;
  // What was chosen takes the focus itself.
  const stay = useRef(false);
  const doThen = (act: () => unknown) => () => {
    stay.current = true;
    void act();
  };
  return (
    <DropdownMenu.Root
      modal={false}
      {...(open !== undefined && { open })}
      {...(onOpenChange && { onOpenChange })}
    >
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className={MENU}
          onCloseAutoFocus={(event) => {
            if (stay.current) event.preventDefault();
            stay.current = false;
          }}
        >
          {!damaged && (
            <>
              <Item icon={Pencil} onSelect={doThen(() => startRename(id, where))}>
                {t('header.rename')}
              </Item>
              <Item
                icon={row?.pinned ? PinOff : Pin}
                onSelect={() => actions.arrange(id, { pinned: !row?.pinned })}
              >
                {t(row?.pinned ? 'history.unpin' : 'history.pin')}
              </Item>
              <Item icon={Copy} onSelect={doThen(() => actions.duplicate(id))}>
                {t('history.duplicate')}
              </Item>
              {where === 'header' && <Branch id={id} then={doThen} />}
            </>
          )}
          <Export id={id} />
          {!damaged && (
            <Item
              icon={row?.archived ? ArchiveRestore : Archive}
              onSelect={() => actions.arrange(id, { archived: !row?.archived })}
            >
              {t(row?.archived ? 'history.unarchive' : 'history.archive')}
            </Item>
          )}
          <DropdownMenu.Separator className="my-1 border-border border-t" />
          <Item
            icon={Trash2}
            danger
            onSelect={doThen(async () => {
              if (await actions.remove(id)) onRemoved?.();
            })}
          >
            {t('header.delete')}
          </Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** A copy without the last message and its answer; the message waits in the field. */
function Branch({ id, then }: { id: string; then: (act: () => unknown) => () => void }) {
  const { t } = useTranslation();
  const branch = useBranch();
  const spoke = useSession((state) => state.loaded[id]?.transcript.items.some(speaks));
  if (!spoke) return null;
  return (
    <Item icon={GitBranch} onSelect={then(branch)}>
      {t('history.branch')}
    </Item>
  );
}

/** Says the last thing again in a copy: makes the copy, and puts the text into the field. */
export function useBranch(): () => Promise<boolean> {
  const store = useSessionStore();
  const { setDraft } = useActions();
  const { duplicate } = useHistoryActions();
  return async () => {
    const { current, loaded } = store.getState();
    const items = current ? loaded[current]?.transcript.items : undefined;
    const last = items?.findLastIndex(speaks) ?? -1;
    if (!current || !items || last === -1) return false;
    let first = last;
    for (let at = first - 1; items[at] && speaks(items[at] as Said); at--) first = at;
    const text = items
      .slice(first, last + 1)
      .filter(({ type }) => type === 'message')
      .map(textOf)
      .join('\n\n');
    if (!(await duplicate(current, items[first]?.id))) return false;
    setDraft(text);
    document.getElementById('composer')?.focus();
    return true;
  };
}

function Export({ id }: { id: string }) {
  const { t } = useTranslation();
  const { save } = useHistoryActions();
  const [screenshots, setScreenshots] = useState(false);
  const used = useSession(
    (state) => state.conversations?.find((known) => known.id === id)?.used_screen,
  );
  return (
    <DropdownMenu.Sub onOpenChange={() => setScreenshots(false)}>
      <DropdownMenu.SubTrigger className={ITEM}>
        <Icon of={Download} size={14} className="text-muted" />
        <span className="flex-1">{t('history.export')}</span>
        <Icon of={ChevronRight} size={14} className="text-muted rtl:-scale-x-100" />
      </DropdownMenu.SubTrigger>
      <DropdownMenu.Portal>
        <DropdownMenu.SubContent sideOffset={4} collisionPadding={8} className={MENU}>
          {FORMATS.map((format) => (
            <DropdownMenu.Item
              key={format}
              className={ITEM}
              onSelect={() => save(id, format, screenshots)}
            >
              <span className="flex-1">{t(`history.format_${format}`)}</span>
              <span className="text-12 text-muted">{t(`history.format_${format}Why`)}</span>
            </DropdownMenu.Item>
          ))}
          {used && (
            <>
              <DropdownMenu.Separator className="my-1 border-border border-t" />
              <DropdownMenu.CheckboxItem
                className={ITEM}
                checked={screenshots}
                onCheckedChange={setScreenshots}
                onSelect={(event) => event.preventDefault()}
              >
                <span
                  aria-hidden
                  className={`grid size-4 flex-none place-items-center rounded-1 border ${screenshots ? 'border-primary bg-primary text-on-primary' : 'border-border-strong bg-surface'}`}
                >
                  {screenshots && <Icon of={Check} size={12} />}
                </span>
                {t('history.screenshots')}
              </DropdownMenu.CheckboxItem>
            </>
          )}
        </DropdownMenu.SubContent>
      </DropdownMenu.Portal>
    </DropdownMenu.Sub>
  );
}

type ItemProps = { icon: LucideIcon; danger?: boolean; onSelect: () => void; children: string };

function Item({ icon, danger = false, onSelect, children }: ItemProps) {
  return (
    <DropdownMenu.Item className={`${ITEM} ${danger ? 'text-danger' : ''}`} onSelect={onSelect}>
      <Icon of={icon} size={14} className={danger ? '' : 'text-muted'} />
      {children}
    </DropdownMenu.Item>
  );
}
