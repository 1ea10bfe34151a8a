import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import '@/app/i18n';
import type { AnswerTo } from '@/backend/backend';
import { FakeBackend } from '@/backend/fake';
import type { Query } from '@/generated/Query';
import type { TypingSecret } from '@/generated/TypingSecret';
import { SessionProvider } from '@/session/context';
import { createSession } from '@/session/store';
import { TypingSecrets } from './TypingSecrets';

class Keeping extends FakeBackend {
  secrets: TypingSecret[] = [];
  override async query<Q extends Query>(query: Q): Promise<AnswerTo<Q>> {
    if (query.query === 'typing_secrets') {
      return { answer: 'typing_secrets', secrets: this.secrets } as unknown as AnswerTo<Q>;
    }
    return super.query(query);
  }
}

let backend: Keeping;

beforeEach(() => {
  backend = new Keeping();
});

async function open(): Promise<void> {
  render(
    <SessionProvider session={createSession(backend)}>
      <TypingSecrets />
    </SessionProvider>,
  );
  await act(async () => {});
}

const field = (name: string) => screen.getByLabelText(name) as HTMLInputElement;

test('a secret is saved with its apps, and its value does not stay in the page', async () => {
  await open();
  screen.getByText('No secret can be typed');
  await userEvent.type(field('Name'), ' mail password ');
  await userEvent.type(field('Value'), 'hunter22');
  await userEvent.type(field('Apps, with commas between'), 'Firefox, Thunderbird,');
  await userEvent.type(field('Title of the window (optional)'), 'mail.example');
  expect(field('Value').type).toBe('password');
  const secret: TypingSecret = {
    name: 'mail password',
    apps: ['Firefox', 'Thunderbird'],
    window: 'mail.example',
  };
  backend.secrets = [secret];
  await act(async () => userEvent.click(screen.getByRole('button', { name: 'Save' })));
  expect(backend.ops).toEqual([{ op: 'save_typing_secret', secret, value: 'hunter22' }]);
  await waitFor(() => screen.getByText('“mail password” is kept. Its value is not shown again.'));
  screen.getByText('In Firefox, Thunderbird, where the title has “mail.example” in it');
  expect([field('Name').value, field('Value').value]).toEqual(['', '']);
  expect(document.body.innerHTML).not.toContain('hunter22');
});

test('an empty value changes only where it may be typed, and removing asks first', async () => {
  backend.secrets = [{ name: 'bank', apps: ['Firefox'] }];
  await open();
  await userEvent.type(field('Name'), 'bank');
  await userEvent.type(field('Apps, with commas between'), 'Chromium');
  await act(async () => userEvent.click(screen.getByRole('button', { name: 'Save' })));
  expect(backend.ops).toEqual([
    { op: 'save_typing_secret', secret: { name: 'bank', apps: ['Chromium'] } },
  ]);
  await act(async () => userEvent.click(screen.getByRole('button', { name: 'Remove bank' })));
  screen.getByText('Remove “bank”?');
  await act(async () => userEvent.click(screen.getByRole('button', { name: 'Remove' })));
  expect(backend.ops.at(-1)).toEqual({ op: 'delete_typing_secret', name: 'bank' });
});
