import { Code, Pencil, RotateCw, Save, ShieldCheck, Terminal, UserRound } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { Tag } from '@/components/Chip';
import { CopyButton } from '@/components/CopyButton';
import { isOver, STATES } from '@/components/cardState';
import { lineCount } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Changes, Source } from '@/components/Source';
import { Status } from '@/components/Status';
import { saveText } from '@/components/save';
import type { InputRequest } from '@/generated/InputRequest';
import type { Item } from '@/generated/Item';
import type { Pending } from '@/generated/Pending';
import { useBackend } from '@/session/context';
import { CardActions } from './CardActions';
import { CardEditor } from './CardEditor';
import { CardInput } from './CardInput';
import { figures, RiskNote } from './CardNotes';
import { CardResults } from './CardResults';
import { fileName } from './fileName';
import { shortPlace } from './place';
import { useCard } from './useCard';

export type CardProps = {
  item: Item;
  results: readonly Item[];
  pending: Pending | undefined;
  input: InputRequest | undefined;
  responding: boolean;
};

/** Code and what became of it: what, where, risk, code, output, actions, who decided. */
export const CodeCard = memo(function CodeCard(props: CardProps) {
  const { item, results, input } = props;
  const { t } = useTranslation();
  const { shell } = useBackend();
  const card = useCard(props);
  const { state, language, code, written, changed, live } = card;
  const format = item.format ?? '';

  const place = item.run?.place && shortPlace(item.run.place, language);
  const look = STATES[state];
  const word =
    state === 'no_kernel' ? t('card.no_kernelLanguage', { language }) : t(`card.${state}`);
  const label = t('card.labelShort', { language });
  const dim = ['skipped', 'blocked', 'no_kernel'].includes(state);
  const over = isOver(state);

  return (
    <section
      ref={card.ref}
      data-card
      data-state={state}
      aria-labelledby={card.heading}
      tabIndex={-1}
      onKeyDown={card.keys}
      className={`overflow-hidden rounded-3 border bg-surface ${look.edge}`}
    >
      <div className="flex min-h-9 flex-wrap items-center gap-x-2 border-border border-b pr-2 pl-3">
        <Icon
          of={format === 'shell' || format === 'bash' ? Terminal : Code}
          size={14}
          className="text-muted"
        />
        <h3 id={card.heading} className="flex min-w-0 flex-1 items-center gap-2">
          <span className="font-strong">{language}</span>
          {place && (
            <span className="truncate text-12 text-muted" title={item.run?.place}>
              {place}
            </span>
          )}
          <span className="sr-only">, {word}</span>
        </h3>
        {changed > 0 && <Tag icon={Pencil}>{t('card.changed', { count: changed })}</Tag>}
        {changed === 0 && item.edited !== undefined && (
          <Tag icon={Pencil}>{t('card.editedApproved')}</Tag>
        )}
        {item.role === 'user' && <Tag icon={UserRound}>{t('card.yours')}</Tag>}
        {card.rule !== undefined && (live || item.run?.grant !== undefined) && (
          <Tag icon={ShieldCheck}>{t('card.rule', { rule: card.rule })}</Tag>
        )}
        <Status
          tone={look.tone}
          icon={look.icon}
          word={word}
          extra={figures(t, item, state, code, card.elapsed)}
        />
        {over && (
          <span className="flex">
            {state === 'done' && (
              <IconButton
                icon={RotateCw}
                name={card.busy ?? t('card.rerun')}
                aria-disabled={card.busy ? true : undefined}
                className="aria-disabled:text-faint"
                onClick={() => !card.busy && card.rerun()}
                data-action="rerun"
              />
            )}
            <CopyButton text={code} name={t('card.copy')} />
            {state === 'done' && (
              <IconButton
                icon={Save}
                name={t('card.saveFile')}
                onClick={() => void saveText(shell, fileName(format), `${code}\n`)}
                data-action="save"
              />
            )}
          </span>
        )}
      </div>

      <RiskNote item={item} state={card.result} />

      {card.editing ? (
        <>
          <CardEditor
            code={code}
            before={written}
            language={format}
            label={t('card.editor')}
            onChange={card.change}
            onRun={card.run}
            onLeave={card.leaveEditor}
          />
          {changed > 0 && (
            <div className="border-border border-t">
              <p className="px-3 pt-1.5 text-12 text-muted">{t('card.difference')}</p>
              <Changes
                before={written}
                after={code}
                language={format}
                label={t('card.difference')}
              />
            </div>
          )}
        </>
      ) : card.folded ? null : changed > 0 ? (
        <Changes before={written} after={code} language={format} label={label} />
      ) : (
        <Source
          code={code}
          language={format}
          active={item.active_line}
          dim={dim}
          writing={state === 'writing'}
          label={label}
        />
      )}

      <CardResults
        item={item}
        results={results}
        state={card.result}
        folded={card.folded}
        onFold={card.hasPicture ? card.fold : undefined}
        language={language}
        lines={lineCount(code)}
      />

      {input && live && <CardInput key={input.request} input={input} card={card} item={item.id} />}
      {!(input && live) && <CardActions {...props} card={card} />}
    </section>
  );
});
