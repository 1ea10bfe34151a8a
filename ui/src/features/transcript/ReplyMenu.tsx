import { Copy, Ellipsis, FileCode, GitBranch, RotateCcw, Shuffle, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { CopyButton } from '@/components/CopyButton';
import { modelName, providerName } from '@/components/format';
import { Menu, MenuItem, MenuLine, MenuMore } from '@/components/Menu';
import type { Item } from '@/generated/Item';
import { useActions, useSession, useSessionStore } from '@/session/context';
import { choices, shown } from '@/session/store';
import { type Turn, textOf } from '@/session/turns';
import { Removal } from './Removal';

/** Models offered for another answer; any other is chosen in the header. */
const MOST = 12;

/** What can be done with a text of the assistant. Only the end of a turn is made anew. */
export function ReplyMenu({
  turn,
  at,
  responding,
}: {
  turn: Turn;
  at: number;
  responding: boolean;
}) {
  const { t } = useTranslation();
  const actions = useActions();
  const models = useSession((state) => state.models);
  const current = useSession((state) => choices(state).model);
  const readOnly = useSession((state) => state.loaded[state.current ?? '']?.readOnly !== undefined);
  const [removing, setRemoving] = useState(false);
  const here = useRef<HTMLSpanElement>(null);
  const store = useSessionStore();
  const item = turn.blocks[at]?.item;
  if (!item) return null;
  const text = textOf(item);
  const off = responding || readOnly;
  const first = turn.blocks[0]?.item.id;
  const others = models.filter(({ ready, name }) => ready && name !== current).slice(0, MOST);
  const copyPlain = () => {
    const drawn = here.current?.closest('[data-message]')?.querySelector<HTMLElement>('.md');
    // As it is read, with its line ends, which its text content has not.
    // biome-ignore lint/performance/useDomNodeTextContent: see above
    void navigator.clipboard.writeText(drawn?.innerText ?? text);
  };
  return (
    <span ref={here} className="near flex flex-none">
      <CopyButton small text={text} name={t('turn.copyMarkdown')} />
      <Menu
        label={t('turn.replyMenu')}
        button={
          <IconButton small icon={Ellipsis} name={t('turn.replyMenu')} data-action="reply-menu" />
        }
      >
        <MenuItem icon={Copy} onSelect={copyPlain}>
          {t('turn.copy')}
        </MenuItem>
        <MenuItem icon={FileCode} onSelect={() => void navigator.clipboard.writeText(text)}>
          {t('turn.copyMarkdown')}
        </MenuItem>
        <MenuLine />
        <MenuItem
          icon={RotateCcw}
          disabled={off}
          onSelect={() => void actions.regenerate(first)}
          data-action="regenerate"
        >
          {t('turn.regenerate')}
        </MenuItem>
        {others.length > 0 && (
          <MenuMore icon={Shuffle} name={t('turn.regenerateWith')}>
            {others.map(({ name }) => (
              <MenuItem
                key={name}
                onSelect={() => void actions.regenerate(first, name)}
                aside={providerName(name)}
              >
                {modelName(name)}
              </MenuItem>
            ))}
          </MenuMore>
        )}
        <MenuItem
          icon={GitBranch}
          onSelect={() => void actions.branch(after(turn, shown(store.getState()).items))}
          data-action="branch"
        >
          {t('turn.branch')}
        </MenuItem>
        <MenuLine />
        <MenuItem icon={Trash2} danger disabled={off} onSelect={() => setRemoving(true)}>
          {t('turn.deleteReply')}
        </MenuItem>
      </Menu>
      <Removal from={item.id} open={removing} onClose={() => setRemoving(false)} />
    </span>
  );
}

/** The item after a turn. */
function after(turn: Turn, items: readonly Item[]): string | undefined {
  const ids = new Set(
    turn.blocks.flatMap((block) => [
      block.item.id,
      ...('results' in block ? block.results.map(({ id }) => id) : []),
    ]),
  );
  return items[items.findLastIndex(({ id }) => ids.has(id)) + 1]?.id;
}
