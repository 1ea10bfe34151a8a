/* Makes something that can go with a message of what was picked, pasted or dropped. */
import type { Attachment } from '@/session/store';

export type Fresh = Omit<Attachment, 'id'>;
/** Why something was not attached. */
export type Refused = { name: string; why: 'large' | 'kind' };

/** A picture is at most this many bytes, a text file this many. */
const PICTURE = 12_000_000;
const TEXT = 200_000;
const IMAGE = /\.(png|jpe?g|gif|webp|bmp|svg)$/i;

/** Files that the app knows by path. */
export const byPath = (paths: readonly string[]): Fresh[] =>
  paths.map((path) => ({
    name: path.split(/[\\/]/).at(-1) ?? path,
    part: { type: IMAGE.test(path) ? 'image' : 'file', format: 'path', content: path },
  }));

/** Files that a page only sees the contents of: pictures, and small texts as text. */
export async function byContent(
  files: readonly File[],
): Promise<{ fresh: Fresh[]; refused: Refused[] }> {
  const fresh: Fresh[] = [];
  const refused: Refused[] = [];
  for (const file of files) {
    const picture = file.type.startsWith('image/');
    if (file.size > (picture ? PICTURE : TEXT)) refused.push({ name: file.name, why: 'large' });
    else {
      const made = picture ? await image(file) : await text(file);
      if (made) fresh.push(made);
      else refused.push({ name: file.name, why: 'kind' });
    }
  }
  return { fresh, refused };
}

async function image(file: File): Promise<Fresh | null> {
  const kept = file.type === 'image/png' || file.type === 'image/jpeg';
  try {
    const blob = kept ? file : await asPng(file);
    const address = await dataAddress(blob);
    const format = file.type === 'image/jpeg' ? 'base64.jpeg' : 'base64.png';
    return {
      name: file.name || 'picture.png',
      size: file.size,
      preview: address,
      part: { type: 'image', format, content: address.slice(address.indexOf(',') + 1) },
    };
  } catch {
    return null;
  }
}

/** Models take PNG and JPEG; anything else a page can draw becomes a PNG. */
async function asPng(file: File): Promise<Blob> {
  const drawn = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(drawn.width, drawn.height);
  canvas.getContext('2d')?.drawImage(drawn, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

function dataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

async function text(file: File): Promise<Fresh | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.includes(0)) return null;
  try {
    const content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return {
      name: file.name,
      size: file.size,
      part: { type: 'message', content: asMessage(file.name, content) },
    };
  } catch {
    return null;
  }
}

/** A text file as a message; the transcript shows it as a file again. */
export function asMessage(name: string, content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `File: ${name}\n\n${fence}\n${content.replace(/\n$/, '')}\n${fence}`;
}
