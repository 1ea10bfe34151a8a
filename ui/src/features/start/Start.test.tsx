import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import '@/app/i18n';
import { FakeBackend } from '@/backend/fake';
import { NO_KEY } from '@/components/keys/KeyForm';
import type { LocalServer } from '@/generated/LocalServer';
import { SessionProvider } from '@/session/context';
import { useSettingsState } from '@/session/settings';
import { createSession } from '@/session/store';
import { useView } from '@/session/view';
import { go } from './progress';
import Start from './Start';

const OLLAMA: LocalServer = {
  provider: 'ollama',
  title: 'Ollama',
  base: 'http://127.0.0.1:11434',
  models: ['ollama/qwen3', 'ollama/gemma3'],
};
const OPENAI = {
  name: 'openai',
  title: 'OpenAI',
  base: 'https://api.openai.com/v1',
  local: false,
  key_name: 'OPENAI_API_KEY',
  key_prefixes: ['sk-'],
  model: 'openai/gpt',
};

class Engine extends FakeBackend {
  servers: LocalServer[] = [];
  override async query(query: { query: string }): Promise<never> {
    if (query.query === 'local_servers') return { servers: this.servers } as never;
    if (query.query === 'providers') return { providers: [OPENAI] } as never;
    return super.query(query as never) as never;
  }
}

let backend: Engine;
let clicks: number;

beforeEach(() => {
  backend = new Engine();
  clicks = 0;
  go({ step: 'where', where: null, model: null, draft: NO_KEY });
  backend.settings = { mode: 'ask_every_time', first_run: true };
  useSettingsState.setState({
    values: { mode: { key: 'mode', value: 'ask_every_time', origin: 'builtin' } },
    last: null,
  });
  useView.setState({ page: 'start' });
});

async function open(): Promise<void> {
  const session = createSession(backend);
  render(
    <SessionProvider session={session}>
      <Start />
    </SessionProvider>,
  );
  await act(async () => {});
}

const press = async (name: RegExp | string) => {
  clicks += 1;
  await userEvent.click(await screen.findByRole('button', { name }));
};
const written = () =>
  Object.assign({}, ...backend.ops.map((op) => (op.op === 'configure' ? op.values : {})));
const over = () => waitFor(() => expect(useView.getState().page).toBe('chat'));

test('with Ollama running, two clicks lead to the message field', async () => {
  backend.servers = [OLLAMA];
  await open();
  await press('Continue with Ollama');
  await press('Start now');
  await over();
  expect(clicks).toBe(2);
  expect(written()).toEqual({ model: 'ollama/qwen3', first_run: false });
});

test('with a key, three clicks do', async () => {
  await open();
  await press('Continue');
  await userEvent.click(screen.getByLabelText('Key'));
  await userEvent.paste('sk-0123456789abcdef');
  await press('Continue');
  await press('Start now');
  await over();
  expect(clicks).toBe(3);
  expect(backend.ops.filter(({ op }) => op === 'set_secret')).toEqual([
    { op: 'set_secret', name: 'OPENAI_API_KEY', value: 'sk-0123456789abcdef' },
  ]);
  expect(written()).toEqual({ model: 'openai/gpt', first_run: false });
});

test('every step can be skipped, and nothing but that is written', async () => {
  await open();
  await press('Continue');
  await press('Continue without a key');
  await press('Continue');
  await press('Finish');
  await over();
  expect(written()).toEqual({ first_run: false });
});

test('one can leave, and come back to the same step', async () => {
  await open();
  await press('Continue');
  await userEvent.keyboard('{Escape}');
  expect(useView.getState().page).toBe('chat');
  expect(backend.ops).toEqual([]);
});
