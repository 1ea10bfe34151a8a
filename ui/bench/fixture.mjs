/*
 * Homes to measure with, the same bytes each time: one long conversation, and very
 * many short ones. Also by hand: node bench/fixture.mjs long|many FOLDER
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';

/** The long conversation. */
export const LONG = { id: 'bench_long', title: 'The long one', turns: 1000, code: 120, images: 40 };
/** A second conversation, to come from. */
export const SHORT = { id: 'bench_short', title: 'The short one' };
/** The last words of the long conversation. */
export const LAST = 'These are the last words of it.';
/** What is searched: as many messages as a person writes and reads in years. */
export const MANY = { conversations: 10_000, messages: 10 };

/** Characters a token has, about. */
const TOKEN = 4;
const TOKENS = 200_000;
const BEGUN = 1_760_000_000_000;

/** Small, and the same numbers in each run. */
export function random(seed) {
  let state = BigInt(seed);
  return (most) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(most));
  };
}

const COMMON =
  'the of and to in a is that it for on with as was be by this are from or an at not have which but all can when there use one each will how about many then them so some her would make like into time has look two more go see no way could people than first water been call who its now find long down day did get come made may part'.split(
    ' ',
  );

const FIRST = 'bdfgklmnprstvz';
const SECOND = 'aeiou';
/** A word that can be spoken, one for each number. */
export function word(number) {
  let rest = number;
  let made = '';
  do {
    made += FIRST[rest % 14];
    rest = Math.floor(rest / 14);
    made += SECOND[rest % 5];
    rest = Math.floor(rest / 5);
  } while (rest > 0 || made.length < 4);
  return made;
}

const sentence = (below) => {
  const words = Array.from({ length: 6 + below(12) }, () =>
    below(6) === 0 ? word(below(20_000)) : COMMON[below(COMMON.length)],
  );
  const text = words.join(' ');
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
};
const sentences = (below, count) => Array.from({ length: count }, () => sentence(below)).join(' ');

const CODE = (below, at) =>
  [
    'import math',
    '',
    `def ${word(below(5000))}_${at}(values: list[float]) -> dict[str, float]:`,
    '    """What the numbers say, in a few words."""',
    '    total = sum(values)',
    '    mean = total / len(values)  # never empty here',
    '    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))',
    `    return {"total": total, "mean": mean, "spread": spread, "${word(below(5000))}": ${below(1000)}}`,
    '',
    `print(${word(below(5000))}_${at}([${Array.from({ length: 8 }, () => below(900)).join(', ')}]))`,
  ].join('\n');

/** A reply as models write them, of about so many characters. */
export function reply(below, length) {
  const parts = [];
  let size = 0;
  const add = (part) => {
    parts.push(part);
    size += part.length;
  };
  while (size < length) {
    const left = Math.max(1, Math.min(4, Math.ceil((length - size) / 80)));
    switch (below(9)) {
      case 0:
        add(`## ${sentence(below).replace('.', '')}`);
        break;
      case 1:
        add(
          Array.from({ length: left }, () => `- **${word(below(900))}**: ${sentence(below)}`).join(
            '\n',
          ),
        );
        break;
      case 2:
        add(Array.from({ length: left }, (_, at) => `${at + 1}. ${sentence(below)}`).join('\n'));
        break;
      case 3:
        add(
          `Call \`${word(below(900))}()\` from [the guide](https://example.org/${word(below(900))}). ${sentence(below)}`,
        );
        break;
      case 4:
        if (left > 2) {
          const row = () => `| ${word(below(900))} | ${below(1000)} | *${word(below(900))}* |`;
          add(`| name | count | kind |\n|---|---:|---|\n${row()}\n${row()}\n${row()}`);
          break;
        }
        add(sentences(below, left));
        break;
      default:
        add(sentences(below, left));
    }
  }
  return parts.join('\n\n');
}

/** The lines of one conversation. */
function log(id, title, created) {
  const meta = {
    title,
    model: 'openai/scripted',
    profile: 'default',
    mode: 'chat_only',
    os: false,
    cost: 0,
  };
  const lines = [{ format: 1, name: id, created, meta }];
  let seq = 0;
  let count = 0;
  const chunk = (item, chunk) => lines.push({ seq: ++seq, item, chunk });
  return {
    item(role, type, content, more = {}) {
      const item = `${id}-${String(++count).padStart(6, '0')}`;
      const { format, ...extra } = more;
      const shape = { role, type, ...(format && { format }) };
      chunk(item, { ...shape, start: true, at: created + 1000 * count, ...extra });
      chunk(item, { ...shape, content });
      chunk(item, { ...shape, end: true });
      return item;
    },
    run(item) {
      const content = { item, mode: 'full_access', state: 'done', ms: 40, place: 'Python 3.11' };
      chunk(item, { role: 'server', type: 'run', content });
    },
    complete() {
      lines.push({ seq: ++seq, chunk: { role: 'server', type: 'status', content: 'complete' } });
    },
    text: () => `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`,
  };
}

