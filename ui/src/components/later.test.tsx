import { render, screen } from '@testing-library/react';
import { Suspense } from 'react';
import { expect, test } from 'vitest';
import { whenIdle } from './idle';
import { later } from './later';

const Word = ({ word }: { word: string }) => <p>{word}</p>;

test('what was loaded before is drawn at once, without a moment of emptiness', async () => {
  let asked = 0;
  const Part = later(async () => {
    asked += 1;
    return { default: Word };
  });
  await Promise.all([Part.load(), Part.load()]);
  const { container } = render(
    <Suspense fallback="empty">
      <Part word="here" />
    </Suspense>,
  );
  expect(container.textContent).toBe('here');
  expect(asked).toBe(1);
});

test('what was not is loaded when it is drawn, and asked for again where that failed', async () => {
  let asked = 0;
  const Part = later(async () => {
    asked += 1;
    if (asked === 1) throw new Error('the server is gone');
    return { default: Word };
  });
  await expect(Part.load()).rejects.toThrow('gone');
  const { container } = render(
    <Suspense fallback="empty">
      <Part word="there" />
    </Suspense>,
  );
  expect(container.textContent).toBe('empty');
  await screen.findByText('there');
  expect(asked).toBe(2);
});

test('what waits is done in its order, but for what was taken back', async () => {
  const done: string[] = [];
  whenIdle(() => done.push('one'));
  const leave = whenIdle(() => done.push('two'));
  leave();
  await new Promise<void>((resolve) => whenIdle(resolve));
  expect(done).toEqual(['one']);
});
