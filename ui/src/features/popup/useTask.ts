import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Error as Failure } from '@/generated/Error';
import type { Replaced } from '@/generated/Replaced';
import type { Selection } from '@/generated/Selection';
import type { UserPart } from '@/generated/UserPart';
import { useActions, useBackend, useSession } from '@/session/context';
import { failureOf } from '@/session/settings';
import { shown } from '@/session/store';
import { textOf } from '@/session/turns';
import { message, runCommand, type Task } from './actions';
import type { Surroundings } from './useSummons';

export type Work = ReturnType<typeof useTask>;

/** So much of the text stands in a conversation's title. */
const TITLE = 40;

/** What was asked of the model about one selection, and what becomes of the answer. */
export function useTask(
  selection: Selection,
  text: string,
  around: Surroundings | null,
  onClose: () => void,
) {
  const { t } = useTranslation();
  const backend = useBackend();
  const actions = useActions();
  const [task, setTask] = useState<Task | null>(null);
  const [conversation, setConversation] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [began, setBegan] = useState(0);
  const [placed, setPlaced] = useState<'under way' | Replaced | null>(null);
  const busy = useRef(false);
  const responding = useSession((state) => shown(state).responding);
  const items = useSession((state) => shown(state).items);
  const cost = useSession((state) => shown(state).meta.cost);

  /** A conversation of its own that runs nothing, out of the way of the others. */
  const begin = async (next: Task) => {
    const { model } = around ?? {};
    const chat = next.output === 'chat';
    const { conversation: id } = await backend.submit({
      op: 'submit',
      content: message(next.prompt, text),
      settings: {
        os: false,
        ...(!chat && { mode: 'chat_only' }),
        ...(!chat && model?.state === 'ready' && model.pass && { model: model.pass }),
      },
    });
    if (id === undefined) return;
    const about = text.replace(/\s+/g, ' ').trim().slice(0, TITLE);
    const title = about ? t('popup.titleOf', { action: next.name, text: about }) : '';
    if (title) await backend.submit({ op: 'rename', conversation: id, title });
    if (chat) {
      await backend.shell?.showMain(`conversation/${id}`);
      onClose();
      return;
    }
    setConversation(id);
    void actions.open(id);
    await backend.submit({ op: 'arrange', conversation: id, archived: true });
  };

  /** One at a time; what is refused is shown. */
  const attempt = async (work: () => Promise<unknown>) => {
    if (busy.current) return;
    busy.current = true;
    setFailure(null);
    try {
      await work();
    } catch (thrown) {
      setFailure(failureOf(thrown));
    } finally {
      busy.current = false;
    }
  };

  const start = (next: Task) => {
    setTask(next);
    setBegan(Date.now());
    void attempt(() => begin(next));
  };

  const retry = () => {
    if (!task) return;
    setBegan(Date.now());
    setPlaced(null);
    if (conversation === null) void attempt(() => begin(task));
    else {
      const last = items.findLastIndex(({ role }) => role === 'user');
      const first = items[last + 1]?.id;
      void attempt(() => actions.regenerate(first));
    }
  };

  const ask = (question: string) => {
    if (conversation === null) return;
    setBegan(Date.now());
    const content: UserPart[] = [{ type: 'message', content: question }];
    void attempt(() => backend.submit({ op: 'submit', conversation, content }));
  };

  const place = (replacement: string, after: boolean) =>
    void attempt(async () => {
      setPlaced('under way');
      try {
        const { replaced } = await backend.submit({
          op: 'replace',
          selection: selection.id,
          text: replacement,
          ...(after && { after }),
        });
        setPlaced(replaced ?? 'in_place');
      } catch (thrown) {
        setPlaced(null);
        throw thrown;
      }
    });

  /** Out of the archive again, and into the window that has room for it. */
  const openMain = () =>
    void attempt(async () => {
      if (conversation === null) return;
      await backend.submit({ op: 'arrange', conversation, archived: false });
      await backend.shell?.showMain(`conversation/${conversation}`);
      onClose();
    });

  /**
   * A card in the main window that waits for approval. Rules that would let it run at
   * once may be in force; then it becomes a draft there, which the person sends.
   */
  const run = (language: string) =>
    void attempt(async () => {
      const said = runCommand(language, text);
      const { grants } = await backend.query({ query: 'grants' });
      const runs = ({ verdict, matches }: (typeof grants)[number]['rule']) =>
        verdict === 'allow' && ['code', 'command', 'language'].includes(matches.what);
      if (grants.some(({ rule }) => runs(rule))) {
        await backend.shell?.showMain(`new?text=${encodeURIComponent(said.content)}`);
      } else {
        const { conversation: id } = await backend.submit({
          op: 'submit',
          content: [said],
          settings: { model: 'builtin/commands', mode: 'ask_every_time', os: false },
        });
        await backend.shell?.showMain(`conversation/${id}`);
      }
      onClose();
    });

  const connect = () => {
    void backend.shell?.showMain('settings/models');
    onClose();
  };

  const said = items.slice(items.findLastIndex(({ role }) => role === 'user') + 1);
  const reply = said
    .filter(({ role, type }) => role === 'assistant' && type === 'message')
    .map(textOf)
    .join('\n\n');
  const refusal = said.findLast(({ role, type }) => role === 'server' && type === 'error');
  const wrong = failure ?? (refusal ? (refusal.content as Failure) : null);
  const state = wrong
    ? 'failed'
    : conversation === null || said.length === 0
      ? 'sending'
      : responding
        ? 'writing'
        : 'done';
  return {
    task,
    conversation,
    state,
    failure: wrong,
    reply,
    items,
    began,
    cost,
    placed,
    start,
    retry,
    ask,
    place,
    openMain,
    run,
    connect,
    stop: () => void actions.stop(),
  } as const;
}
