/*
 * Lists what the programs are made of that others wrote: every crate that is linked
 * on this system and every npm package of the window, with its licence and the text
 * it brings along. Writes the same list twice: THIRD-PARTY.txt for people who look
 * into the package, and a module that the window opens in its settings.
 *   node licences.mjs TEXT MODULE
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [textFile, moduleFile] = process.argv.slice(2);
/** What people install: the app, the command, and the eyes. */
const PROGRAMS = ['interpreter-desktop', 'interpreter-cli', 'interpreter-perception'];
const LICENCE = /^(un)?licen[cs]e|^copying|^copyright|^notice/i;

/** The texts a folder brings. Where one of several licences may be chosen, MIT is: it is the shortest. */
function texts(folder, licence) {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE.test(entry.name))
    .map(({ name }) => name)
    .sort();
  const mit = files.find((name) => /mit/i.test(name));
  const free = /\bMIT\b/.test(licence) && / OR |\//.test(licence) && !/ AND /.test(licence);
  const chosen = free && mit ? [mit] : files;
  return chosen
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .filter((text) => text !== '');
}

function crates() {
  const cargo = process.env.CARGO ?? 'cargo';
  const host = /^host: (.+)$/m.exec(execFileSync('rustc', ['-vV'], { encoding: 'utf8' }))[1];
  const words = ['metadata', '--format-version', '1', '--locked', '--all-features'];
  const told = execFileSync(cargo, [...words, '--filter-platform', host], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { packages, resolve } = JSON.parse(told);
  const known = new Map(packages.map((one) => [one.id, one]));
  const needs = new Map(resolve.nodes.map((node) => [node.id, node.deps]));
  const open = packages.filter(({ name }) => PROGRAMS.includes(name)).map(({ id }) => id);
  const linked = new Set(open);
  while (open.length > 0) {
    for (const { pkg, dep_kinds } of needs.get(open.pop())) {
      // Only what ends up in the programs: not what builds or tests them.
      if (linked.has(pkg) || !dep_kinds.some(({ kind }) => kind === null)) continue;
      linked.add(pkg);
      open.push(pkg);
    }
  }
  return [...linked]
    .map((id) => known.get(id))
    .filter(({ source }) => source !== null)
    .map(({ name, version, license, repository, homepage, documentation, manifest_path }) => ({
      name,
      version,
      licence: license ?? 'see its text',
      link: repository ?? homepage ?? documentation,
      texts: texts(dirname(manifest_path), license ?? ''),
    }));
}

/** Of a repository as npm writes it: `git+https://….git`, or `owner/name` at GitHub. */
function address(repository) {
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(repository ?? '');
  if (short) return `https://github.com/${short[1]}`;
  return repository
    ?.replace(/^git\+/, '')
    .replace(/^git@([^:]+):/, 'https://$1/')
    .replace(/^(git|ssh):\/\/(git@)?/, 'https://')
    .replace(/\.git$/, '');
}

function modules() {
  const lock = JSON.parse(readFileSync(join(root, 'ui/package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
    .filter(([path]) => existsSync(join(root, 'ui', path, 'package.json')))
    .map(([path]) => {
      const folder = join(root, 'ui', path);
      const { name, version, license, repository, homepage } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      );
      const licence = typeof license === 'string' ? license : (license?.type ?? 'see its text');
      return {
        name,
        version,
        licence,
        link: address(repository?.url ?? repository) ?? homepage,
        texts: texts(folder, licence),
      };
    });
}

const all = new Map();
for (const one of [...crates(), ...modules()]) all.set(`${one.name} ${one.version}`, one);
const found = [...all.values()].sort(
  (a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version),
);
if (found.length < 100) throw new Error(`Only ${found.length} parts were found.`);

// Most texts are brought by many: each is written once.
const numbers = new Map();
const parts = found.map(({ texts, ...part }) => ({
  ...part,
  texts: texts.map((text) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text);
  }),
}));
const written = [...numbers.keys()];

const line = '-'.repeat(80);
const list = parts.map(({ name, version, licence, link, texts: own }) => {
  const where = own.length > 0 ? `text ${own.map((at) => at + 1).join(', ')}` : 'brings no text';
  return [`${name} ${version}`, `${licence}; ${where}`, link].filter(Boolean).join('\n    ');
});
const plain = [
  'Interpreter is licensed under Apache-2.0. It contains these parts, under the licences named here.',
  ...list,
  ...written.map((text, at) => `${line}\nText ${at + 1}\n${line}\n\n${text}`),
];
for (const [file, text] of [
  [textFile, `${plain.join('\n\n')}\n`],
  [moduleFile, `export default ${JSON.stringify({ parts, texts: written })};\n`],
]) {
  // A file that is as it was must look so, or the app is built anew around it.
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
console.log(`${parts.length} parts, ${written.length} texts of licences`);
