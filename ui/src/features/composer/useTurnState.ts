import { useTranslation } from 'react-i18next';
import { lineCount } from '@/components/format';
import { useSession } from '@/session/context';
import { shown } from '@/session/store';
import { codeOf } from '@/session/turns';

/** What is going on, in a few words; nothing while nothing is. */
export function useTurnState(): string {
  const { t } = useTranslation();
  const transcript = useSession(shown);
  if (!transcript.responding) return '';
  const pending = transcript.pending.at(-1);
  if (pending) {
    if (pending.format === 'action') return t('composer.stateWaitingAction');
    if (pending.format === 'tool') {
      const { name } = (pending.content ?? {}) as { name?: string };
      return t('composer.stateWaitingTool', { name: name ?? '' });
    }
    const item = transcript.items.find(({ id }) => id === pending.item);
    const code = item ? codeOf(item) : '';
    return t('composer.stateWaiting', { what: title(item?.format), count: lineCount(code) });
  }
  if (transcript.inputs.length > 0) return t('composer.stateInput');
  const running = transcript.items.findLast(({ run }) => run?.state === 'running');
  if (running?.type === 'code')
    return t('composer.stateRunning', { language: title(running.format) });
  const last = transcript.items.at(-1);
  const writes = last && !last.complete && last.role === 'assistant' && last.type !== 'reasoning';
  return writes ? t('composer.stateWriting') : t('composer.stateThinking');
}

const title = (language = '') => language.charAt(0).toUpperCase() + language.slice(1);
