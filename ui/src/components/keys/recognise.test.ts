import { expect, test } from 'vitest';
import type { ProviderSummary } from '@/generated/ProviderSummary';
import { hostOf, masked, recognise } from './recognise';

const provider = (name: string, ...key_prefixes: string[]): ProviderSummary => ({
  name,
  title: name,
  local: false,
  key_prefixes,
});
const PROVIDERS = [
  provider('openai', 'sk-proj-', 'sk-'),
  provider('anthropic', 'sk-ant-'),
  provider('openrouter', 'sk-or-v1-'),
  provider('groq', 'gsk_'),
  provider('mistral'),
];

test.each([
  ['sk-ant-api03-abc', 'anthropic'],
  ['sk-proj-abc', 'openai'],
  ['sk-or-v1-abc', 'openrouter'],
  ['sk-abc', 'openai'],
  ['gsk_abc', 'groq'],
  ['abc', undefined],
  ['', undefined],
])('%s is a key of %s', (key, name) => {
  expect(recognise(key, PROVIDERS)?.name).toBe(name);
});

test.each([
  ['sk-ant-api03-0123456789A1B2', 'sk-ant-••••••••••••A1B2'],
  ['sk-0123456789abcdefA1B2', 'sk-••••••••••••A1B2'],
  ['0123456789abcdefA1B2', '••••••••••••A1B2'],
  ['short', '••••••••••••'],
])('%s is shown as %s', (key, shown) => {
  expect(masked(key, recognise(key, PROVIDERS))).toBe(shown);
});

test.each([
  ['https://api.anthropic.com/v1', 'api.anthropic.com'],
  ['http://127.0.0.1:11434', '127.0.0.1:11434'],
  ['nonsense', 'nonsense'],
])('%s leads to %s', (address, host) => {
  expect(hostOf(address)).toBe(host);
});
