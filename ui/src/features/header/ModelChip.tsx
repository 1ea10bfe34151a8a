import { Check, ChevronDown, Cloud, HardDrive } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { ChipButton } from '@/components/Chip';
import { modelName, providerName } from '@/components/format';
import { Icon } from '@/components/Icon';
import { PickField, usePicking } from '@/components/PickField';
import type { ModelSummary } from '@/generated/ModelSummary';
import { useActions, useSession } from '@/session/context';
import { openPage } from '@/session/pages';
import { choices } from '@/session/store';
import { show, useView } from '@/session/view';

type Option = { name: string; label: string; detail: string; local: boolean; ready: boolean };

const LISTED = 200;

/** The model, and where it runs; opens a field that takes any name. */
export function ModelChip() {
  const { t } = useTranslation();
  const model = useSession((state) => choices(state).model);
  const models = useSession((state) => state.models);
  const open = useView((view) => view.models);
  const { refreshModels } = useActions();
  const local = model !== null && runsHere(model, models);
  const label = model ? modelName(model) : t('header.modelNone');
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        show({ models: next });
        if (next) void refreshModels();
      }}
    >
      <Popover.Trigger asChild>
        <ChipButton
          icon={local ? HardDrive : Cloud}
          trailing={ChevronDown}
          className="max-w-56 shrink"
          aria-label={t('header.model', { model: label })}
          title={open ? undefined : (model ?? undefined)}
          data-control="model"
        >
          <span className="truncate">{label}</span>
        </ChipButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t('header.modelLabel')}
          className="z-30 flex max-h-[min(420px,80vh)] w-90 max-w-[calc(100vw-16px)] flex-col overflow-hidden rounded-3 border border-border-strong bg-raised outline-none"
        >
          <ModelField onDone={() => show({ models: false })} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function ModelField({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { choose } = useActions();
  const model = useSession((state) => choices(state).model);
  const models = useSession((state) => state.models);
  const picking = usePicking();
  const { text, list, setAt } = picking;
  const id = useId();

  const options = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const found = models
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .sort((a, b) => Number(b.ready) - Number(a.ready))
      .slice(0, LISTED)
      .map(
        (summary): Option => ({
          name: summary.name,
          label: modelName(summary.name),
          detail: summary.ready ? providerName(summary.name) : t('header.modelNoKey'),
          local: summary.local,
          ready: summary.ready,
        }),
      );
    const typed = text.trim();
    const exact = found.some(({ name }) => name === typed);
    if (typed && !exact) {
      const own = {
        name: typed,
        label: t('header.modelUse', { name: typed }),
        detail: t('header.modelUseWhy'),
        local: runsHere(typed, models),
        ready: true,
      };
      return [...found, own];
    }
    return found;
  }, [models, text, t]);
  const chosen = Math.min(picking.at, Math.max(0, options.length - 1));

  const pick = (option: Option | undefined) => {
    if (!option) return;
    void choose({ model: option.name });
    onDone();
  };
  const current = options[chosen];
  return (
    <>
      <div className="p-2">
        <PickField
          picking={picking}
          id={id}
          name={t('header.modelLabel')}
          placeholder={t('header.modelPlaceholder')}
          count={options.length}
          onPick={(at) => pick(options[at])}
          className="h-8 w-full rounded-2 border border-border-strong bg-surface px-2.5 focus-visible:border-focus focus-visible:-outline-offset-2"
        />
      </div>
      <div
        ref={list}
        id={`${id}list`}
        role="listbox"
        aria-label={t('header.modelCount', { count: options.length })}
        className="min-h-0 flex-1 overflow-y-auto px-2 pb-1"
      >
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={option.name}
            id={`${id}${index}`}
            role="option"
            tabIndex={-1}
            data-at={index}
            aria-selected={option.name === model}
            onClick={() => pick(option)}
            onPointerMove={() => setAt(index)}
            className={`flex h-8 items-center gap-2 rounded-2 px-2 ${index === chosen ? 'bg-hover' : ''}`}
          >
            <Icon of={option.local ? HardDrive : Cloud} size={14} className="text-muted" />
            <span className={`min-w-0 flex-1 truncate ${option.ready ? '' : 'text-muted'}`}>
              {option.label}
            </span>
            <span className="flex-none text-12 text-muted">{option.detail}</span>
            <span className="w-3.5 flex-none">
              {option.name === model && <Icon of={Check} size={14} />}
            </span>
          </div>
        ))}
      </div>
      <p className="border-border border-t px-4 py-2 text-12 text-muted">
        {current ? <Where option={current} /> : t('header.modelHint')}
      </p>
      <div className="border-border border-t px-2 py-1">
        <Button
          look="quiet"
          onClick={() => {
            onDone();
            openPage('settings/models');
          }}
        >
          {t('header.modelSettings')}
        </Button>
      </div>
    </>
  );
}

/** One line about where text and pictures go. */
function Where({ option }: { option: Option }) {
  const { t } = useTranslation();
  if (option.name.startsWith('builtin/')) return t('header.builtinLong');
  return option.local
    ? t('header.localLong')
    : t('header.cloudLong', { provider: providerName(option.name) });
}

function runsHere(name: string, models: readonly ModelSummary[]): boolean {
  const known = models.find((model) => model.name === name)?.local;
  return known ?? /^(builtin|ollama|lmstudio|llamacpp|local)\//.test(name);
}
