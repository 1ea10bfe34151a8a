import { Cloud, HardDrive } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { modelName } from '@/components/format';
import { Icon } from '@/components/Icon';
import type { Chosen } from './model';

/** The model that answers, and whether the text leaves this computer. */
export function ModelLine({ model }: { model: Chosen | undefined }) {
  const { t } = useTranslation();
  if (model?.state !== 'ready') return null;
  const name = modelName(model.name);
  return (
    <span className="flex min-w-0 items-center gap-1.5" data-said="model">
      <Icon of={model.local ? HardDrive : Cloud} size={14} />
      <span className="truncate">{model.local ? t('popup.model', { model: name }) : name}</span>
    </span>
  );
}
