import { Maximize2, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type PointerEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { useZoom, ZoomTools } from '@/components/useZoom';
import type { Item } from '@/generated/Item';
import { type Fetched, Marks, useShot } from './Shot';
import type { Part, Step } from './steps';

/** The two pictures of a step, as far as they are kept. */
type Pictures = {
  before: Seen;
  after: Seen;
  points: readonly Part[];
  size: { width: number; height: number };
  sentence: string;
};
type Seen = Fetched & { image: Item | undefined };

const isKept = ({ image, lost }: Seen): boolean => image !== undefined && !lost;

/**
 * The picture before over the one after, with a slider between them and the place on
 * both. Enlarged, they fill the window and can be looked at more closely.
 */
export function Compare({ step, sentence }: { step: Step; sentence: string }) {
  const { t } = useTranslation();
  const before = { ...useShot(step.before?.image), image: step.before?.image };
  const after = { ...useShot(step.after?.image), image: step.after?.image };
  const [shown, setShown] = useState(50);
  const { width = 16, height = 9 } = (before.image ?? after.image ?? {}) as Partial<Item>;
  const pictures: Pictures = {
    before,
    after,
    points: step.points,
    size: { width, height },
    sentence,
  };
  const both = isKept(before) && isKept(after);
  if (!isKept(before) && !isKept(after)) {
    return <p className="text-12 text-muted">{t('control.noPictures')}</p>;
  }
  return (
    <div className="flex flex-col gap-2">
      <Pair {...pictures} shown={shown} onShow={setShown} />
      <div className="flex items-center gap-3">
        {both ? (
          <Slider shown={shown} onShow={setShown} />
        ) : (
          <p className="min-w-0 flex-1 text-12 text-muted">
            {t(
              step.before && step.after
                ? isKept(before)
                  ? 'steps.onlyBefore'
                  : 'steps.onlyAfter'
                : isKept(before)
                  ? 'control.before'
                  : 'control.after',
            )}
          </p>
        )}
        <Enlarged {...pictures} shown={shown} onShow={setShown} both={both} />
      </div>
    </div>
  );
}

type Shown = { shown: number; onShow: (shown: number) => void };

/** How much of the picture before lies over the one after. */
function Slider({ shown, onShow }: Shown) {
  const { t } = useTranslation();
  return (
    <label className="flex min-w-0 flex-1 items-center gap-2 text-12 text-muted">
      {t('control.before')}
      <input
        type="range"
        min={0}
        max={100}
        step={5}
        value={shown}
        aria-label={t('steps.slider')}
        aria-valuetext={t('steps.sliderValue', { before: shown, after: 100 - shown })}
        onChange={(event) => onShow(Number(event.target.value))}
        data-field="compare"
        className="h-6 min-w-16 flex-1 accent-(--primary)"
      />
      {t('control.after')}
    </label>
  );
}

/** Both pictures in one place. The hand on them moves the line between them. */
function Pair(props: Pictures & Shown & { big?: boolean }) {
  const { before, after, points, size, sentence, shown, onShow, big = false } = props;
  const { t } = useTranslation();
  const both = isKept(before) && isKept(after);
  const part = both ? shown : isKept(before) ? 100 : 0;
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (!both || event.buttons !== 1) return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onShow(Math.max(0, Math.min(100, Math.round(((event.clientX - left) / width) * 100))));
  };
  const names = {
    before: t('control.beforeName', { sentence }),
    after: t('control.afterName', { sentence }),
  };
  return (
    <div
      onPointerDown={move}
      onPointerMove={move}
      data-compare-pair={part}
      className="relative touch-pan-y select-none overflow-hidden rounded-1 border border-border bg-sunken"
      style={{ aspectRatio: `${size.width} / ${size.height}` }}
    >
      {after.url && isKept(after) && (
        <img
          src={after.url}
          alt={names.after}
          draggable={false}
          className="absolute inset-0 block size-full"
        />
      )}
      {before.url && isKept(before) && part > 0 && (
        <span
          className="absolute inset-y-0 left-0 block overflow-hidden"
          style={{ width: `${part}%` }}
        >
          <img
            src={before.url}
            alt={names.before}
            draggable={false}
            className="block h-full max-w-none"
            style={{ width: `${10000 / part}%` }}
          />
        </span>
      )}
      {both && part > 0 && part < 100 && (
        <span
          aria-hidden
          className="-translate-x-1/2 absolute inset-y-0 block w-1 bg-surface outline-1 outline-border-strong"
          style={{ left: `${part}%` }}
        />
      )}
      <Marks points={points} big={big} />
    </div>
  );
}

/** The same as large as the window, by scale. */
function Enlarged(props: Pictures & Shown & { both: boolean }) {
  const { t } = useTranslation();
  const { sentence, both, shown, onShow } = props;
  return (
    <Dialog.Root>
      <Dialog.Trigger asChild>
        <Button icon={Maximize2} data-action="enlarge">
          {t('steps.enlarge')}
        </Button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim/70" />
        <Dialog.Content
          aria-describedby={undefined}
          data-large
          className="fixed inset-6 z-50 flex flex-col overflow-hidden rounded-4 border border-border-strong bg-surface outline-none"
        >
          <Large {...props} title={sentence} both={both} shown={shown} onShow={onShow} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Large(props: Pictures & Shown & { both: boolean; title: string }) {
  const { t } = useTranslation();
  const { title, both, size, shown, onShow, sentence } = props;
  const { width, height } = size;
  // A small picture is enlarged to fill the window: that is what it was opened for.
  const zoomed = useZoom(width, height, Number.POSITIVE_INFINITY);
  const { area, now, keys } = zoomed;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-border border-b py-2 pr-2 pl-4">
        <Dialog.Title className="min-w-40 flex-1 truncate font-strong" title={title}>
          {title}
        </Dialog.Title>
        {both && (
          <span className="flex w-72 max-w-full">
            <Slider shown={shown} onShow={onShow} />
          </span>
        )}
        <ZoomTools of={zoomed} />
        <Dialog.Close asChild>
          <IconButton icon={X} name={t('card.zoomClose')} />
        </Dialog.Close>
      </div>
      <section
        ref={area}
        aria-label={t('steps.pictures', { sentence })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        onKeyDown={keys}
        className="flex min-h-0 flex-1 overflow-auto p-4 -outline-offset-2"
      >
        <div className="m-auto flex-none" style={{ width: width * now }}>
          <Pair {...props} big />
        </div>
      </section>
    </>
  );
}
