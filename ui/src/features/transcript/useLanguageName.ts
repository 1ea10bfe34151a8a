import { useTranslation } from 'react-i18next';
import { en } from '@/app/locales/en';

/** The name of a language as people write it. */
export function useLanguageName(): (language: string | undefined) => string {
  const { t } = useTranslation();
  return (language = 'text') =>
    language in en.language
      ? t(`language.${language as keyof typeof en.language}`)
      : language.charAt(0).toUpperCase() + language.slice(1);
}
