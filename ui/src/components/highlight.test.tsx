import { act, render, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Block } from './CodeBlock';
import { Source } from './Source';

const kinds = (box: HTMLElement) =>
  [...box.querySelectorAll('[class^="tok-"]')].map((one) => [one.className, one.textContent]);

test('code is plain at first, and its colours change no letter of it', async () => {
  const code = 'def one():\n    return "text"  # why\n';
  const { container } = render(<Source code={code} language="python" label="Code" />);
  const before = container.querySelector('pre')?.textContent;
  expect(before).toContain('def one():');
  expect(kinds(container)).toEqual([]);
  await waitFor(() => expect(kinds(container)).toContainEqual(['tok-comment', '# why']));
  expect(kinds(container)).toContainEqual(['tok-keyword', 'def']);
  expect(container.querySelector('pre')?.textContent).toBe(before);
});

test('what was coloured once is never plain again while it changes', async () => {
  const view = render(<Source code="x = 'a'" language="python" label="Code" />);
  await waitFor(() => expect(kinds(view.container)).toEqual([['tok-string', "'a'"]]));
  view.rerender(<Source code="x = 'ab'" language="python" label="Code" />);
  expect(kinds(view.container)).toEqual([['tok-string', "'ab'"]]);
  // In another place it has its colours from the first picture on.
  const other = render(<Source code="x = 'ab'" language="python" label="Code" />);
  expect(kinds(other.container)).toEqual([['tok-string', "'ab'"]]);
});

test('of code that is written each whole line is coloured, and all of it at its end', async () => {
  const show = (code: string, writing: boolean) => (
    <Source code={code} language="python" label="Code" writing={writing} />
  );
  const view = render(show('a = 1\nb', true));
  await waitFor(() => expect(kinds(view.container)).toEqual([['tok-number', '1']]));
  view.rerender(show('a = 1\nb = 22\nc = 3', true));
  expect(kinds(view.container)).toEqual([
    ['tok-number', '1'],
    ['tok-number', '22'],
  ]);
  view.rerender(show('a = 1\nb = 22\nc = 3', false));
  expect(kinds(view.container).map(([, text]) => text)).toEqual(['1', '22', '3']);
  view.unmount();
  // What a line means may hang on those before it.
  const text = render(show('s = """a\nb', true));
  await waitFor(() => expect(kinds(text.container)).toEqual([['tok-string', '"""a']]));
  text.rerender(show('s = """a\nb"""\nt = 1', false));
  expect(kinds(text.container)).toEqual([
    ['tok-string', '"""a'],
    ['tok-string', 'b"""'],
    ['tok-number', '1'],
  ]);
});

test('a block that is gone before its turn is not coloured', async () => {
  const first = render(<Block code="select 1" language="sql" closed />);
  first.unmount();
  const view = render(<Block code="select 2" language="sql" closed />);
  await waitFor(() => expect(kinds(view.container).length).toBeGreaterThan(0));
  await act(async () => {});
  const again = render(<Block code="select 1" language="sql" closed />);
  expect(kinds(again.container)).toEqual([]);
});
