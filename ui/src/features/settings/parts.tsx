/* What every page is made of. */
import { RotateCcw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '@/components/Button';
import { Segments, Switch, TextField } from '@/components/Field';
import { Icon } from '@/components/Icon';
import type { Error as Failure } from '@/generated/Error';
import type { SettingsName } from '@/session/pages';
import { useSettingsState } from '@/session/settings';
import type { RowName } from './index';
import { type Setting, useSetting } from './useSetting';

export const LIST = 'divide-y divide-border rounded-3 border border-border bg-surface';

/** The heading of a page, what it is for, and the rest. */
export function Page({
  name,
  lead,
  action,
  children,
}: {
  name: SettingsName;
  lead: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <>
      <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-50 flex-1">
          <h1 tabIndex={-1} data-heading className="font-strong text-20 outline-none">
            {t(`settings.pages.${name}`)}
          </h1>
          <p className="text-muted">{lead}</p>
        </div>
        {action}
      </div>
      <div className="flex flex-col gap-6">{children}</div>
    </>
  );
}

/** Rows that belong together. */
export function Group({
  name,
  why,
  action,
  bare = false,
  children,
}: {
  name?: string;
  why?: string;
  action?: ReactNode;
  /** The rows bring their own frame. */
  bare?: boolean;
  children: ReactNode;
}) {
  return (
    <section aria-label={name}>
      {name && (
        <div className="mb-2 flex flex-wrap items-center gap-x-2">
          <h2 className="font-strong">{name}</h2>
          {why && <p className="min-w-50 flex-1 text-12 text-muted">{why}</p>}
          {action}
        </div>
      )}
      {bare ? children : <div className={LIST}>{children}</div>}
    </section>
  );
}

/** One row: name, what it does, where the value comes from, the control. */
export function Row({
  of,
  setting,
  children,
  below,
}: {
  of: RowName;
  setting?: Setting | undefined;
  children?: ReactNode;
  below?: ReactNode;
}) {
  const { t } = useTranslation();
  const name = t(`settings.row.${of}.name`);
  return (
    <div id={`row-${of}`} data-row={of} className="scroll-mt-4 px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-50 flex-1">
          <p>{name}</p>
          <p id={`why-${of}`} className="text-12 text-muted">
            {t(`settings.row.${of}.why`)}
          </p>
        </div>
        {setting && <Origin setting={setting} name={name} />}
        {/* Also where it is empty, so that origins stand in one column. */}
        {(children || setting) && (
          <div className="flex min-w-0 max-w-full flex-none items-center justify-end gap-2 empty:max-wide:hidden wide:min-w-66">
            {children}
          </div>
        )}
      </div>
      {below && <div className="mt-2">{below}</div>}
      {setting?.off && (
        <p className="mt-1 flex items-center gap-1.5 text-12 text-muted [overflow-wrap:anywhere]">
          <Icon of={TriangleAlert} size={14} className="text-warning" />
          {setting.off}
        </p>
      )}
      {setting?.refused && <Refusal failure={setting.refused} />}
    </div>
  );
}

/** Where a value comes from, and the way back to what is below it. */
function Origin({ setting, name }: { setting: Setting; name: string }) {
  const { t } = useTranslation();
  const profile = useSettingsState((state) => state.values.profile?.value);
  if (!setting.known) return null;
  const { origin, place } = setting.known;
  return (
    <span
      data-origin={origin}
      className="flex min-h-7 flex-none items-center gap-1 text-12 text-muted wide:w-36"
      title={place}
    >
      {t(`settings.origin.${origin}`, { profile: typeof profile === 'string' ? profile : '' })}
      {setting.own && (
        <IconButton
          small
          icon={RotateCcw}
          name={t('settings.resetRow', { name })}
          onClick={() => void setting.reset()}
        />
      )}
    </span>
  );
}

/** Why something was not done, where it was tried. */
export function Refusal({ failure }: { failure: Failure }) {
  return (
    <div role="alert" className="mt-1 flex items-start gap-1.5 text-12 [overflow-wrap:anywhere]">
      <Icon of={TriangleAlert} size={14} className="mt-px text-danger" />
      <p>
        <span className="font-strong">{failure.message}</span>
        {failure.remedy && <span className="text-muted"> {failure.remedy}</span>}
      </p>
    </div>
  );
}

/** Something could not be read; it can be tried again. */
export function Unread({ failure, again }: { failure: Failure; again: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap items-center gap-3 px-3 py-2.5">
      <div className="min-w-50 flex-1">
        <p className="font-strong">{t('settings.failed')}</p>
        <p className="text-12 text-muted [overflow-wrap:anywhere]">
          {failure.message} {failure.remedy}
        </p>
      </div>
      <Button onClick={again}>{t('settings.again')}</Button>
    </div>
  );
}

/** Said in place of rows where there are none. */
export function Nothing({ title, why }: { title: string; why?: string }) {
  return (
    <div className="px-3 py-2.5">
      <p>{title}</p>
      {why && <p className="text-12 text-muted">{why}</p>}
    </div>
  );
}

export function NeedsApp() {
  const { t } = useTranslation();
  return <p className="px-3 py-2 text-12 text-muted">{t('settings.needsApp')}</p>;
}

/** A row that is on or off. */
export function SwitchRow({ of, below }: { of: RowName; below?: ReactNode }) {
  const { t } = useTranslation();
  const setting = useSetting(of);
  return (
    <Row of={of} setting={setting} below={below}>
      <Switch
        name={t(`settings.row.${of}.name`)}
        describedBy={`why-${of}`}
        off={setting.off}
        on={setting.value === true}
        onChange={(on) => void setting.set(on)}
      />
    </Row>
  );
}

/** A row with a few choices. */
export function ChoiceRow<T extends string>({
  of,
  options,
}: {
  of: RowName;
  options: readonly { value: T; label: string }[];
}) {
  const { t } = useTranslation();
  const setting = useSetting(of);
  return (
    <Row of={of} setting={setting}>
      <Segments
        name={t(`settings.row.${of}.name`)}
        describedBy={`why-${of}`}
        off={setting.off}
        value={(setting.value ?? '') as T}
        options={options}
        onChange={(value) => void setting.set(value)}
      />
    </Row>
  );
}

/** A row with a text; empty means nothing said. */
export function TextRow({ of, placeholder }: { of: RowName; placeholder?: string }) {
  const { t } = useTranslation();
  const setting = useSetting(of);
  return (
    <Row of={of} setting={setting}>
      <TextField
        name={t(`settings.row.${of}.name`)}
        describedBy={`why-${of}`}
        off={setting.off}
        placeholder={placeholder}
        value={typeof setting.value === 'string' ? setting.value : ''}
        onChange={(text) => void setting.set(text.trim() || null)}
        className="w-64"
      />
    </Row>
  );
}

/** A row with a number; empty means nothing said. */
export function NumberRow({
  of,
  unit,
  before,
  least,
  most,
  below,
  whole = true,
}: {
  of: RowName;
  unit?: string;
  before?: string;
  least: number;
  most?: number;
  whole?: boolean;
  below?: ReactNode;
}) {
  const { t } = useTranslation();
  const setting = useSetting(of);
  const shown = typeof setting.value === 'number' ? String(setting.value) : '';
  const take = (text: string) => {
    const clean = text.trim().replace(',', '.');
    if (clean === '') {
      void setting.set(null);
      return;
    }
    const number = Number(clean);
    const wrong =
      !Number.isFinite(number) ||
      number < least ||
      (most !== undefined && number > most) ||
      (whole && !Number.isInteger(number));
    if (!wrong) {
      void setting.set(number);
      return;
    }
    const message =
      most === undefined
        ? t('settings.bad.atLeast', { least })
        : t('settings.bad.number', { least, most });
    useSettingsState.setState((state) => ({
      refused: { ...state.refused, [setting.key]: { code: 'bad_setting', message } },
    }));
  };
  return (
    <Row of={of} setting={setting} below={below}>
      {before && <span className="text-muted">{before}</span>}
      <TextField
        name={t(`settings.row.${of}.name`)}
        describedBy={`why-${of}`}
        off={setting.off}
        inputMode="decimal"
        placeholder={t('settings.none_set')}
        value={shown}
        onChange={take}
        className="num w-24 text-end"
      />
      {unit && <span className="text-12 text-muted">{unit}</span>}
    </Row>
  );
}