/** The checksum of a piece of a PNG. */
function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** A picture like a plot. */
function plot(seed, width = 640, height = 400) {
  const below = random(seed);
  const raw = Buffer.alloc((width * 3 + 1) * height, 255);
  for (let row = 0; row < height; row++) raw[row * (width * 3 + 1)] = 0;
  for (let line = 0; line < 4; line++) {
    let y = 40 + below(height - 80);
    const colour = [below(200), below(200), below(200)];
    for (let x = 20; x < width - 20; x++) {
      y = Math.max(10, Math.min(height - 12, y + below(7) - 3));
      for (let thick = 0; thick < 2; thick++) {
        for (let part = 0; part < 3; part++) {
          raw[(y + thick) * (width * 3 + 1) + 1 + x * 3 + part] = colour[part];
        }
      }
    }
  }
  const piece = (name, data) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    piece('IHDR', head),
    piece('IDAT', deflateSync(raw)),
    piece('IEND', Buffer.alloc(0)),
  ]);
}

/** 1,000 turns, 200,000 tokens, 120 blocks of code, 40 pictures; and a short one. */
export async function long(home) {
  const conversations = join(home, 'data', 'conversations');
  const blobs = join(home, 'data', 'blobs');
  await mkdir(conversations, { recursive: true });
  await mkdir(blobs, { recursive: true });
  const below = random(1);
  const out = log(LONG.id, LONG.title, BEGUN);
  const each = (TOKENS * TOKEN) / LONG.turns;
  let code = 0;
  let images = 0;
  for (let turn = 0; turn < LONG.turns; turn++) {
    out.item('user', 'message', sentences(below, 1 + below(2)));
    const length = Math.round(each * (0.44 + below(100) / 100)) - 100;
    if (Math.floor(((turn + 1) * LONG.code) / LONG.turns) > code) {
      code++;
      // One of three ran and drew, one ran, one is only shown.
      if (code % 3 === 0) {
        const fenced = `\`\`\`python\n${CODE(below, turn)}\n\`\`\``;
        out.item(
          'assistant',
          'message',
          `${sentence(below)}\n\n${fenced}\n\n${reply(below, length - 400)}`,
        );
      } else {
        out.item('assistant', 'message', sentence(below));
        const parent = out.item('assistant', 'code', CODE(below, turn), { format: 'python' });
        const printed = Array.from({ length: 2 + below(12) }, () => sentence(below)).join('\n');
        out.item('computer', 'console', `${printed}\n`, { format: 'output', parent });
        if (code % 3 === 1) {
          images++;
          await picture(out, blobs, images, parent);
        }
        out.run(parent);
        out.item('assistant', 'message', reply(below, Math.max(80, length - 600)));
      }
    } else out.item('assistant', 'message', reply(below, length));
    if (turn === LONG.turns - 1) out.item('assistant', 'message', LAST);
    out.complete();
  }
  if (code !== LONG.code || images !== LONG.images) {
    throw new Error(`${code} blocks of code and ${images} pictures were made`);
  }
  await writeFile(join(conversations, `${LONG.id}.jsonl`), out.text());
  const other = log(SHORT.id, SHORT.title, BEGUN);
  other.item('user', 'message', sentence(below));
  other.item('assistant', 'message', reply(below, 400));
  other.complete();
  await writeFile(join(conversations, `${SHORT.id}.jsonl`), other.text());
}

async function picture(out, blobs, seed, parent) {
  const bytes = plot(seed);
  const digits = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(blobs, digits), bytes);
  const size = { width: 640, height: 400 };
  out.item('computer', 'image', `sha256:${digits}`, { format: 'blob', parent, ...size });
}

/** 100,000 messages in 10,000 conversations. */
export async function many(home) {
  const folder = join(home, 'data', 'conversations');
  await mkdir(folder, { recursive: true });
  const below = random(2);
  for (let number = 0; number < MANY.conversations; number++) {
    const id = `many_${String(number).padStart(5, '0')}`;
    const out = log(id, manyWords(below, 5), BEGUN + number * 60_000);
    for (let message = 0; message < MANY.messages; message++) {
      const role = message % 2 === 0 ? 'user' : 'assistant';
      out.item(role, 'message', manyWords(below, 10 + below(60)));
    }
    out.complete();
    await writeFile(join(folder, `${id}.jsonl`), out.text());
  }
}

/** Common words are common: the number of a word is a product of two. */
const manyWords = (below, count) =>
  Array.from({ length: count }, () =>
    word(Math.floor((below(20_000) * below(20_000)) / 20_000)),
  ).join(' ');

/** What people look for: rare words, common ones, several, phrases, beginnings. */
export function wanted(count) {
  const below = random(3);
  return Array.from({ length: count }, (_, at) => {
    const rare = word(10_000 + below(8000));
    const common = word(below(20));
    const medium = word(100 + below(1000));
    return [rare, common, medium, `${common} ${medium}`, `${medium} ${common.slice(0, 3)}`][at % 5];
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [kind, folder] = process.argv.slice(2);
  if (!folder || !['long', 'many'].includes(kind)) {
    throw new Error('node bench/fixture.mjs long|many FOLDER');
  }
  await (kind === 'long' ? long : many)(folder);
}
