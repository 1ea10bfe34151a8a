const ENDINGS: Record<string, string> = {
  python: 'py',
  shell: 'sh',
  bash: 'sh',
  javascript: 'js',
  typescript: 'ts',
  html: 'html',
  r: 'R',
  ruby: 'rb',
  java: 'java',
  powershell: 'ps1',
  applescript: 'applescript',
  react: 'jsx',
};

/** A name for code that is saved. */
export const fileName = (language: string): string => `code.${ENDINGS[language] ?? 'txt'}`;
