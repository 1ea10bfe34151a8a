import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Markdown } from './Markdown';

const show = (text: string) => render(<Markdown text={text} streaming={false} />).container;

test('a picture from elsewhere is named, and loaded by nobody', () => {
  const box = show('See ![the plot](https://www.example.org/a/plot.png?who=me).');
  expect(box.querySelector('img')).toBeNull();
  const link = screen.getByRole('link', { name: /^Image from example\.org: the plot/ });
  expect(link.getAttribute('href')).toBe('https://www.example.org/a/plot.png?who=me');
  expect(link.getAttribute('rel')).toBe('noreferrer noopener');
});

test.each([
  ['<img src="https://example.org/x.png" onerror="alert(1)">'],
  ['<script>document.title = "gone"</script>'],
  ['text <iframe src="https://example.org"></iframe> text'],
  ['<details open><summary>one</summary>two</details>'],
])('HTML that a model writes is text: %s', (html) => {
  const box = show(html);
  expect(box.querySelector('img, script, iframe, details')).toBeNull();
  expect(document.title).not.toBe('gone');
});

test('what names no address is only its words', () => {
  const box = show('![a local file](file:///etc/passwd) ![x](data:image/png;base64,AAAA)');
  expect(box.querySelector('img, a')).toBeNull();
});
