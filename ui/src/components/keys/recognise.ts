import type { ProviderSummary } from '@/generated/ProviderSummary';

/** The provider whose keys begin like this one; the longest mark wins. */
export function recognise(
  key: string,
  providers: readonly ProviderSummary[],
): ProviderSummary | null {
  let best: { length: number; provider: ProviderSummary } | null = null;
  for (const provider of providers) {
    for (const prefix of provider.key_prefixes ?? []) {
      if (key.startsWith(prefix) && prefix.length > (best?.length ?? 0)) {
        best = { length: prefix.length, provider };
      }
    }
  }
  return best?.provider ?? null;
}

/** A key as it may be shown: its mark and its end, where it is long enough to tell them. */
export function masked(key: string, provider: ProviderSummary | null): string {
  if (key.length < 16) return '•'.repeat(12);
  const mark = provider?.key_prefixes?.find((prefix) => key.startsWith(prefix)) ?? '';
  return `${mark}${'•'.repeat(12)}${key.slice(-4)}`;
}

/** Where an address leads, for people. */
export function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}
