import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Item } from '@/generated/Item';

/** Actions that are named by their verb alone. */
const VERBS = [
  'screenshot',
  'zoom',
  'mouse_move',
  'left_click',
  'right_click',
  'middle_click',
  'double_click',
  'triple_click',
  'left_click_drag',
  'left_mouse_down',
  'left_mouse_up',
  'wait',
  'cursor_position',
] as const;

const KEYS: Record<string, string> = { ctrl: 'Ctrl', control: 'Ctrl', alt: 'Alt', shift: 'Shift' };

/** An action in words: verb and target. The engine's words win, since it knows the target. */
export function useSentence(item: Item, words?: string): string {
  const { t } = useTranslation();
  if (words) return words.charAt(0).toUpperCase() + words.slice(1);
  const content = (item.content ?? {}) as Record<string, unknown>;
  const action = String(content.action ?? '');
  const text = typeof content.text === 'string' ? content.text : '';
  const verb = VERBS.find((known) => known === action);
  let sentence: string;
  if (action === 'type') sentence = t('action.type', { text: shorten(text) });
  else if (action === 'key') sentence = t('action.key', { keys: chord(text) });
  else if (action === 'hold_key') sentence = t('action.hold_key', { keys: chord(text) });
  else if (action === 'write_secret') sentence = secretOf(t, content.name);
  else if (action === 'scroll') {
    sentence = t('action.scroll', { direction: String(content.scroll_direction ?? '') }).trim();
  } else if (verb) sentence = t(`action.${verb}`);
  else sentence = t('action.other', { name: action || item.type });
  if (Array.isArray(content.coordinate)) {
    // The pixel that a point within it names.
    const [x, y] = content.coordinate.map((value) => Math.floor(Number(value)));
    sentence = t('action.at', { what: sentence, x, y });
  }
  const held = text && (action.endsWith('click') || action === 'scroll');
  return held ? t('action.with', { what: sentence, keys: chord(text) }) : sentence;
}

/** Methods that point somewhere, and what they do there. */
const POINTING = {
  'mouse.click': 'left_click',
  'mouse.right_click': 'right_click',
  'mouse.double_click': 'double_click',
  'mouse.triple_click': 'triple_click',
  'mouse.move': 'mouse_move',
} as const;
const LOOKING = new Set(['display.view', 'display.screenshot']);
const READING = new Set(['display.get_text', 'display.get_text_as_list_of_lists']);

/** A call of the Computer API in words; nothing for any other tool. */
export function useCallSentence(name: string, given: unknown): string | undefined {
  const { t } = useTranslation();
  const values = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  const text = (key: string) => (typeof values[key] === 'string' ? (values[key] as string) : '');
  if (Object.hasOwn(POINTING, name)) {
    const what = t(`action.${POINTING[name as keyof typeof POINTING]}`);
    if (text('text')) return t('action.on', { what, text: shorten(text('text')) });
    if (text('icon')) return t('action.onIcon', { what, text: shorten(text('icon')) });
    const { x, y } = values;
    if (typeof x === 'number' && typeof y === 'number') {
      return t('action.at', { what, x: Math.round(x), y: Math.round(y) });
    }
    return what;
  }
  if (name === 'mouse.scroll') {
    return t(Number(values.clicks ?? 0) > 0 ? 'action.scrollUp' : 'action.scrollDown');
  }
  if (name === 'keyboard.write') return t('action.type', { text: shorten(text('text')) });
  if (name === 'keyboard.press' || name === 'keyboard.hotkey') {
    const { keys } = values;
    const pressed = Array.isArray(keys) ? keys.join('+') : String(keys ?? '');
    return t('action.key', { keys: chord(pressed) });
  }
  if (name === 'keyboard.write_secret') return secretOf(t, values.name);
  if (LOOKING.has(name)) return t('action.screenshot');
  if (READING.has(name)) return t('action.read');
  if (name === 'os.open') {
    const what = ['app', 'target', 'url', 'file'].map(text).find((found) => found !== '');
    return what && t('action.open', { what: shorten(what) });
  }
  return undefined;
}

/** A secret is told by its name, and has as many dots as any other. */
const secretOf = (t: TFunction, name: unknown) =>
  t('steps.secret', { name: shorten(String(name ?? '')), dots: '••••••••' });

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

function chord(keys: string): string {
  return keys
    .split('+')
    .map((key) => KEYS[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join(' ');
}
