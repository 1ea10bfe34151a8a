import { FileText } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Tag } from '@/components/Chip';
import { timeOfDay } from '@/components/format';
import { Markdown } from '@/components/Markdown';
import { Picture } from '@/components/Picture';
import type { Error as Failure } from '@/generated/Error';
import type { InputRequest } from '@/generated/InputRequest';
import type { Item } from '@/generated/Item';
import type { Pending } from '@/generated/Pending';
import { type Block, type Turn, textOf } from '@/session/turns';
import { show } from '@/session/view';
import { ActionStep } from './ActionStep';
import { CallCard } from './CallCard';
import { CodeCard } from './CodeCard';
import { ErrorNote } from './ErrorNote';
import { HtmlResult } from './HtmlResult';
import { Reasoning } from './Reasoning';

type Props = {
  turn: Turn;
  number: number;
  last: boolean;
  responding: boolean;
  pending: readonly Pending[];
  inputs: readonly InputRequest[];
  model: string;
  onAgain: (turn: Turn, goesOn: boolean) => void;
};

/** What the person said as a heading, then text and cards. */
export const TurnView = memo(function TurnView(props: Props) {
  const { turn, number, last, responding } = props;
  const { t } = useTranslation();
  return (
    <article
      data-turn
      aria-label={t('transcript.turn', { number })}
      className="flex flex-col gap-3 [contain-intrinsic-size:auto_200px]"
    >
      {turn.said.length > 0 && <Said items={turn.said} />}
      {turn.blocks.map((block, at) => (
        <BlockView
          key={block.item.id}
          {...props}
          block={block}
          live={responding && at === turn.blocks.length - 1}
          before={pictureBefore(turn.blocks, at)}
          end={last && at === turn.blocks.length - 1}
        />
      ))}
    </article>
  );
}, same);

/** A turn that is over is not drawn again because another one asks for something. */
function same(a: Props, b: Props): boolean {
  const quiet = !a.responding && !b.responding && !a.last && !b.last;
  return (
    a.turn === b.turn &&
    a.number === b.number &&
    a.model === b.model &&
    (quiet ||
      (a.responding === b.responding &&
        a.last === b.last &&
        a.pending === b.pending &&
        a.inputs === b.inputs &&
        a.onAgain === b.onAgain))
  );
}

function Said({ items }: { items: readonly Item[] }) {
  const { t } = useTranslation();
  const text = items
    .filter(({ type }) => type === 'message')
    .map(textOf)
    .join('\n\n');
  const at = items[0]?.at;
  const others = items.filter(({ type }) => type !== 'message');
  return (
    <div className="flex flex-col gap-2 rounded-3 border border-border bg-sunken px-3 py-2">
      <div className="flex items-baseline gap-3 text-14">
        <h2 className="min-w-0 flex-1 whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</h2>
        <span className="num flex-none text-12 text-muted">
          {at === undefined ? t('app.you') : t('app.youAt', { time: timeOfDay(at) })}
        </span>
      </div>
      {others.map((item) =>
        item.type === 'image' && item.format !== 'path' ? (
          <Picture
            key={item.id}
            item={item}
            name={t('transcript.attached', { name: '' })}
            width={320}
          />
        ) : (
          <span key={item.id}>
            <Tag icon={FileText}>{textOf(item).split(/[\\/]/).at(-1)}</Tag>
          </span>
        ),
      )}
    </div>
  );
}

type BlockProps = Props & { block: Block; live: boolean; before: Item | undefined; end: boolean };

function BlockView(props: BlockProps) {
  const { block, live, before, end, turn, responding, pending, inputs, model, onAgain } = props;
  const { t } = useTranslation();
  const { item } = block;
  const asked = pending.find((other) => other.item === item.id);
  switch (block.kind) {
    case 'text': {
      const writing = live && !item.complete;
      return (
        <div data-message>
          <Markdown text={textOf(item)} streaming={writing} />
          {item.cut_off && <p className="mt-1 text-12 text-muted">{t('transcript.cutOff')}</p>}
        </div>
      );
    }
    case 'reasoning':
      return <Reasoning item={item} live={live && !item.complete} />;
    case 'code':
      return (
        <CodeCard
          item={item}
          results={block.results}
          pending={asked}
          input={inputs.find((input) => input.item === item.id)}
          responding={responding}
          model={model}
        />
      );
    case 'action':
      return (
        <ActionStep
          item={item}
          results={block.results}
          before={before}
          pending={asked}
          responding={responding}
        />
      );
    case 'call':
      return (
        <CallCard item={item} results={block.results} pending={asked} responding={responding} />
      );
    case 'error': {
      const ran = turn.blocks.some(({ kind }) => kind !== 'error' && kind !== 'reasoning');
      return (
        <ErrorNote
          failure={item.content as Failure}
          onModel={end ? () => show({ models: true }) : undefined}
          onAgain={end && !responding ? () => onAgain(turn, ran) : undefined}
          goesOn={ran}
        />
      );
    }
    case 'result':
      return <Loose item={item} />;
  }
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
    <p className="text-12 text-muted">{text}</p>
  ) : (
    <pre className="overflow-x-auto font-mono text-code">{text}</pre>
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
