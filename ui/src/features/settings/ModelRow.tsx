import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Select, TextField } from '@/components/Field';
import { modelName, providerName } from '@/components/format';
import { useBackend, useSession } from '@/session/context';
import { configure, modelValues } from '@/session/settings';
import { Row } from './parts';
import { useSetting } from './useSetting';

const OTHER = '\u0000other';

/** Which model: one that is ready, or any name. */
export function ModelRow({
  of,
  live,
}: {
  of: 'model' | 'quick_model';
  /** Names the providers told just now, besides those of the catalogue. */
  live: readonly string[];
}) {
  const { t } = useTranslation();
  const backend = useBackend();
  const setting = useSetting(of);
  const models = useSession((state) => state.models);
  const [typing, setTyping] = useState(false);
  const name = t(`settings.row.${of}.name`);
  const value = typeof setting.value === 'string' ? setting.value : '';
  const ready = models.filter((model) => model.ready).map((model) => model.name);
  const all = [...new Set([...live, ...ready, ...(value ? [value] : [])])];
  const groups = new Map<string, string[]>();
  for (const model of all) {
    const provider = providerName(model);
    groups.set(provider, [...(groups.get(provider) ?? []), model]);
  }
  const set = (model: string) => {
    setTyping(false);
    const name = model.trim() || null;
    void (of === 'model' ? configure(backend, modelValues(name)) : setting.set(name));
  };
  return (
    <Row of={of} setting={setting}>
      <span className="flex max-w-full flex-wrap justify-end gap-2">
        <Select
          name={name}
          describedBy={`why-${of}`}
          off={setting.off}
          value={typing ? OTHER : value}
          onChange={(model) => (model === OTHER ? setTyping(true) : set(model))}
          className="w-64"
        >
          <option value="">
            {of === 'model' ? t('settings.automatic') : t('settings.models.sameAs')}
          </option>
          {[...groups].map(([provider, names]) => (
            <optgroup key={provider} label={provider}>
              {names.map((model) => (
                <option key={model} value={model}>
                  {modelName(model)} · {provider}
                </option>
              ))}
            </optgroup>
          ))}
          <option value={OTHER}>{t('settings.models.other')}</option>
        </Select>
        {typing && (
          <TextField
            name={t('settings.models.otherLabel')}
            placeholder="provider/model"
            value={value}
            onChange={set}
            className="w-64"
          />
        )}
      </span>
    </Row>
  );
}
