import { ChevronDown, ChevronRight } from 'lucide-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { lineCount } from '@/components/format';
import { Icon } from '@/components/Icon';
import { Markdown } from '@/components/Markdown';
import type { Item } from '@/generated/Item';
import { textOf } from '@/session/turns';

/** What the model thought, folded. */
export const Reasoning = memo(function Reasoning({ item, live }: { item: Item; live: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const text = textOf(item);
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="-ml-2 flex h-7 items-center gap-1.5 rounded-2 px-2 text-12 text-muted hover:bg-hover"
      >
        <Icon of={open ? ChevronDown : ChevronRight} size={14} />
        <span>{live ? t('transcript.reasoningNow') : t('transcript.reasoning')}</span>
        <span className="num text-faint">{t('card.lines', { count: lineCount(text) })}</span>
      </button>
      {open && (
        <div className="mt-1 border-border border-l-2 pl-3 text-muted">
          <Markdown text={text} streaming={live} />
        </div>
      )}
    </div>
  );
});
