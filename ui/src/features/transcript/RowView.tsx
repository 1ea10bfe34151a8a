import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Markdown } from '@/components/Markdown';
import { Picture } from '@/components/Picture';
import type { Error as Failure } from '@/generated/Error';
import type { InputRequest } from '@/generated/InputRequest';
import type { Item } from '@/generated/Item';
import type { Pending } from '@/generated/Pending';
import { type Block, textOf } from '@/session/turns';
import { ActionStep } from './ActionStep';
import { CallCard } from './CallCard';
import { CodeCard } from './CodeCard';
import { ErrorNote } from './ErrorNote';
import { HtmlResult } from './HtmlResult';
import { Output } from './Output';
import { Reasoning } from './Reasoning';
import { ReplyMenu } from './ReplyMenu';
import type { Row } from './rows';
import { Said } from './Said';

type Props = {
  row: Row;
  /** Nothing comes after it. */
  last: boolean;
  /** Its turn goes on. */
  responding: boolean;
  asked: Pending | undefined;
  input: InputRequest | undefined;
};

/** What was said, or one block of what followed. */
export const RowView = memo(function RowView(props: Props) {
  const { row, last, responding, asked, input } = props;
  const { t } = useTranslation();
  const { turn, block, at } = row;
  if (!block) return <Said turn={turn} responding={responding} />;
  const { item } = block;
  switch (block.kind) {
    case 'text': {
      const writing = responding && last && !item.complete;
      return (
        <div data-message className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <Markdown text={textOf(item)} streaming={writing} />
            {item.cut_off && <p className="mt-1 text-12 text-muted">{t('transcript.cutOff')}</p>}
          </div>
          {!writing && <ReplyMenu turn={turn} at={at} responding={responding} />}
        </div>
      );
    }
    case 'reasoning':
      return <Reasoning item={item} live={responding && last && !item.complete} />;
    case 'code':
      return (
        <CodeCard
          item={item}
          results={block.results}
          pending={asked}
          input={input}
          responding={responding}
        />
      );
    case 'action':
      return (
        <ActionStep
          item={item}
          results={block.results}
          before={pictureBefore(turn.blocks, at)}
          pending={asked}
          responding={responding}
        />
      );
    case 'call':
      return (
        <CallCard item={item} results={block.results} pending={asked} responding={responding} />
      );
    case 'error':
      return (
        <ErrorNote
          failure={item.content as Failure}
          turn={turn}
          open={last && !responding}
          settled={settledBy(turn.blocks, at)}
        />
      );
    case 'result':
      return <Loose item={item} />;
  }
}, same);

/** What is over is not drawn again because its turn asks for something. */
function same(a: Props, b: Props): boolean {
  return (
    a.row.block === b.row.block &&
    a.row.turn.said === b.row.turn.said &&
    a.last === b.last &&
    a.responding === b.responding &&
    a.asked === b.asked &&
    a.input === b.input &&
    // Text and errors offer what touches what follows them.
    (a.row.turn === b.row.turn ||
      (b.responding && !['text', 'error'].includes(b.row.block?.kind ?? 'text')))
  );
}

/** What came after an error in its turn: the model was asked again. */
function settledBy(blocks: readonly Block[], at: number): Item | undefined {
  return blocks.slice(at + 1).find(({ kind }) => kind !== 'error')?.item;
}

/** Something the computer showed that belongs to no card. */
function Loose({ item }: { item: Item }) {
  const { t } = useTranslation();
  if (item.type === 'image') {
    const name = item.frame ? t('card.screenshot') : t('card.plot', { language: t('app.name') });
    return <Picture item={item} name={name} width={480} />;
  }
  if (item.type === 'code' && item.format === 'html') return <HtmlResult html={textOf(item)} />;
  const text = textOf(item);
  if (!text) return null;
  return item.type === 'message' ? (
    <p className="text-12 text-muted [overflow-wrap:anywhere]">{text}</p>
  ) : (
    <Output result={item} state="done" />
  );
}

/** The picture an action was decided on: the last one before it. */
function pictureBefore(blocks: readonly Block[], at: number): Item | undefined {
  for (let index = at - 1; index >= 0; index--) {
    const block = blocks[index];
    if (!block || !('results' in block)) continue;
    const picture = block.results.findLast(({ type, frame }) => type === 'image' && frame);
    if (picture) return picture;
  }
  return undefined;
}
