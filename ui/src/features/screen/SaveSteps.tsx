import { Check, Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/Button';
import { Icon } from '@/components/Icon';
import type { StepActions } from './useStepActions';

const ROW =
  'flex min-h-8 items-center gap-2 rounded-2 px-2 outline-none data-[highlighted]:bg-hover data-[highlighted]:outline-2 data-[highlighted]:outline-focus data-[highlighted]:-outline-offset-2';

/** All steps as one file that needs nothing else; screenshots only where they are ticked. */
export function SaveSteps({ actions }: { actions: StepActions }) {
  const { t } = useTranslation();
  const [screenshots, setScreenshots] = useState(false);
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(open) => open && setScreenshots(false)}>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={Download} name={t('steps.save')} data-action="save-steps" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={t('steps.save')}
          className="z-60 min-w-48 max-w-[calc(100vw-16px)] rounded-3 border border-border-strong bg-raised p-1"
        >
          <DropdownMenu.CheckboxItem
            className={ROW}
            checked={screenshots}
            onCheckedChange={setScreenshots}
            onSelect={(event) => event.preventDefault()}
            data-field="screenshots"
          >
            <span
              aria-hidden
              className={`grid size-4 flex-none place-items-center rounded-1 border ${screenshots ? 'border-primary bg-primary text-on-primary' : 'border-border-strong bg-surface'}`}
            >
              {screenshots && <Icon of={Check} size={12} />}
            </span>
            {t('history.screenshots')}
          </DropdownMenu.CheckboxItem>
          <DropdownMenu.Item
            className={ROW}
            onSelect={() => void actions.save(screenshots)}
            data-action="save-file"
          >
            <Icon of={Download} size={14} className="text-muted" />
            <span className="flex-1">{t('steps.saveFile')}</span>
            <span className="ms-4 text-12 text-muted">{t('steps.saveFileWhy')}</span>
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
