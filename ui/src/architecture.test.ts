import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(process.cwd(), 'src');
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split(sep).join('/'))
  .filter((path) => /\.(tsx?|css)$/.test(path) && !path.startsWith('generated/'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

const imports = (text: string) =>
  [...text.matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
const product = files.filter(({ path }) => !/\.test\.tsx?$|^gallery\/|^test-setup/.test(path));

/** Who may import what: the folder, and the folders of ours it may name. */
const ALLOWED: Record<string, string[]> = {
  generated: [],
  backend: ['generated', 'session'],
  session: ['generated', 'backend'],
  components: ['generated', 'session'],
  features: ['generated', 'session', 'components', 'app/locales'],
  app: ['generated', 'session', 'components', 'features', 'backend', 'app'],
};

test('folders import only what they may', () => {
  const wrong = product.flatMap(({ path, text }) => {
    const folder = path.split('/')[0] ?? '';
    return imports(text)
      .filter((name) => name.startsWith('@/'))
      .filter((name) => {
        const target = name.slice(2);
        const allowed = [...(ALLOWED[folder] ?? []), folder === 'features' ? '' : folder];
        return !allowed.some((one) => one !== '' && target.startsWith(`${one}/`));
      })
      .map((name) => `${path} imports ${name}`);
  });
  expect(wrong).toEqual([]);
});

test('features do not import features', () => {
  const wrong = product
    .filter(({ path }) => path.startsWith('features/'))
    .flatMap(({ path, text }) =>
      imports(text)
        .filter((name) => name.startsWith('..') || name.includes('@/features/'))
        .map((name) => `${path} imports ${name}`),
    );
  expect(wrong).toEqual([]);
});

test('only the backend knows the shell', () => {
  const wrong = files.filter(
    ({ path, text }) =>
      !path.startsWith('backend/') && imports(text).some((name) => name.startsWith('@tauri-apps')),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('the fake engine is not in the product', () => {
  const wrong = product.filter(
    ({ path, text }) =>
      !path.startsWith('backend/fake') &&
      /backend\/fake|\.\/fake|gallery\//.test(imports(text).join(' ')),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('components hold no raw colours', () => {
  const raw = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(/i;
  const wrong = product
    // A theme of the highlighter must name colours; its own stand for classes.
    .filter(({ path }) => !['app/tokens.css', 'components/highlight.ts'].includes(path))
    .filter(({ text }) => raw.test(text));
  expect(wrong.map(({ path }) => relative('.', path))).toEqual([]);
});
