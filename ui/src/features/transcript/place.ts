/**
 * Where code runs, in a few words: `Python 3.11.7, /usr/bin/python3, in /home/me/Energy`
 * is `3.11 · me/Energy`. The language stands there already.
 */
export function shortPlace(place: string, language: string): string {
  const rest = place.startsWith(`${language} `) ? place.slice(language.length + 1) : place;
  const [, version, folder] = /^([^,]*)(?:, .*)?, in (.+)$/.exec(rest) ?? [];
  if (version === undefined || folder === undefined) return rest;
  const short = /^\d+\.\d+/.exec(version)?.[0] ?? version;
  const end = folder.split(/[\\/]/).filter(Boolean).slice(-2).join('/');
  return [short, end || folder].filter(Boolean).join(' · ');
}
