/* What the person does with steps: what was refused is told where they did it. */
import { useMemo, useState } from 'react';
import { saveText } from '@/components/save';
import { useActions, useBackend } from '@/session/context';
import { failureOf } from '@/session/settings';

export type StepActions = {
  /** Says of a step that it was wrong, or takes that back. */
  mark(number: number, wrong: boolean, note?: string): Promise<void>;
  /** Does steps again, in a conversation of their own that is then shown. */
  replay(numbers: readonly number[]): Promise<void>;
  /** All of them as one page. */
  save(screenshots: boolean): Promise<void>;
};

export function useStepActions(conversation: string): {
  actions: StepActions;
  failed: string | undefined;
} {
  const backend = useBackend();
  const { open } = useActions();
  const [failed, setFailed] = useState<string>();
  const actions = useMemo(() => {
    const attempt = async (act: () => Promise<void>) => {
      setFailed(undefined);
      try {
        await act();
      } catch (thrown) {
        const { message, remedy } = failureOf(thrown);
        setFailed(remedy ? `${message} ${remedy}` : message);
      }
    };
    return {
      mark: (number: number, wrong: boolean, note?: string) =>
        attempt(async () => {
          await backend.submit({ op: 'mark', conversation, number, wrong, ...(note && { note }) });
        }),
      replay: (numbers: readonly number[]) =>
        attempt(async () => {
          const receipt = await backend.submit({
            op: 'replay',
            conversation,
            numbers: [...numbers],
          });
          if (receipt.conversation) await open(receipt.conversation);
        }),
      save: (screenshots: boolean) =>
        attempt(async () => {
          const { name, text } = await backend.query({
            query: 'export',
            conversation,
            format: 'steps',
            screenshots,
          });
          await saveText(backend.shell, name, text);
        }),
    };
  }, [backend, conversation, open]);
  return { actions, failed };
}
