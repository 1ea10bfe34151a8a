/* Numbers as people read them. */

/** A duration: `12 ms`, `0.8 s`, `12 s`, `1:48`, `2:03:10`. */
export function duration(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return clock(ms);
}

/** Minutes and seconds: `1:48`. */
export function clock(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** US dollars, finer where it is little. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < 0.0005) return '<$0.001';
  if (amount === 0 || amount >= 1) return `$${amount.toFixed(2)}`;
  return `$${amount.toFixed(3).replace(/0$/, '')}`;
}

/** Bytes: `61 kB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1e6) return `${Math.round(count / 1000)} kB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}

export const whole = (count: number): string => count.toLocaleString('en-GB');

/** A count in thousands: `800`, `62k`. */
export const thousands = (count: number): string =>
  count < 1000 ? String(count) : `${Math.round(count / 1000)}k`;

export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

export function timeToSecond(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** The name of a provider as it writes itself, where that differs from a capital letter. */
const PROVIDERS: Record<string, string> = {
  openai: 'OpenAI',
  openrouter: 'OpenRouter',
  deepseek: 'DeepSeek',
  xai: 'xAI',
  azure: 'Azure',
  ollama: 'Ollama',
  lmstudio: 'LM Studio',
  gemini: 'Google',
  builtin: 'Built-in',
};

export function providerName(model: string): string {
  const name = model.split('/')[0] ?? model;
  return PROVIDERS[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

/** A model's name without its provider. */
export function modelName(model: string): string {
  return model === 'builtin/commands' ? 'Built-in commands' : model.slice(model.indexOf('/') + 1);
}

/** Lines of a text; a line end at its end begins none. */
export function lineCount(text: string): number {
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  if (end === 0) return 0;
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
