import { CornerDownLeft, Eye, EyeOff, OctagonX, Square } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import type { InputRequest } from '@/generated/InputRequest';
import { useActions } from '@/session/context';
import type { Card } from './useCard';

type Props = { input: InputRequest; item: string; card: Card };

/** A line the running program waits for. */
export function CardInput({ input, item, card }: Props) {
  const { t } = useTranslation();
  const { input: send, interrupt } = useActions();
  const [text, setText] = useState('');
  const [seen, setSeen] = useState(false);
  const prompt = input.prompt.trim();
  const answer = (event: FormEvent) => {
    event.preventDefault();
    void send(input.request, text);
  };
  return (
    <form onSubmit={answer}>
      <div className="flex items-center gap-2 border-border border-t px-3 py-2">
        <label className="flex min-w-0 flex-1 items-center gap-2 font-mono text-12">
          <span className={prompt ? 'max-w-1/2 truncate' : 'sr-only'}>
            {prompt || t('card.input')}
          </span>
          <input
            type={input.secret && !seen ? 'password' : 'text'}
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="h-8 min-w-0 flex-1 rounded-2 border border-border-strong bg-surface px-2.5 font-mono text-12 focus-visible:border-focus focus-visible:outline-offset-[-2px]"
          />
        </label>
        {input.secret && (
          <IconButton
            icon={seen ? EyeOff : Eye}
            name={seen ? t('card.hideInput') : t('card.showInput')}
            aria-pressed={seen}
            onClick={() => setSeen(!seen)}
          />
        )}
      </div>
      <div className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-1 border-border border-t py-1.5 pr-3 pl-2">
        <Button big look="primary" type="submit" icon={CornerDownLeft}>
          {t('card.send')}
        </Button>
        <Button big onClick={() => send(input.request, undefined)}>
          {t('card.sendEof')}
        </Button>
        <Button big icon={Square} hint="Ctrl ." onClick={() => interrupt(item)}>
          {t('card.interrupt')}
        </Button>
        {card.stuck && (
          <Button big look="danger" icon={OctagonX} title={t('card.killWhy')} onClick={card.kill}>
            {t('card.kill')}
          </Button>
        )}
        <span className="ml-auto min-w-0 truncate text-12 text-muted">
          {t(input.secret ? 'card.inputSecret' : 'card.inputNote')}
        </span>
      </div>
    </form>
  );
}
