/* Which model answers in the popup, and where it runs. */
import type { LocalServer } from '@/generated/LocalServer';
import type { ModelSummary } from '@/generated/ModelSummary';
import type { ProviderSummary } from '@/generated/ProviderSummary';

export type Known = {
  settings: Readonly<Record<string, unknown>>;
  models: readonly ModelSummary[];
  providers: readonly ProviderSummary[];
  servers: readonly LocalServer[];
};

export type Chosen =
  /** `pass` is what a conversation is told; absent: what holds everywhere. */
  | { state: 'ready'; name: string; local: boolean; pass?: string }
  | { state: 'none' }
  | { state: 'key'; name: string };

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

const isBuiltIn = (name: string | undefined): boolean => /^builtin(\/|$)/.test(name ?? '');

/**
 * The model for quick questions, else the one that holds everywhere. The embedded
 * commands cannot write: where they hold only because they were used last, what is
 * connected is taken instead.
 */
export function chosenModel({ settings, models, providers, servers }: Known): Chosen {
  const quick = text(settings.quick_model);
  const standard = text(settings.model);
  const named = quick ?? standard;
  if (named !== undefined) {
    if (isBuiltIn(named)) return { state: 'none' };
    return ready(named, models, quick !== undefined);
  }
  const last = text(settings.last_model);
  if (last !== undefined && !isBuiltIn(last)) return ready(last, models, false);
  const first =
    providers.find(({ key_place, model }) => key_place !== undefined && model !== undefined)
      ?.model ?? servers.find((server) => server.models.length > 0)?.models[0];
  return first === undefined ? { state: 'none' } : ready(first, models, true);
}

function ready(name: string, models: readonly ModelSummary[], pass: boolean): Chosen {
  const known = models.find((model) => model.name === name);
  if (known && !known.ready) return { state: 'key', name };
  const local = known?.local ?? /^(ollama|lmstudio|llamacpp|local)\//.test(name);
  return { state: 'ready', name, local, ...(pass && { pass: name }) };
}

/** Whether model servers of this computer are worth looking for. */
export const wantsServers = (known: Known): boolean =>
  chosenModel({ ...known, servers: [] }).state === 'none' &&
  text(known.settings.quick_model) === undefined &&
  text(known.settings.model) === undefined;
