import { useTranslation } from 'react-i18next';

/** The name of a language as people write it. */
export function useLanguageName(): (language: string | undefined) => string {
  const { t, i18n } = useTranslation();
  return (language = 'text') =>
    i18n.exists(`language.${language}`)
      ? t(`language.${language as 'python'}`)
      : language.charAt(0).toUpperCase() + language.slice(1);
}
