import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import '@/app/i18n';
import type { AnswerTo } from '@/backend/backend';
import { FakeBackend } from '@/backend/fake';
import type { Grant } from '@/generated/Grant';
import type { Query } from '@/generated/Query';
import { SessionProvider } from '@/session/context';
import { openPage } from '@/session/pages';
import { useSettingsState } from '@/session/settings';
import { createSession } from '@/session/store';
import { useView } from '@/session/view';
import Settings from './Settings';

class Granting extends FakeBackend {
  grants: Grant[] = [];
  override async query<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    if (query.query === 'grants') {
      return { answer: 'grants', grants: this.grants } as unknown as AnswerTo<Q>;
    }
    return super.query(query);
  }
}

let backend: Granting;

beforeEach(() => {
  Element.prototype.scrollIntoView ??= () => {};
  backend = new Granting();
  backend.settings = { mode: 'ask_every_time', profile: 'default' };
  useSettingsState.setState({ values: {}, read: false, last: null, refused: {} });
  useView.setState({ page: 'chat', row: null });
});

async function open(): Promise<void> {
  openPage('settings/rules', null);
  render(
    <SessionProvider session={createSession(backend)}>
      <Settings />
    </SessionProvider>,
  );
  await act(async () => {});
}

const allow = (id: string, more: Partial<Grant>): Grant => ({
  id,
  rule: { verdict: 'allow', matches: { what: 'language', language: 'python' } },
  ...more,
});

test('each permission says what it covers, where and until when', async () => {
  const until = new Date('2026-03-04T05:06:00').getTime();
  backend.grants = [
    allow('everywhere', {}),
    allow('profile', { profile: 'work' }),
    allow('conversation', { conversation: 'c' }),
    allow('turn', { conversation: 'c', turn: true }),
    allow('until', { until }),
    {
      id: 'app',
      rule: { verdict: 'allow', matches: { what: 'app', app: 'xterm', tier: 'click' } },
    },
    { id: 'folder', rule: { verdict: 'deny', matches: { what: 'folder', path: '/etc' } } },
    { id: 'host', rule: { verdict: 'ask', matches: { what: 'host', host: 'a.example' } } },
  ];
  await open();
  const lines = [...document.querySelectorAll('[data-grant] > p')];
  expect(lines.map((line) => line.textContent)).toEqual([
    'Allowed: all code in pythoneverywhere, until you revoke it',
    'Allowed: all code in pythonwith the profile work, until you revoke it',
    'Allowed: all code in pythonin “Untitled”, until Interpreter is closed',
    'Allowed: all code in pythonin “Untitled”, until the turn is over',
    'Allowed: all code in pythoneverywhere, until 4 Mar 2026, 05:06',
    'Allowed: looking at xterm and clicking in iteverywhere, until you revoke it',
    'Never: code that works in /etceverywhere, until you revoke it',
    'Always asked: code that reaches a.exampleeverywhere, until you revoke it',
  ]);
});

test('a permission is revoked, and given an end', async () => {
  const grant = allow('g', { profile: 'work' });
  backend.grants = [grant];
  await open();
  const before = Date.now();
  const ends = screen.getByRole('combobox', { name: /^When it ends/ });
  await userEvent.selectOptions(ends, 'hour');
  const [op] = backend.ops;
  if (op?.op !== 'grant') throw new Error('nothing was given');
  const { until = 0, ...rest } = op.grant;
  expect(rest).toEqual(grant);
  expect(until).toBeGreaterThanOrEqual(before + 3_600_000);
  expect(until).toBeLessThanOrEqual(Date.now() + 3_600_000);
  backend.grants = [];
  await userEvent.click(screen.getByRole('button', { name: /^Revoke/ }));
  expect(backend.ops[1]).toEqual({ op: 'revoke', grant: 'g' });
  await waitFor(() => expect(document.querySelector('[data-grant]')).toBeNull());
});

test.each([
  ['command', 'git  push', { what: 'command', words: ['git', 'push'] }],
  ['folder', '/etc', { what: 'folder', path: '/etc' }],
  ['host', 'https://a.example/x', { what: 'host', host: 'a.example' }],
  ['app', 'firefox', { what: 'app', app: 'firefox', tier: 'full' }],
  ['language', 'Python', { what: 'language', language: 'python' }],
  ['tool', 'find', { what: 'tool', name: 'find' }],
])('a rule about a %s is added', async (kind, text, matches) => {
  await open();
  const form = within(screen.getByRole('form', { name: 'Add a rule' }));
  await userEvent.selectOptions(
    form.getByRole('combobox', { name: 'What the rule is about' }),
    kind,
  );
  await userEvent.type(form.getByRole('textbox'), `${text}{Enter}`);
  expect(backend.ops).toEqual([
    { op: 'grant', grant: { id: '', rule: { verdict: 'deny', matches } } },
  ]);
  await waitFor(() => expect(form.getByRole<HTMLInputElement>('textbox').value).toBe(''));
});
