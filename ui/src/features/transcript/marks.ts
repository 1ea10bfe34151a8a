/* Marks words in what is drawn, without touching the drawn elements. */
import type { Place } from '@/session/jump';

const MOST = 500;

/** Ranges of a text under an element, upper and lower case alike. */
export function rangesOf(root: Element, text: string, most = MOST): Range[] {
  const wanted = text.toLowerCase();
  const found: Range[] = [];
  if (wanted === '') return found;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  // Coloured code is many small pieces: they are searched as one.
  let nodes: Text[] = [];
  let joined = '';
  const search = () => {
    for (let at = joined.indexOf(wanted); at !== -1; at = joined.indexOf(wanted, at + 1)) {
      if (found.length >= most) break;
      const range = document.createRange();
      place(nodes, at, (node, offset) => range.setStart(node, offset));
      place(nodes, at + wanted.length, (node, offset) => range.setEnd(node, offset));
      found.push(range);
    }
    nodes = [];
    joined = '';
  };
  let block: Element | null = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement?.closest('p,li,td,th,h2,h3,h4,h5,h6,pre,div') ?? null;
    if (around !== block) search();
    block = around;
    if (node.parentElement?.closest('.sr-only, [aria-hidden]')) continue;
    nodes.push(node as Text);
    joined += (node.textContent ?? '').toLowerCase();
  }
  search();
  return found;
}

function place(nodes: readonly Text[], at: number, set: (node: Text, offset: number) => void) {
  let left = at;
  for (const node of nodes) {
    if (left <= node.length) {
      set(node, left);
      return;
    }
    left -= node.length;
  }
}

/** Marks a text everywhere it is drawn, and one place above the others. */
export function mark(box: Element | null, marked: Place | null, row: Element | null): Range | null {
  const { highlights } = CSS as { highlights?: HighlightRegistry };
  highlights?.delete('found');
  highlights?.delete('found-here');
  if (!marked?.text || !box) return null;
  const inside = row ? rangesOf(row, marked.text) : [];
  const here = inside[Math.min(marked.index, inside.length - 1)] ?? null;
  if (highlights) {
    highlights.set('found', new Highlight(...rangesOf(box, marked.text)));
    if (here) {
      const top = new Highlight(here);
      top.priority = 1;
      highlights.set('found-here', top);
    }
  }
  return here;
}
